"""Proposing, editing and translating an undertaking; a stale edit overwrites nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from activities.choices import Response, Role, Status
from activities.models import Activity, Participation, Theme
from activities.workflow import StaleEdit, edit_undertaking, propose_undertaking
from tests.factories import make_item, make_undertaking
from tests.personas import Cast
from tracker.toolkit.search import normalise

from .test_update_form import address, signed_in

NEW = reverse("activity-new")


def proposal(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "parent": cast.item.pk,
        "organization": cast.organizations["lead"].pk,
        "text_language": "en",
        "title": "A course in Accra",
        "visibility": "public",
        "update_interval_days": "90",
        **changes,
    }


def facts(activity: Activity, **changes: Any) -> dict[str, Any]:
    """What the edit form sends when nothing was touched."""
    return {
        "title": activity.title_en,
        "description": activity.description_en or "",
        "visibility": activity.visibility,
        "update_interval_days": activity.update_interval_days,
        "version": activity.version,
        **changes,
    }


def again(activity: Activity) -> Activity:
    return Activity.objects.get(pk=activity.pk)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 200),
        ("observer", 403),
        ("reporter", 403),
        ("lead_reporter", 403),
        ("partner", 200),
        ("lead", 200),
        ("coordinator", 200),
        ("administrator", 200),
    ],
)
def test_who_proposes(cast: Cast, who: str, status: int) -> None:
    assert signed_in(getattr(cast, who)).get(NEW).status_code == status
    assert Client().get(NEW).status_code == 302


def test_a_focal_point_proposes_for_the_own_organization(cast: Cast) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender")
    other = make_item(code="B.1")
    data = proposal(
        cast,
        description="Two weeks.\r\nFor trainers.",
        aim="Train.",
        countries=["GH", "SL"],
        planned_start_on="2098-05",
        planned_end_on="2099",
        themes=[theme.pk],
        also_serves=[other.pk],
        visibility="internal",
        follows=cast.public.code,
    )
    response = signed_in(cast.lead).post(f"{NEW}?parent=A.5", data | {"nevertheless": ["far"]})
    activity = Activity.objects.latest("pk")
    assert (response.status_code, response["Location"]) == (302, activity.get_absolute_url())
    assert activity.code == "A.5.4"
    assert (activity.title_en, activity.description_en, activity.language, activity.aim) == (
        "A course in Accra",
        "Two weeks.\nFor trainers.",
        "en",
        "Train.",
    )
    assert [str(country) for country in activity.countries] == ["GH", "SL"]
    assert (activity.planned_start_on, activity.planned_end_on) == ("2098-05", "2099")
    assert (activity.visibility, activity.follows) == ("internal", cast.public)
    assert [*activity.themes.all(), *activity.also_serves.all()] == [theme, other]
    assert (activity.lead, activity.status) == (cast.organizations["lead"], Status.PROPOSED)
    lead = Participation.objects.get(activity=activity)
    assert (lead.role, lead.response, lead.answered_by) == (Role.LEAD, Response.ACCEPTED, cast.lead)
    assert {record.history_user for record in activity.history.all()} == {cast.lead}
    assert {record.history_user for record in lead.history.all()} == {cast.lead}


def test_a_coordinator_names_a_lead_and_it_is_asked(cast: Cast) -> None:
    assert signed_in(cast.coordinator).post(NEW, proposal(cast)).status_code == 302
    activity = Activity.objects.latest("pk")
    lead = Participation.objects.get(activity=activity)
    assert (lead.response, lead.answered_by, activity.lead) == (Response.INVITED, None, None)
    assert (
        signed_in(cast.coordinator).post(NEW, proposal(cast, organization="", title="Another course")).status_code
        == 302
    )
    assert not Participation.objects.filter(activity=Activity.objects.latest("pk")).exists()


@pytest.mark.parametrize("language", ["ar", "zh-hans", "fr"])
def test_the_text_is_kept_in_its_own_language(cast: Cast, language: str) -> None:
    client = signed_in(cast.lead)
    client.cookies["language"] = "ru"  # that of the interface is another
    assert client.post(NEW, proposal(cast, title="دورة 课程", text_language=language)).status_code == 302
    activity = Activity.objects.latest("pk")
    column = f"title_{language.replace('-', '_')}"
    texts = {name: getattr(activity, name) for name in ("title_en", "title_ru", column)}
    assert texts == {"title_en": None, "title_ru": None, column: "دورة 课程"}
    assert activity.language == language


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"title": ""}, {"title"}),
    ({"title": "x" * 301}, {"title"}),
    ({"title": "a\x00b"}, {"title"}),
    ({"parent": ""}, {"parent"}),
    ({"parent": "999999"}, {"parent"}),
    ({"organization": ""}, {"organization"}),
    ({"planned_start_on": "2030", "planned_end_on": "2029-12-31"}, {"planned_end_on"}),
    ({"actual_start_on": "2020-05-02", "actual_end_on": "2020-05-01"}, {"actual_end_on"}),
    ({"actual_start_on": "2999"}, {"actual_start_on"}),
    ({"planned_start_on": "31.12.2026"}, {"planned_start_on"}),
    ({"visibility": ""}, {"visibility"}),
    ({"visibility": "secret"}, {"visibility"}),
    ({"countries": ["XX"]}, {"countries"}),
    ({"follows": "Z.9"}, {"follows"}),
    ({"update_interval_days": "0"}, {"update_interval_days"}),
    ({"update_interval_days": "9999999999"}, {"update_interval_days"}),
    ({"review_on": "soon"}, {"review_on"}),
    ({"planned_end_on": "2020"}, {"planned_end_on"}),
    ({"planned_start_on": "2027", "planned_end_on": "2050"}, {"planned_end_on"}),
    ({"planned_end_on": "2050"}, {"planned_end_on"}),
    ({"text_language": "tlh"}, {"text_language"}),
    ({"themes": ["9" * 400]}, {"themes"}),
    ({"also_serves": ["9" * 20]}, {"also_serves"}),
]


def test_what_is_wrong_is_said_and_nothing_is_saved(cast: Cast, digest: Callable[[], str]) -> None:
    client = signed_in(cast.lead)
    before = digest()
    for changes, wrong in [*WRONG, ({"organization": cast.organizations["partner"].pk}, {"organization"})]:
        response = client.post(NEW, proposal(cast, **changes))
        assert (response.status_code, set(response.context["form"].errors)) == (422, wrong), changes
    # The main item cannot be served a second time.
    response = client.post(NEW, proposal(cast, also_serves=[cast.item.pk]))
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"also_serves"})
    assert digest() == before


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"planned_end_on": "2020"}, "past"),
        ({"planned_start_on": "2027", "planned_end_on": "2050"}, "long"),
        ({"planned_end_on": "2050"}, "far"),
    ],
)
def test_odd_dates_can_be_ticked_away(cast: Cast, changes: dict[str, Any], code: str) -> None:
    client = signed_in(cast.lead)
    assert client.post(NEW, proposal(cast, **changes, nevertheless=[code])).status_code == 302


def test_an_item_is_named_by_the_address(cast: Cast) -> None:
    client = signed_in(cast.lead)
    assert client.get(f"{NEW}?parent=A.5").context["form"]["parent"].value() == cast.item.pk
    for query in ("parent=Z.9", f"parent={cast.public.code}", "framework=none", "parent=%00", "framework=%00"):
        assert client.get(f"{NEW}?{query}").status_code == 404, query
    assert client.get("/activities/S-2001-138/A.5%00/edit/").status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("stranger", 403),
        ("reporter", 403),
        ("partner", 403),
        ("lead_reporter", 403),
        ("co_lead", 200),
        ("lead", 200),
        ("coordinator", 200),
        ("administrator", 200),
    ],
)
def test_who_edits(cast: Cast, who: str, status: int) -> None:
    client = signed_in(getattr(cast, who))
    assert client.get(address(cast.public, "activity-edit")).status_code == status
    # The text of an agreed item is fixed, for administrators as well.
    assert client.get(address(cast.item, "activity-edit")).status_code == 404
    if who == "stranger":
        assert client.get(address(cast.restricted, "activity-edit")).status_code == 404


def test_an_agreed_item_is_not_edited_through_the_workflow(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        edit_undertaking(activity=cast.item, changes={"title_en": "x"}, version=1, by=cast.administrator)


def test_only_what_changed_is_written(cast: Cast) -> None:
    client = signed_in(cast.lead)
    data = facts(cast.public, description="New words.", reason="Asked by the host.")
    with CaptureQueriesContext(connection) as queries:
        response = client.post(address(cast.public, "activity-edit"), data)
    assert response.status_code == 302
    written = {
        column
        for query in queries.captured_queries
        if query["sql"].startswith('UPDATE "activities_activity"')
        for column in re.findall(r'"(\w+)" = ', query["sql"].split("WHERE")[0])
    }
    assert written == {"description_en", "version", "search_text"}
    activity = again(cast.public)
    assert (activity.description_en, activity.version) == ("New words.", 2)
    record = activity.history.first()
    assert record is not None
    assert (record.history_user, record.history_change_reason, record.history_type) == (
        cast.lead,
        "Asked by the host.",
        "~",
    )
    assert "new words" in activity.search_text


def test_sets_are_recorded_in_one_event_of_the_history(cast: Cast) -> None:
    themes = [Theme.objects.create(code=code, title_en=code) for code in ("gender", "children")]
    count = cast.public.history.count()
    data = facts(cast.public, themes=[theme.pk for theme in themes], aim="Aim.", reason="Classified.")
    assert signed_in(cast.lead).post(address(cast.public, "activity-edit"), data).status_code == 302
    record = cast.public.history.first()
    assert record is not None
    assert cast.public.history.count() == count + 1
    assert {row.theme for row in record.themes.all()} == set(themes)


def test_nothing_changed_is_no_change(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.lead), digest()
    assert client.post(address(cast.public, "activity-edit"), facts(cast.public)).status_code == 302
    assert digest() == before


def test_a_stale_edit_overwrites_nothing(cast: Cast, digest: Callable[[], str]) -> None:
    opened = again(cast.public)
    theirs = {"place": "Freetown", "aim": "Their aim."}
    edit_undertaking(activity=opened, changes=theirs, version=opened.version, by=cast.co_lead)
    client = signed_in(cast.lead)
    before = digest()
    data = facts(opened, aim="My aim.", description="My words.")
    response = client.post(address(cast.public, "activity-edit"), data)
    assert (response.status_code, digest()) == (409, before)
    rows = [(row.name, row.was, row.theirs, row.yours, row.mine) for row in response.context["conflict"]]
    assert rows == [
        ("description", "", "", "My words.", True),
        ("aim", "", "Their aim.", "My aim.", True),
        ("place", "", "Freetown", "", False),
    ]
    page = response.content.decode()
    assert "co lead" in page
    assert 'name="version" value="2"' in page
    chosen = data | {"version": 2, "keep-description": "yours", "keep-aim": "theirs", "keep-place": "theirs"}
    assert client.post(address(cast.public, "activity-edit"), chosen).status_code == 302
    activity = again(cast.public)
    assert (activity.description_en, activity.aim, activity.place) == ("My words.", "Their aim.", "Freetown")
    # And mine, where I choose it.
    chosen |= {"version": 3, "keep-aim": "yours", "keep-place": "theirs"}
    assert client.post(address(cast.public, "activity-edit"), chosen).status_code == 302
    assert again(cast.public).aim == "My aim."


def test_the_same_change_by_two_is_no_conflict(cast: Cast, digest: Callable[[], str]) -> None:
    opened = again(cast.public)
    edit_undertaking(activity=opened, changes={"aim": "Aim."}, version=1, by=cast.co_lead)
    client, before = signed_in(cast.lead), digest()
    assert client.post(address(cast.public, "activity-edit"), facts(opened, aim="Aim.")).status_code == 302
    assert digest() == before


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "99", "9" * 30])
def test_a_made_up_version_saves_nothing(cast: Cast, digest: Callable[[], str], version: str) -> None:
    client, before = signed_in(cast.lead), digest()
    response = client.post(address(cast.public, "activity-edit"), facts(cast.public, aim="x", version=version))
    assert response.status_code in (409, 422)
    assert digest() == before


def test_a_translation_leaves_the_rest_alone(cast: Cast) -> None:
    client, path = signed_in(cast.lead), f"{address(cast.public, 'activity-edit')}?language=fr"
    page = client.get(path)
    assert set(page.context["form"].fields) == {"title", "description", "reason", "version"}
    response = client.post(path, {"title": "Cours public", "description": "", "version": 1, "place": "Nowhere"})
    assert response.status_code == 302
    activity = again(cast.public)
    assert (activity.title_fr, activity.title_en, activity.place) == ("Cours public", "Public course", "")
    assert "cours public" in activity.search_text
    assert client.get(f"{address(cast.public, 'activity-edit')}?language=tlh").status_code == 404


def test_the_original_text_keeps_its_title(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.lead), digest()
    response = client.post(address(cast.public, "activity-edit"), facts(cast.public, title=""))
    assert (response.status_code, digest()) == (422, before)


def test_a_proposal_sent_twice_is_one_undertaking(cast: Cast) -> None:
    client, count = signed_in(cast.lead), Activity.objects.count()
    answers = {client.post(NEW, proposal(cast))["Location"] for _ in range(3)}
    assert (len(answers), Activity.objects.count()) == (1, count + 1)
    assert (
        signed_in(cast.co_lead).post(NEW, proposal(cast, organization=cast.organizations["colead"].pk)).status_code
        == 302
    )
    assert client.post(NEW, proposal(cast, title="Another course")).status_code == 302
    assert Activity.objects.count() == count + 3


# The workflow itself


def test_codes_are_never_used_again(cast: Cast) -> None:
    first = make_undertaking(item=cast.item)
    assert first.code == "A.5.4"
    Participation.objects.filter(activity=first).delete()
    Activity.objects.filter(pk=first.pk).delete()
    assert make_undertaking(item=cast.item).code == "A.5.5"


def test_an_undertaking_stands_under_an_agreed_item(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        propose_undertaking(parent=cast.public, by=None, title_en="x")


def test_a_refused_proposal_uses_no_code(cast: Cast, digest: Callable[[], str]) -> None:
    before = digest()
    with pytest.raises(ValidationError):
        propose_undertaking(parent=cast.item, by=None, title_en="")
    assert digest() == before


def test_the_search_text_does_not_depend_on_the_language_of_the_writer(cast: Cast) -> None:
    found = set()
    for language in ("en", "ar", "zh-hans"):
        with override(language):
            made = propose_undertaking(
                parent=cast.item, by=None, organization=cast.organizations["lead"], title_en="x", countries=["GH"]
            )
            found.add(made.search_text.replace(normalise(made.code), "CODE"))
    assert len(found) == 1
    text = found.pop()
    assert [word for word in ("ghana", "加 纳", "غانا", "гана") if word not in text] == []


def test_an_edit_that_does_not_fit_changes_nothing(cast: Cast, digest: Callable[[], str]) -> None:
    before = digest()
    for changes in ({"title_en": ""}, {"visibility": "secret"}, {"also_serves": [cast.internal]}, {"progress": 101}):
        with pytest.raises(ValidationError):
            edit_undertaking(activity=cast.public, changes=changes, version=1, by=cast.lead)
    with pytest.raises(StaleEdit):
        edit_undertaking(activity=cast.public, changes={"aim": "x"}, version=7, by=cast.lead)
    assert digest() == before
