"""As of a day: what the register knew on it, against a plain replay of every entry and participation, one by one."""

import csv
import datetime
import importlib
import io
import random
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.choices import OPEN_STATUSES, Response, Role, Status, UpdateKind, Visibility
from activities.filters import KEEPER, Selection, StandingSelection, in_order
from activities.models import Activity, ActivityState, Participation, StatusUpdate
from activities.models.querysets import DATED, then
from activities.reports import Row, RowReader
from activities.workflow import answer_invitation, edit_undertaking, end_participation, open_round, post_update
from activities.workflow.facts import computed_states, remembered_states
from activities.workflow.register import check_activity
from organizations.models import Organization
from tests.activities.report_reading import (
    address,
    body,
    codes,
    csv_rows,
    form_values,
    left_out,
    option_counts,
    page_rows,
    parse,
    print_rows,
    total,
    xlsx_rows,
)
from tests.factories import make_item, make_organization, make_participation, make_undertaking, make_update, make_user
from tests.personas import Cast

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def ago(days: int) -> datetime.date:
    return TODAY() - datetime.timedelta(days=days)


def moment(days: int) -> datetime.datetime:
    return datetime.datetime.combine(ago(days), datetime.time(9), tzinfo=datetime.UTC)


def selected(day: datetime.date | str, user: Any = KEEPER, **given: str) -> Selection:
    return Selection({"as_of": [str(day)], **{name: [value] for name, value in given.items()}}, user)


def read(selection: Selection) -> list[Row]:
    return RowReader(selection.names, selection.today).read(in_order(selection.rows(), "code"))


# Against a plain replay


def heard(entry: StatusUpdate) -> datetime.datetime:
    if entry.kind != UpdateKind.DOCUMENTED:
        return entry.created_at
    day = datetime.datetime.combine(entry.as_of.last_day, datetime.time(), tzinfo=datetime.UTC)
    return min(day, entry.created_at)


class Replay:
    """What was known of an activity on a day, told from every entry heard and every role begun by then."""

    def __init__(self, activity: Activity) -> None:
        self.activity = activity
        self.entries = {entry.pk: entry for entry in StatusUpdate.objects.filter(activity=activity).order_by("pk")}
        self.roles = list(Participation.objects.filter(activity=activity).order_by("pk"))

    def root(self, entry: StatusUpdate) -> int:
        return self.root(self.entries[entry.corrects_id]) if entry.corrects_id else entry.pk

    def on(self, day: datetime.date) -> dict[str, Any] | None:
        """None before anything was known."""
        entries = [entry for entry in self.entries.values() if heard(entry).date() <= day]
        if self.activity.created_at.date() > day and not entries:
            return None
        corrected = {entry.corrects_id for entry in entries}
        story = sorted((e for e in entries if e.pk not in corrected), key=lambda e: (e.as_of, self.root(e)))
        statuses = [(entry.status, entry.as_of) for entry in story if entry.status] or [(Status.PROPOSED, "")]
        last = max((heard(entry) for entry in story), default=None)
        leading = [role for role in self.roles if role.role in ("lead", "co_lead")]
        holding = [
            (role.role != Role.LEAD, role.pk, role.organization_id)
            for role in leading
            if role.since.first_day <= day and not (role.until and role.until.last_day <= day)
        ]
        withdrawn = [
            role.until
            for role in leading
            if role.role == Role.LEAD and role.response == Response.WITHDRAWN and role.until.last_day <= day
        ]
        since = (last or self.activity.created_at).date()
        return {
            "status": statuses[-1][0],
            "status_as_of": statuses[-1][1],
            "progress": ([None] + [entry.progress for entry in story if entry.progress is not None])[-1],
            "last_update_at": last,
            "lead_id": min(holding)[2] if holding else None,
            "lead_withdrew_on": max(withdrawn) if withdrawn and not holding else "",
            "silent_on": since + datetime.timedelta(self.activity.update_interval_days + 1),
        }


def live_through(rng: random.Random, organizations: list[Organization]) -> tuple[Activity, int]:
    """An undertaking with a history in no order: leads that come and go, updates, old sources, corrections."""
    activity = make_undertaking(created_at=moment(rng.randint(40, 90)), update_interval_days=rng.choice((5, 30)))
    begins = 100
    for organization in rng.sample(organizations, 3):
        ends = begins - rng.randint(0, 30)
        role = rng.choice((Role.LEAD, Role.LEAD, Role.CO_LEAD))
        since, until = str(ago(begins)), str(ago(ends)) if rng.random() < 0.8 else ""
        response = Response.WITHDRAWN if until and rng.random() < 0.4 else Response.ACCEPTED
        make_participation(
            activity=activity, organization=organization, role=role, response=response, since=since, until=until
        )
        begins = ends if until else begins - 5
        if not until and role == Role.LEAD:
            break
    corrections = 0
    author = make_user(organization=organizations[0])
    for _ in range(9):
        at, documented = rng.randint(0, 95), rng.random() < 0.3
        standing = list(StatusUpdate.objects.standing().filter(activity=activity))
        corrects = rng.choice(standing) if standing and rng.random() < 0.35 else None
        if corrects:
            documented = corrects.kind == UpdateKind.DOCUMENTED
        says = {
            "status": rng.choice(("", "", *Status.values)),
            "progress": rng.choice((None, None, rng.randint(0, 100))),
            "as_of": str(ago(rng.randint(0, 120)))[: rng.choice((10, 10, 7))],
        }
        try:
            post_update(
                activity=activity,
                organization=corrects.organization if corrects else None if documented else organizations[0],
                author=None if documented else author,
                may_set_status=True,
                kind=UpdateKind.DOCUMENTED if documented else UpdateKind.UPDATE,
                reason="For a reason.",
                closing="objective_met",
                corrects=corrects,
                at=moment(at),
                **says,
            )
            corrections += bool(corrects)
        except ValidationError:
            continue
    return Activity.objects.get(pk=activity.pk), corrections


def test_every_day_of_random_histories_is_what_a_plain_replay_tells() -> None:
    rng = random.Random(1612)
    organizations = [make_organization() for _ in range(4)]
    corrections, seen = 0, set()
    for _ in range(8):
        activity, corrected = live_through(rng, organizations)
        corrections += corrected
        replay = Replay(activity)
        for days in range(125, -1, -1):
            rows = Activity.objects.filter(pk=activity.pk).as_known_on(ago(days)).values(*map(then, DATED))
            expected = replay.on(ago(days))
            found = [{name: row[then(name)] for name in DATED} for row in rows]
            assert found == ([expected] if expected else []), (activity.code, ago(days))
            seen.add((bool(expected), expected and expected["status"], bool(expected and expected["lead_withdrew_on"])))
        assert {name: getattr(activity, name) for name in DATED} == found[0], "the last day is today"
        assert check_activity(activity.pk) == []
    assert corrections > 3
    assert len(seen) > 6
    fill_again()


def fill_again() -> None:
    """What the migration would have written for all of it is what was written meanwhile."""
    written = {activity.pk: remembered_states(activity) for activity in Activity.objects.all()}
    ActivityState.objects.all().delete()
    importlib.import_module("activities.migrations.0013_known_from_day_to_day").fill(apps, None)
    assert {activity.pk: remembered_states(activity) for activity in Activity.objects.all()} == written


# What writes it


def spans(activity: Activity) -> list[tuple[int, str, int | None]]:
    """(days ago from which it was known, status, progress)."""
    return [
        ((TODAY() - state["known_from"]).days, state["status"], state["progress"])
        for state in remembered_states(activity)
    ]


def test_an_update_ends_one_state_and_begins_another() -> None:
    lead = make_organization()
    activity = make_undertaking(lead=lead, created_at=moment(30))
    make_update(activity=activity, organization=lead, days_ago=20, status="under_way")
    make_update(activity=activity, organization=lead, days_ago=10, progress=40)
    assert spans(activity) == [
        (30, "proposed", None), (20, "under_way", None), (10, "under_way", 40), (0, "under_way", 40),
    ]  # fmt: skip
    first = make_update(activity=activity, organization=lead, progress=50)
    make_update(activity=activity, organization=lead, progress=55)
    assert spans(activity)[-1] == (0, "under_way", 55), "two on one day are one state"
    make_update(activity=activity, organization=lead, corrects=first, progress=60, as_of=first.as_of)
    assert spans(activity)[2:] == [(10, "under_way", 40), (0, "under_way", 55)]
    assert remembered_states(activity) == computed_states(activity)


def test_a_correction_changes_what_is_known_from_the_day_it_was_heard() -> None:
    lead = make_organization()
    activity = make_undertaking(lead=lead, created_at=moment(30))
    wrong = make_update(activity=activity, organization=lead, days_ago=20, status="under_way", progress=90)
    make_update(activity=activity, organization=lead, corrects=wrong, as_of=wrong.as_of, status="under_way", progress=9)
    assert [selected(ago(days)).rows().get(pk=activity.pk).then_progress for days in (21, 20, 1, 0)[:3]] == [
        None,
        90,
        90,
    ]
    assert Activity.objects.get(pk=activity.pk).progress == 9


def test_what_was_taken_back_was_known_until_then() -> None:
    lead = make_organization()
    activity = make_undertaking(created_at=moment(30))
    make_participation(activity=activity, organization=lead, role=Role.LEAD, since=str(ago(30)))
    make_update(activity=activity, organization=lead, days_ago=20, status="under_way")
    wrong = make_update(activity=activity, organization=lead, days_ago=10, progress=90)
    taken = {"as_of": wrong.as_of, "kind": UpdateKind.TAKEN_BACK, "organization": lead, "activity": activity}
    make_update(corrects=wrong, days_ago=5, **taken)
    before = [(30, "proposed", None), (20, "under_way", None), (10, "under_way", 90)]
    assert spans(activity) == [*before, (5, "under_way", None)]
    slip = make_update(activity=activity, organization=lead, progress=70)
    assert spans(activity)[-1] == (0, "under_way", 70)
    make_update(corrects=slip, **{**taken, "as_of": slip.as_of})
    assert spans(activity) == [*before, (5, "under_way", None)]
    assert remembered_states(activity) == computed_states(activity)


def test_other_writes_leave_it_right(cast: Cast) -> None:
    activity = cast.public
    edit_undertaking(
        activity=activity, changes={"update_interval_days": 7}, version=activity.version, by=cast.coordinator
    )
    lead = activity.participations.get(role=Role.LEAD)
    answer_invitation(participation=lead, response=Response.WITHDRAWN, by=cast.lead, version=lead.version)
    invited = activity.participations.get(response=Response.INVITED)
    end_participation(participation=invited, on=TODAY(), by=cast.coordinator, version=invited.version)
    for each in Activity.objects.select_related("framework"):
        assert remembered_states(each) == computed_states(each), each
        assert remembered_states(each), each
    activity = Activity.objects.get(pk=activity.pk)
    ActivityState.objects.filter(activity=activity).update(progress=77)
    with pytest.raises(CommandError, match="1 differences"):
        call_command("check_register")
    call_command("check_register", fix=True)
    assert remembered_states(activity) == computed_states(activity)


def test_logging_costs_two_statements_more(cast: Cast) -> None:
    """The last state ends, a new one begins, however many there are."""
    lead = cast.organizations["lead"]
    activity = make_undertaking(created_at=moment(60))
    make_participation(activity=activity, organization=lead, role=Role.LEAD, since=str(ago(60)))
    for days in (50, 40, 30):
        make_update(activity=activity, organization=lead, author=cast.lead, days_ago=days)
    with CaptureQueriesContext(connection) as captured:
        make_update(activity=activity, organization=lead, author=cast.lead, progress=10)
    ours = [query["sql"].split()[0] for query in captured if "activitystate" in query["sql"]]
    assert ours == ["UPDATE", "INSERT"]


# What is asked for


@pytest.fixture
def history() -> dict[str, Activity]:
    """Three undertakings that have come a long way, and one of yesterday."""
    osce, undp = make_organization(acronym="OSCE"), make_organization(acronym="UNDP")
    item = make_item(code="A.5")
    rows = {
        "done": make_undertaking(item=item, title="Done", created_at=moment(400)),
        "silent": make_undertaking(item=item, title="Silent", created_at=moment(400)),
        "hidden": make_undertaking(item=item, title="Hidden", created_at=moment(400), visibility=Visibility.RESTRICTED),
        "new": make_undertaking(item=item, title="New", lead=osce, created_at=moment(1)),
    }
    for key in ("done", "silent", "hidden"):
        make_participation(
            activity=rows[key], organization=osce, role=Role.LEAD, since=str(ago(390)), until=str(ago(100))
        )
        make_participation(activity=rows[key], organization=undp, role=Role.LEAD, since=str(ago(100)))
        make_update(activity=rows[key], organization=osce, days_ago=380, status="under_way", progress=10)
    make_participation(activity=rows["silent"], organization=undp, role=Role.FUNDER, since=str(ago(50)))
    make_update(
        activity=rows["done"], organization=undp, days_ago=60, status="completed", closing="objective_met", progress=100
    )
    return {key: Activity.objects.get(pk=row.pk) for key, row in rows.items()}


def test_a_row_says_what_was_known(history: dict[str, Activity]) -> None:
    def told(days: int) -> dict[str, tuple[Any, ...]]:
        return {
            row.title.value: (
                row.status, row.progress, [name.title for name in row.leaders],
                [name.title for name in row.participants], row.updated_on, row.signals,
            )
            for row in read(selected(ago(days), AnonymousUser()))
            if not row.agreed
        }  # fmt: skip

    unheard = ["no_closing_condition"]
    assert told(401) == {}
    assert told(395)["Done"] == ("proposed", None, [], [], None, ["no_lead", *unheard])
    assert told(380) == dict.fromkeys(("Done", "Silent"), ("under_way", 10, ["OSCE"], [], ago(380), unheard))
    assert told(100)["Done"] == ("under_way", 10, ["UNDP"], ["OSCE"], ago(380), ["silent", *unheard])
    assert told(60)["Done"] == ("completed", 100, ["UNDP"], ["OSCE"], ago(60), [])
    assert set(told(1)) == {"Done", "Silent", "New"}
    assert {row.title.value for row in read(selected(ago(2)))} == {"Item A.5", "Done", "Silent", "Hidden"} - {
        "Item A.5"
    }


def test_filters_speak_of_that_day(history: dict[str, Activity]) -> None:
    def found(days: int, **given: str) -> set[str]:
        return {row.title_en for row in selected(ago(days), AnonymousUser(), kind="undertaking", **given).rows()}

    both = {"Done", "Silent"}
    assert found(61, status="under_way") == both
    assert found(60, status="under_way") == {"Silent"}
    assert found(60, status="completed") == {"Done"}
    assert found(101, organization="undp") == set()
    assert found(100, organization="undp", role="lead") == both
    assert found(51, organization="undp", role="funder") == set()
    assert found(50, organization="undp", role="funder") == {"Silent"}
    assert found(100, organization="osce") == both, "who took part earlier is found too"
    assert found(380 - 90, signal="silent") == set()
    assert found(380 - 91, signal="silent") == both
    assert found(391, signal="no_lead") == both
    assert found(390, signal="no_lead") == set()
    assert found(200, updated_after=str(ago(100))) == set()
    assert found(60, updated_after=str(ago(100))) == {"Done"}
    assert found(380 - 10, silent_days="9") == both
    assert found(380 - 10, silent_days="10") == set()


def test_orders_are_those_of_that_day(history: dict[str, Activity]) -> None:
    def order(days: int, sort: str) -> list[str]:
        rows = selected(ago(days), AnonymousUser(), kind="undertaking")
        return [row.title_en for row in in_order(rows.rows(), sort)]

    make_update(activity=history["silent"], days_ago=90, organization=history["silent"].lead)
    assert order(70, "-updated") == ["Silent", "Done"]
    assert order(50, "-updated") == ["Done", "Silent"]
    assert order(0, "lead") == ["New", "Done", "Silent"]
    assert order(50, "-status") == ["Silent", "Done"]


def test_an_invitation_was_unanswered_until_it_was_answered() -> None:
    activity = make_undertaking(created_at=moment(60))
    invited = make_participation(
        activity=activity, organization=make_organization(), response=Response.INVITED, at=moment(40)
    )

    def waiting(days: int) -> bool:
        return selected(ago(days), signal="unanswered").rows().exists()

    expected = {41: False, 39: False, 27: False, 25: True, 3: True, 1: True}
    assert {days: waiting(days) for days in expected} == expected
    answer_invitation(participation=invited, response=Response.ACCEPTED, by=None, version=invited.version)
    assert {days: waiting(days) for days in expected} == expected
    assert not Activity.objects.showing("unanswered", TODAY()).exists()


def test_who_withdrew_later_took_part_then_and_who_never_accepted_did_not() -> None:
    activity = make_undertaking(created_at=moment(60))
    left, never = make_organization(acronym="LEFT"), make_organization(acronym="NEVER")
    row = make_participation(activity=activity, organization=left, since=str(ago(50)))
    answer_invitation(participation=row, response=Response.WITHDRAWN, by=None, version=row.version, on=ago(10))
    row = make_participation(activity=activity, organization=never, response=Response.INVITED, at=moment(50))
    end_participation(participation=row, on=ago(10), by=None, version=row.version)

    def names(days: int) -> list[str]:
        [row] = [row for row in read(selected(ago(days))) if not row.agreed]
        return [name.title for name in row.participants]

    assert {days: names(days) for days in (55, 50, 11, 10)} == {55: [], 50: ["LEFT"], 11: ["LEFT"], 10: []}


@pytest.mark.parametrize(
    "value", ["2001", "2001-12", "31.12.2001", "1899-12-31", "2999-01-01", "yesterday", "2001-02-30", "٢٠٠١-١٢-٣١"]
)
def test_a_day_that_is_none_is_refused(client: Client, value: str) -> None:
    make_item()
    for form in ("", "csv"):
        response = client.get(address(as_of=value, **({"format": form} if form else {})))
        assert response.status_code == 400
        assert [name for name, _ in response.context["problems"]] == ["as_of"]
    assert client.get(address() + "?as_of=2001-12-31&as_of=2001-12-30").status_code == 400
    assert client.get(address(as_of=str(TODAY()))).status_code == 200
    assert client.get(address(as_of="1900-01-01")).status_code == 200


def test_what_is_asked_again_later_names_no_day(cast: Cast) -> None:
    selection = StandingSelection({"as_of": ["2001-12-31"], "area": ["A"]}, KEEPER)
    assert [name for name, _ in selection.problems] == ["as_of"]
    with pytest.raises(ValidationError, match="as_of"):
        open_round(
            framework=cast.item.framework, title="Old", period_start=ago(90), period_end=ago(1), due_on=ago(-9),
            by=cast.coordinator, filters="area=A&as_of=2001-12-31",
        )  # fmt: skip


# Pages and files


def test_page_and_files_say_the_same_and_say_so(client: Client, history: dict[str, Activity]) -> None:
    day = str(ago(100))
    page = page_rows(client, as_of=day, sort="code")
    assert [(row[0], row[2], row[4]) for row in page] == [
        ("A.5.1", "UNDP", "Under way"), ("A.5.2", "UNDP", "Under way")
    ]  # fmt: skip
    files = [csv_rows(client, as_of=day), [[str(cell) for cell in row] for row in xlsx_rows(client, as_of=day)]]
    assert [codes(rows[1:]) for rows in files] == [codes(page)] * 2
    head, *rows = files[0]
    told = {name: [row[head.index(name)] for row in rows] for name in ("Status", "Progress (%)", "Lead", "Last update")}
    assert told == {
        "Status": ["Under way"] * 2, "Progress (%)": ["10"] * 2, "Lead": ["UNDP"] * 2,
        "Last update": [str(ago(380))] * 2,
    }  # fmt: skip
    assert codes(print_rows(client, as_of=day)) == codes(page)
    response = client.get(address(as_of=day, format="csv", status="under_way"))
    assert left_out(response) == (2, 0)
    assert response["X-Report-As-Of"] == day
    assert "known on that day" in response["X-Report-Note"]
    assert f"activities_{day}_status-under_way.csv" in response["Content-Disposition"]
    assert "known on that day" in parse(client.get(address(as_of=day, format="print"))).text
    assert "known on that day" not in parse(client.get(address(format="print"))).text


def test_the_strip_the_chip_and_the_form_name_the_day(client: Client, history: dict[str, Activity]) -> None:
    response = client.get(address(as_of="2001-12-31", area="A"))
    document = parse(response)
    [strip] = document.all("aside", class_="asof")
    assert "As of 31 December 2001" in strip.text
    assert [link["href"] for link in strip.all("a")] == ["?area=A"]
    chips = {chip.text: chip["href"] for chip in document.all("a", class_="chip")}
    assert chips == {
        "Remove filter: As of 31 December 2001": "?area=A",
        "Remove filter: Area: A Area A": "?as_of=2001-12-31",
    }
    assert response.context["sentence"] == "As of 31 December 2001; Area: A Area A"
    [form] = document.all("form", id="filters")
    assert form_values(form) == {"as_of": ["2001-12-31"], "area": ["A"]}
    ways = {way["text"]: (way["href"], way["count"]) for way in response.context["widenings"]}
    assert ways == {"As of 31 December 2001": ("?area=A", "4 activities")}
    assert not list(parse(client.get(address(area="A"))).all("aside", class_="asof"))


def test_the_timeline_speaks_of_that_day_too(client: Client, history: dict[str, Activity]) -> None:
    Activity.objects.filter(pk__in=[row.pk for row in history.values()]).update(actual_start_on=str(ago(380)))

    def told(**given: str) -> dict[str, str]:
        text = body(client.get(reverse("timeline", query={"format": "csv", **given}))).decode("utf-8-sig")
        return {row["Activity"]: row["Status"] for row in csv.DictReader(io.StringIO(text))}

    assert told(as_of=str(ago(100))) == {"Done": "Under way", "Silent": "Under way"}
    assert told(as_of=str(ago(60))) == {"Done": "Completed", "Silent": "Under way"}
    document = parse(client.get(reverse("timeline", query={"as_of": "2001-12-31", "by": "year"})))
    [strip] = document.all("aside", class_="asof")
    assert "As of 31 December 2001" in strip.text
    assert [link["href"] for link in strip.all("a")] == ["?by=year"]
    for form in ({}, {"format": "print"}):
        page = parse(client.get(reverse("timeline", query={"as_of": str(ago(100)), **form}))).text
        assert "known on that day" in page
    assert client.get(reverse("timeline", query={"compare": "2001-12-31"})).status_code == 400


def test_the_matrix_speaks_of_that_day_too(client: Client, history: dict[str, Activity]) -> None:
    def has_a_part(days: int) -> bool:
        query = {"format": "csv", "as_of": str(ago(days))}
        text = body(client.get(reverse("matrix", query=query))).decode("utf-8-sig")
        [row] = [row for row in csv.reader(io.StringIO(text)) if row[0] == "UNDP"]
        return any(number not in ("", "0") for number in row[3:])

    assert {days: has_a_part(days) for days in (101, 100)} == {101: False, 100: True}
    document = parse(client.get(reverse("matrix", query={"as_of": "2001-12-31", "by": "theme"})))
    [strip] = document.all("aside", class_="asof")
    assert [link["href"] for link in strip.all("a")] == ["?by=theme"]
    paper = client.get(reverse("matrix", query={"as_of": "2001-12-31", "format": "print"}))
    assert "known on that day" in parse(paper).text


def test_counts_are_those_of_that_day(client: Client, history: dict[str, Activity]) -> None:
    def numbers(days: int) -> dict[str, int]:
        return {key: n for key, n in option_counts(client, as_of=str(ago(days))).items() if n}

    bare = {"f-area-A": 2, "f-signal-no_closing_condition": 2}
    assert numbers(61) == {**bare, "f-status-under_way": 2, "f-signal-silent": 2}
    assert numbers(60) == {
        "f-area-A": 2, "f-status-under_way": 1, "f-status-completed": 1, "f-signal-silent": 1,
        "f-signal-no_closing_condition": 1,
    }  # fmt: skip
    assert total(client, as_of=str(ago(60)), status="completed") == "1 of 2 activities"
    assert total(client, as_of=str(ago(1)), status="completed") == "1 of 3 activities"


def test_rights_are_todays(cast: Cast, history: dict[str, Activity]) -> None:
    """Nobody reads what was open to them once: who has left reads no more, who came later reads the past."""
    undp, osce = (Organization.objects.get(slug=slug) for slug in ("undp", "osce"))
    day = str(ago(200))
    expected = {
        make_user(organization=undp): {"Done", "Silent", "Hidden"},
        make_user(organization=osce): {"Done", "Silent"},
        cast.stranger: {"Done", "Silent"},
        cast.coordinator: {"Done", "Silent", "Hidden"},
    }
    for person, titles in expected.items():
        client = Client()
        client.force_login(person)
        assert {row[1] for row in csv_rows(client, as_of=day)[1:]} == titles
        assert total(client, as_of=day) == f"{len(titles)} activities"
        assert option_counts(client, as_of=day)["f-status-under_way"] == len(titles)


def test_statements_are_as_many_as_today_and_do_not_grow(cast: Cast, history: dict[str, Activity]) -> None:
    client = Client()
    client.force_login(cast.lead)

    def statements(**given: Any) -> int:
        client.get(address(**given))
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address(**given))
            b"".join(response.streaming_content) if response.streaming else response.content
        return len(captured)

    for form in ({}, {"format": "csv"}, {"format": "xlsx"}, {"format": "print"}):
        for sort in ("code", "-lead", "updated", "status"):
            live = statements(sort=sort, area="A", **form)
            three = statements(sort=sort, area="A", as_of=str(ago(1)), **form)
            two = statements(sort=sort, area="A", as_of=str(ago(2)), **form)
            assert two == three == live, (form, sort)


def test_open_is_what_was_open(history: dict[str, Activity]) -> None:
    rows = Activity.objects.as_known_on(ago(61)).with_signals(ago(61))
    assert {row.title_en for row in rows if row.shows_silent} == {"Done", "Silent", "Hidden"}
    assert history["done"].status not in OPEN_STATUSES
