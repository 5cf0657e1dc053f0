"""What may stand in words people type."""

import pytest
from django.core.exceptions import ValidationError

from organizations.models import Organization, User
from tracker.toolkit.words import cleaned, turns_text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Two lines\nand a\ttab", "Two lines\nand a\ttab"),
        ("A\x01\x1b[31mB\x7f\x85", "A[31mB"),
        ("العربية، 中文, e\u0301", "العربية، 中文, e\u0301"),
        ("  \u00a0\u2003\u200b\u2060", ""),
        ("\u202e", ""),
        ("", ""),
        # The field refuses it with a sentence of its own.
        ("A\x00B", "A\x00B"),
    ],
)
def test_what_nobody_can_see_is_left_out(typed: str, kept: str) -> None:
    assert cleaned(typed) == kept


@pytest.mark.parametrize("character", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_characters_that_turn_text_are_found(character: str) -> None:
    assert turns_text(f"a{character}b")


@pytest.mark.parametrize("name", ["Организация", "منظمة\u200f", "联合国", "Org\u200e"])
def test_names_in_any_script_are_names(name: str) -> None:
    assert not turns_text(name)


def test_no_organization_and_no_person_has_a_disguised_name() -> None:
    organization = Organization(slug="x", kind="regional", name_en="Good", acronym_en="G", name_ar="a\u202eb")
    with pytest.raises(ValidationError) as refused:
        organization.clean()
    assert set(refused.value.error_dict) == {"name_ar"}
    with pytest.raises(ValidationError) as refused:
        User(email="a@example.org", name="Ann\u202e").clean()
    assert set(refused.value.error_dict) == {"name"}
