"""The history of a record: before and after in words, by whom and why, and nothing of what the reader may not see."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from activities.choices import Response
from activities.models import Activity, Theme
from activities.reading.history import read_history
from activities.workflow import answer_invitation, edit_undertaking
from tests.factories import make_item, make_organization, make_participation, make_undertaking
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, main_part, page, queries

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()


def address(activity: Activity) -> str:
    return reverse("activity-history", args=["S-2001-138", activity.code])


def edit(activity: Activity, by: Any = None, reason: str = "", **changes: Any) -> None:
    activity.refresh_from_db(fields=["version"])
    edit_undertaking(activity=activity, changes=changes, version=activity.version, by=by, reason=reason)


def told(user: Any, activity: Activity) -> list[tuple[str, str, str]]:
    return [(c.label, c.before, c.after) for event in read_history(user, activity) for c in event.changes]


def test_what_changed_in_words_by_whom_and_why(cast: Cast) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender perspective")
    edit(
        cast.public,
        by=cast.lead,
        reason="Agreed in Accra",
        title_en="Longer course",
        planned_end_on="2027-05",
        countries=["GH", "SL"],
        level="field",
        also_serves=[make_item(code="B.1", title="Early warning")],
        themes=[theme],
    )
    latest = read_history(cast.stranger, cast.public)[0]
    assert (latest.by, latest.reason) == ("lead", "Agreed in Accra")
    assert {(change.label, change.before, change.after) for change in latest.changes} == {
        ("Title (English)", "Public course", "Longer course"),
        ("Planned end", "", "May 2027"),
        ("Countries", "", "Ghana, Sierra Leone"),
        ("Level", "", "Field"),
        ("Also serves", "", "B.1 Early warning"),
        ("Themes", "", "Gender perspective"),
    }
    html = main_part(page(cast.stranger, address(cast.public)))
    assert "<del>Public course</del>" in html and "<ins>Longer course</ins>" in html and "Agreed in Accra" in html


def test_it_speaks_the_readers_language(cast: Cast) -> None:
    edit(cast.public, title_zh_hans="联合培训班", planned_end_on="2027-05")
    client = client_of(ANYBODY)
    client.cookies["language"] = "zh-hans"
    html = main_part(client.get(address(cast.public)).content.decode())
    assert "2027年5月" in html and "联合培训班" in html


def test_participations_are_told_with_the_record(cast: Cast) -> None:
    row = cast.public.participations.get(organization=cast.organizations["invited"])
    answer_invitation(
        participation=row,
        response=Response.ACCEPTED_IN_PART,
        by=cast.invited,
        version=1,
        words="Trainers only",
    )
    events = read_history(cast.lead, cast.public)
    assert events[0].organization == cast.organizations["invited"]
    assert ("Response", "Invited", "Accepted in part") in [(c.label, c.before, c.after) for c in events[0].changes]
    assert {event.organization.slug for event in events if event.organization} == {
        "lead", "colead", "partner", "observer", "invited",
    }  # fmt: skip
    assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)


def test_people_are_named_to_those_who_signed_in(cast: Cast) -> None:
    cast.lead.name = "Liv Tangen"
    cast.lead.save()
    edit(cast.public, by=cast.lead, place="Accra")
    row = cast.public.participations.get(organization=cast.organizations["partner"])
    row.focal_point, row.answered_for = cast.lead, "Ines Duarte, by letter"
    row.save()
    anybody, member = page(ANYBODY, address(cast.public)), page(cast.stranger, address(cast.public))
    assert "Liv Tangen" not in anybody and "Ines Duarte" not in anybody and "Accra" in anybody
    assert "Liv Tangen" in member and "Ines Duarte" in member


def test_the_unseen_is_not_named(cast: Cast) -> None:
    edit(cast.public, follows=cast.restricted)
    for person in PEOPLE:
        changes = told(cast.people[person], cast.public)
        names = [change for change in changes if change[0] == "Follows"]
        hidden = person in ("anonymous", "stranger")
        assert names == ([] if hidden else [("Follows", "", str(cast.restricted))]), person
        html = page(cast.people[person], address(cast.public))
        assert ("Restricted course" in html) is not hidden, person


def test_what_is_hidden_has_no_history(cast: Cast) -> None:
    found = {person: client_of(cast.people[person]).get(address(cast.restricted)).status_code for person in PEOPLE}
    assert found == dict.fromkeys(PEOPLE, 200) | {"anonymous": 404, "stranger": 404}


def test_others_histories_stay_theirs(cast: Cast) -> None:
    edit(cast.internal, by=cast.lead, place="Elsewhere")
    assert "Elsewhere" not in page(cast.coordinator, address(cast.public))


def test_markup_in_a_text_is_shown_as_text(cast: Cast) -> None:
    edit(cast.public, aim="<script>alert(1)</script>", reason="<b>why</b>")
    html = page(ANYBODY, address(cast.public))
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in html and "&lt;b&gt;why&lt;/b&gt;" in html


def test_queries_do_not_grow_with_the_history(cast: Cast) -> None:
    counts = []
    for number in range(2):
        for step in range(2):
            edit(
                cast.public,
                by=cast.lead,
                place=f"Place {number} {step}",
                also_serves=[make_item(code=f"B.{number}{step}1")],
                follows=make_undertaking(),
            )
            make_participation(activity=cast.public, organization=make_organization())
            row = cast.public.participations.get(organization=cast.organizations["partner"])
            row.note = f"Note {number} {step}"
            row.save()
        counts.append(queries(cast.stranger, address(cast.public)))
    assert counts[0] == counts[1]


def test_an_untouched_record_says_so(db: None) -> None:
    item = make_item()
    item.history.all().delete()
    assert "Nothing was changed since the record was entered." in page(ANYBODY, address(item))
    assert not re.search(r"<del>", page(ANYBODY, address(make_undertaking())))
