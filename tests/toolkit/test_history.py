"""History in words: what an edit changed, in the reader's language, with a number of queries that does not grow."""

from typing import Any

import pytest
from django.utils import translation

from activities.models import FunctionalField, Theme
from activities.workflow import edit_undertaking
from tests.factories import make_undertaking
from tracker.toolkit.history import Change, changes_between, changes_by_record

pytestmark = pytest.mark.django_db


@pytest.fixture
def edited() -> Any:
    """An undertaking, edited once in fields of every sort."""
    activity = make_undertaking(title="Joint mission")
    theme = Theme.objects.create(code="gender", title_en="Gender", title_zh_hans="性别")
    edit_undertaking(
        activity=activity,
        version=activity.version,
        by=None,
        reason="The mission moved",
        changes={
            "title_en": "Joint mission to Bangui",
            "title_zh_hans": "联合特派团",
            "planned_end_on": "2026-05",
            "visibility": "internal",
            "countries": ["CF", "TD"],
            "themes": [theme],
        },
    )
    return activity


def test_an_edit_is_told_fact_by_fact(edited: Any) -> None:
    after, before = edited.history.order_by("-history_id")[:2]
    assert changes_between(before, after) == [
        Change("Title (English)", "Joint mission", "Joint mission to Bangui", "en"),
        Change("Title (Chinese)", "", "联合特派团", "zh-hans"),
        Change("Countries", "", "Central African Republic, Chad"),
        Change("Planned end", "", "May 2026"),
        Change("Visible to", "Public", "Signed-in members"),
        Change("Themes", "", "Gender"),
    ]


def test_the_first_record_changed_nothing(edited: Any) -> None:
    assert changes_between(None, edited.history.order_by("history_id").first()) == []


def test_what_is_gone_is_said_to_be_deleted(edited: Any) -> None:
    Theme.objects.all().delete()
    after, before = edited.history.order_by("-history_id")[:2]
    assert changes_between(before, after)[-1] == Change("Themes", "", "deleted")


def test_related_rows_are_named_in_the_readers_language(edited: Any) -> None:
    after, before = edited.history.order_by("-history_id")[:2]
    with translation.override("zh-hans"):
        assert changes_between(before, after)[-1].after == "性别"


def test_queries_do_not_grow_with_the_history(django_assert_num_queries: Any, edited: Any) -> None:
    fields = [FunctionalField.objects.create(code=f"f{n}", title_en=f"Field {n}") for n in range(4)]
    for version, field in enumerate(fields, start=2):
        edit_undertaking(activity=edited, version=version, by=None, changes={"functional_fields": [field]})
    records = list(edited.history.order_by("-history_id"))
    # Four sets of rows, then one read per table that a change points to.
    with django_assert_num_queries(5):
        changes_by_record(records[:2])
    with django_assert_num_queries(5):
        assert [len(changes) for _, changes in changes_by_record(records[:5])] == [1, 1, 1, 1, 0]
