"""The page of an activity: who is offered what, what the log says, what it is tied to; nothing of what is hidden."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from activities.choices import Response, Role, Status, UpdateKind, Visibility
from activities.models import Activity, Evidence, FunctionalField, ObstacleKind, Principle, StatusUpdate, Theme
from activities.models.signals import signal_words, signals_shown
from activities.workflow import answer_invitation, edit_undertaking
from tests.factories import (
    make_item,
    make_organization,
    make_participation,
    make_undertaking,
    make_update,
    make_user,
)
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, links, main_part, page, queries

pytestmark = pytest.mark.django_db

ANYBODY = AnonymousUser()


def shown(user: Any, activity: Activity, query: str = "") -> str:
    return main_part(page(user, activity.get_absolute_url() + query))


def address(name: str, activity: Activity, *more: Any) -> str:
    return reverse(name, args=["S-2001-138", activity.code, *more])


OFFERED = {
    "log": lambda activity: address("update-new", activity),
    "edit": lambda activity: address("activity-edit", activity),
    "invite": lambda activity: address("participant-invite", activity),
    "propose": lambda activity: f"{reverse('activity-new')}?parent={activity.code}",
}


def offers(user: Any, activity: Activity) -> set[str]:
    html = shown(user, activity)
    found = links(html)
    offered = {name for name, target in OFFERED.items() if target(activity) in found}
    if f'action="{address("update-no-change", activity)}"' in html:
        offered.add("no change")
    if any(re.search(r"/participants/\d+/$", target) for target in found):
        offered.add("participation")
    return offered


LOGS = {"log", "no change"}
LEADS = LOGS | {"edit", "invite", "participation"}
ON_THE_UNDERTAKING: dict[str, set[str]] = {
    "anonymous": set(),
    "stranger": set(),
    "observer": set(),
    "reporter": LOGS,
    "partner": LOGS | {"participation"},
    "invited": {"participation"},
    "lead_reporter": LOGS,
    "co_lead": LEADS,
    "lead": LEADS,
    "coordinator": LEADS,
    "administrator": LEADS,
}
ON_THE_ITEM: dict[str, set[str]] = {
    "anonymous": set(),
    "stranger": {"propose"},
    "observer": set(),
    "reporter": set(),
    "partner": {"propose"},
    "invited": {"propose"},
    "lead_reporter": set(),
    "co_lead": {"propose"},
    "lead": {"propose"},
    "coordinator": {"propose", "log", "invite"},
    "administrator": {"propose", "log", "invite"},
}


def test_each_is_offered_what_the_table_of_rights_allows(cast: Cast) -> None:
    assert {person: offers(cast.people[person], cast.public) for person in PEOPLE} == ON_THE_UNDERTAKING
    assert {person: offers(cast.people[person], cast.item) for person in PEOPLE} == ON_THE_ITEM


def test_no_change_asks_for_whom_only_where_there_is_a_choice(cast: Cast) -> None:
    form = shown(cast.partner, cast.public).split('updates/no-change/"')[1].split("</form>")[0]
    assert f'name="organization" value="{cast.organizations["partner"].pk}"' in form and "<select" not in form
    form = shown(cast.coordinator, cast.public).split('updates/no-change/"')[1].split("</form>")[0]
    taking_part = {cast.organizations[name].pk for name in ("lead", "colead", "partner", "observer")}
    assert {int(pk) for pk in re.findall(r'<option value="(\d+)"', form)} == taking_part


def test_the_one_click_answer_is_taken(cast: Cast) -> None:
    client = client_of(cast.partner)
    html = client.get(cast.public.get_absolute_url()).content.decode()
    form = html.split(f'action="{address("update-no-change", cast.public)}"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]+)"', form))
    for _ in range(2):  # a double click is one answer
        client.post(address("update-no-change", cast.public), fields)
    entry = StatusUpdate.objects.get(activity=cast.public, kind=UpdateKind.NO_CHANGE)
    assert entry.organization == cast.organizations["partner"]


def test_what_is_hidden_does_not_exist(cast: Cast) -> None:
    found = {
        person: [
            client_of(cast.people[person]).get(activity.get_absolute_url()).status_code
            for activity in (cast.public, cast.internal, cast.restricted)
        ]
        for person in PEOPLE
    }
    assert found == {person: [200, 200, 200] for person in PEOPLE} | {
        "anonymous": [200, 404, 404],
        "stranger": [200, 200, 404],
    }
    assert client_of(ANYBODY).get(address("activity-detail", cast.public).replace("A.5.1", "A.5.99")).status_code == 404


def test_nothing_hidden_is_tied_to_what_is_shown(cast: Cast) -> None:
    other = make_item(code="B.1")
    edit_undertaking(
        activity=cast.restricted, changes={"also_serves": [other]}, version=cast.restricted.version, by=None
    )
    after = make_undertaking(title="What came after", follows=cast.restricted)
    earlier = make_undertaking(title="What came before")
    Activity.objects.filter(pk=cast.restricted.pk).update(follows=earlier)
    hidden = cast.restricted.get_absolute_url()
    for person in PEOPLE:
        seen = [hidden in links(shown(cast.people[person], row)) for row in (cast.item, other, after, earlier)]
        assert seen == [person not in ("anonymous", "stranger")] * 4, person


def test_an_item_lists_what_carries_it_out(cast: Cast) -> None:
    other = make_item(code="B.1")
    also = make_undertaking(item=other, also_serves=[cast.item], title="Course of the other item")
    html = shown(cast.coordinator, cast.item)
    under, serving = html.split("Undertakings of other items")
    assert [row.get_absolute_url() in links(under) for row in (cast.public, cast.internal, cast.restricted, also)] == [
        True,
        True,
        True,
        False,
    ]
    assert also.get_absolute_url() in links(serving)
    assert cast.item.get_absolute_url() in links(shown(ANYBODY, also))


def test_long_lists_are_cut_and_say_so(db: None) -> None:
    item = make_item()
    for number in range(21):
        make_undertaking(item=item, title=f"Course {number}")
    html = shown(ANYBODY, item)
    assert len(re.findall(r'href="/activities/S-2001-138/A\.5\.\d+/"', html)) == 20
    assert "Show all in the list" in html


def test_the_log_is_told_newest_first_and_ten_at_a_time(db: None) -> None:
    lead = make_organization()
    author = make_user(organization=lead)
    activity = make_undertaking(lead=lead)
    for days in range(12, 0, -1):
        make_update(
            activity=activity, organization=lead, author=author, days_ago=days, done=f"Told {days} days before."
        )
    told = re.findall(r"Told (\d+) days before", shown(ANYBODY, activity))
    assert told == [str(days) for days in range(1, 11)]
    assert 'href="?all=1#updates"' in shown(ANYBODY, activity) and "Show 2 earlier updates" in shown(ANYBODY, activity)
    told = re.findall(r"Told (\d+) days before", shown(ANYBODY, activity, "?all=1"))
    assert told == [str(days) for days in range(1, 13)]


def test_a_correction_and_the_corrected_point_to_each_other(cast: Cast) -> None:
    lead = cast.organizations["lead"]
    wrong = make_update(activity=cast.public, organization=lead, done="Ninety took part", author=cast.lead)
    right = make_update(
        activity=cast.public, organization=lead, done="Nineteen took part", author=cast.lead, corrects=wrong
    )
    html = shown(ANYBODY, cast.public)
    entries = dict(re.findall(r'<li id="update-(\d+)">(.*?)</article>', html, re.DOTALL))
    assert f'href="#update-{right.pk}"' in entries[str(wrong.pk)] and "Corrected by" in entries[str(wrong.pk)]
    assert f'href="#update-{wrong.pk}"' in entries[str(right.pk)] and "Corrects" in entries[str(right.pk)]
    assert "Ninety took part" in entries[str(wrong.pk)]


def test_each_corrects_entries_of_their_own_organization(cast: Cast) -> None:
    own = make_update(
        activity=cast.public, organization=cast.organizations["partner"], author=cast.partner, done="Ours"
    )
    found = {}
    for person in PEOPLE:
        targets = [target for target in links(shown(cast.people[person], cast.public)) if "?corrects=" in target]
        found[person] = {int(target.split("=")[1]) for target in targets}
    others = set(cast.public.updates.exclude(pk=own.pk).values_list("pk", flat=True))
    nobody: dict[str, set[int]] = {person: set() for person in PEOPLE}
    assert found == nobody | {
        "partner": {own.pk},
        "reporter": {own.pk},
        "lead": others,
        "coordinator": others | {own.pk},
        "administrator": others | {own.pk},
    }
    for target in links(shown(cast.partner, cast.public)):
        if "?corrects=" in target:
            page(cast.partner, target)


def test_only_who_may_set_the_status_is_offered_to_correct_what_set_it(cast: Cast) -> None:
    """A reporter of the lead may log for it, and may not undo its word on the status."""
    plain = make_update(
        activity=cast.public,
        organization=cast.organizations["lead"],
        author=cast.people["lead"],
        done="Met.",
        may_set_status=False,
    )
    setting = cast.public.updates.exclude(status="").get()
    offered = {}
    for person in ("lead", "lead_reporter"):
        page = shown(cast.people[person], cast.public)
        offered[person] = {pk for pk in (plain.pk, setting.pk) if f"?corrects={pk}" in page}
    assert offered == {"lead": {plain.pk, setting.pk}, "lead_reporter": {plain.pk}}


def test_people_are_named_to_those_who_signed_in(cast: Cast) -> None:
    cast.partner.name = "Persis Ventura"
    cast.partner.save()
    row = cast.public.participations.get(organization=cast.organizations["partner"])
    row.focal_point = cast.partner
    row.save()
    make_update(activity=cast.public, organization=row.organization, author=cast.partner, done="Met")
    assert "Persis Ventura" not in shown(ANYBODY, cast.public)
    assert shown(cast.stranger, cast.public).count("Persis Ventura") == 2


def test_evidence_is_linked(cast: Cast) -> None:
    proof = Evidence(kind="file", title="Minutes", content_type="application/pdf", size=2048)
    proof.file.save("minutes.pdf", ContentFile(b"%PDF-1.4"), save=False)
    link = Evidence(kind="link", url="https://example.org/?a=1&b=<2>")
    make_update(
        activity=cast.public,
        organization=cast.organizations["lead"],
        author=cast.lead,
        evidence=[proof, link],
    )
    html = shown(ANYBODY, cast.public)
    assert reverse("evidence-download", args=[proof.pk]) in links(html)
    assert "application/pdf, 2.0\xa0KB" in html
    assert '<a href="https://example.org/?a=1&amp;b=&lt;2&gt;" rel="noopener noreferrer">' in html


def test_the_log_says_what_changed(db: None) -> None:
    lead = make_organization()
    activity = make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=5)
    kind = ObstacleKind.objects.create(code="security", title_en="Security")
    make_update(
        activity=activity,
        organization=lead,
        status=Status.STALLED,
        reason="The road is closed",
        progress=30,
        obstacles="Mines",
        obstacle_kinds=[kind],
        next_steps="Clear it",
        next_steps_due_on="2027-01",
        language="fr",
    )
    entry = shown(ANYBODY, activity).split('<li id="update-')[1].split("</article>")[0]
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", entry))
    expected = ["Under way", "became", "Stalled", "30%", "The road is closed", "Security", "Mines", "Clear it"]
    assert [word for word in expected if word not in words] == []
    assert "Due January 2027" in words
    assert 'lang="fr" dir="ltr"><p>Mines</p>' in entry


def test_former_participants_stand_apart(cast: Cast) -> None:
    cast.public.participations.update(since="2026-01-01")
    partner = cast.public.participations.get(organization=cast.organizations["partner"])
    answer_invitation(
        participation=partner, response=Response.WITHDRAWN, by=None, version=partner.version, words="Over"
    )
    invited = cast.public.participations.get(organization=cast.organizations["invited"])
    answer_invitation(
        participation=invited, response=Response.DECLINED, by=None, version=invited.version, words="No staff"
    )
    section = shown(ANYBODY, cast.public).split('id="participants"')[1]
    present, former = section.split("Former participants")
    names = {name: f'/organizations/{name}/"' for name in ("lead", "colead", "observer", "partner", "invited")}
    assert {name for name, target in names.items() if target in present} == {"lead", "colead", "observer"}
    assert {name for name, target in names.items() if target in former} == {"partner", "invited"}
    assert "No staff" in former and "Withdrawn" in former and "Declined" in former


def test_signals_come_with_their_rule(db: None) -> None:
    today = timezone.localdate()
    lead = make_organization()
    late = (today - datetime.timedelta(days=32)).isoformat()
    activity = make_undertaking(lead=lead, status=Status.UNDER_WAY, days_ago=112, planned_end_on=late)
    row = Activity.objects.with_signals(today).get(pk=activity.pk)
    assert [signal_words(row, signal, today) for signal in signals_shown(row)] == [
        "Overdue 32 days",
        "Silent 112 days",
        "No closing condition",
    ]
    html = shown(ANYBODY, activity)
    assert "Overdue 32 days" in html and "Open, and the planned end has passed." in html
    assert "Silent" not in shown(ANYBODY, make_item())


def test_an_item_shows_its_text_in_two_languages(db: None) -> None:
    item = make_item()
    Activity.objects.filter(pk=item.pk).update(
        description_zh_hans="拟订联合培训", description_en="Develop joint training", description_fr="Former ensemble"
    )
    for language, beside in (
        ("en", "Develop joint training"),
        ("zh-hans", "Develop joint training"),
        ("fr", "Former ensemble"),
    ):
        client = client_of(ANYBODY)
        client.cookies["language"] = language
        html = main_part(client.get(item.get_absolute_url()).content.decode())
        assert '<div class="prose" lang="zh-hans" dir="ltr"><p>拟订联合培训</p></div>' in html
        assert beside in html
    assert "/frameworks/S-2001-138/#A.5" in links(html)


def test_a_missing_translation_says_its_language(db: None) -> None:
    activity = make_undertaking(title="Joint course")
    client = client_of(ANYBODY)
    client.cookies["language"] = "ar"
    html = client.get(activity.get_absolute_url()).content.decode()
    assert '<h1><span lang="en" dir="ltr">Joint course</span></h1>' in html


def test_documented_ones_say_where_they_come_from(db: None) -> None:
    activity = make_undertaking(confidence="medium", editorial_note="The date is <doubtful>.", dates_as_stated="spring")
    html = shown(ANYBODY, activity)
    assert "Recorded from public sources. Confidence: Medium." in html
    assert "The date is &lt;doubtful&gt;." in html and "spring" in html


def test_terms_and_ties_are_named(db: None) -> None:
    item = make_item()
    activity = make_undertaking(
        item=item,
        functional_fields=[FunctionalField.objects.create(code="aid", title_en="Humanitarian aid")],
        themes=[Theme.objects.create(code="gender", title_en="Gender")],
        principles=[
            Principle.objects.create(framework=item.framework, code="P1", position=1, title_en="Self-reliance")
        ],
    )
    html = shown(ANYBODY, activity)
    found = set(links(html))
    assert {"/activities/?field=aid", "/activities/?theme=gender", "/frameworks/S-2001-138/#P1"} <= found
    assert "Humanitarian aid" in html and "Gender" in html and "Self-reliance" in html


@pytest.mark.parametrize("person", ["anonymous", "stranger", "partner", "lead", "coordinator"])
def test_queries_do_not_grow_with_the_rows(cast: Cast, person: str) -> None:
    counts: list[list[int]] = []
    for _ in range(2):
        proofs = [Evidence(kind="link", url="https://example.org/")]
        kinds = [ObstacleKind.objects.create(code=f"kind-{len(counts)}", title_en="Kind")]
        for activity in (cast.public, cast.item):
            for _ in range(2):
                make_participation(activity=activity, organization=make_organization(), role=Role.FUNDER)
            make_update(
                activity=activity,
                organization=cast.organizations["lead"],
                author=cast.lead,
                evidence=proofs,
                obstacle_kinds=kinds,
            )
            make_undertaking(item=cast.item, follows=cast.public if activity == cast.public else None)
            make_undertaking(item=make_item(code="B.1"), also_serves=[cast.item])
            proofs = [Evidence(kind="link", url="https://example.org/")]
        counts.append([queries(cast.people[person], row.get_absolute_url()) for row in (cast.public, cast.item)])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 12


def test_a_restricted_page_costs_no_more(cast: Cast) -> None:
    assert queries(cast.lead, cast.restricted.get_absolute_url()) <= 12


def test_only_reading(cast: Cast) -> None:
    client = client_of(cast.coordinator)
    for name in ("activity-detail", "activity-history"):
        assert client.post(address(name, cast.public)).status_code == 405
        assert client.head(address(name, cast.public)).status_code == 200


def test_visibility_is_said(cast: Cast) -> None:
    html = shown(cast.lead, cast.restricted)
    assert str(Visibility.RESTRICTED.label) in html
