"""The page of definitions says every word that the register uses, each at an address of its own."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.html import escape

from activities.choices import SIGNAL_RULES, Response, Role, Signal, Status, Visibility
from tests.reading import main_part, page, queries

pytestmark = pytest.mark.django_db

TERMS = (("status", Status), ("signal", Signal), ("role", Role), ("response", Response), ("visibility", Visibility))


def read() -> str:
    return main_part(page(AnonymousUser(), reverse("definitions")))


@pytest.mark.parametrize(("kind", "terms"), TERMS)
def test_every_word_has_a_definition_and_an_address(kind: str, terms: type) -> None:
    html = read()
    for term in terms:  # type: ignore[attr-defined]
        entry = html.split(f'id="{kind}-{term.value}"')[1].split("</div>")[0]
        word, meaning = entry.split("<dd>")
        assert str(term.label) in word
        assert len(meaning) > 20, term
    meanings = [html.split(f'id="{kind}-{term.value}"')[1].split("<dd>")[1].split("</dd>")[0] for term in terms]  # type: ignore[attr-defined]
    assert len(set(meanings)) == len(meanings), "each its own"


def test_signals_are_told_by_the_same_rules_as_everywhere() -> None:
    html = read()
    assert set(SIGNAL_RULES) == set(Signal)
    assert [rule for rule in SIGNAL_RULES.values() if escape(str(rule)) not in html] == []


def test_the_secretariat_is_named_where_it_is_known(settings: Any) -> None:
    settings.SECRETARIAT_EMAIL = "keepers@example.org"
    assert 'href="mailto:keepers@example.org"' in read()
    settings.SECRETARIAT_EMAIL = ""
    assert "mailto:" not in read() and "tell a coordinator" in read()


def test_it_asks_the_database_nothing() -> None:
    assert queries(AnonymousUser(), reverse("definitions")) == 0
