"""Participations from a table: matched by activity, organization, role and beginning."""

import datetime

import pytest
from django.utils import timezone

from activities.choices import Response, Role
from activities.models import Notification, Participation
from tests.factories import make_organization
from tests.personas import Cast

from .importing import changes, imported, outcomes, plan, sentences

KIND = "participations"
HEAD = ("code", "organization", "role")


def row_of(code: str, organization: str, role: str) -> Participation:
    return Participation.objects.get(activity__code=code, organization__slug=organization, role=role)


def test_a_new_one_is_an_invitation_unless_it_says_otherwise(cast: Cast) -> None:
    make_organization(acronym="OSCE", name_en="Organization for Security", name_fr="Organisation pour la sécurité")
    head = (*HEAD, "response", "since", "responsibility", "focal_point", "answered_for")
    rows = [
        ("A.5.1", "osce", "Partner", "", "", "Trains trainers", "", ""),
        ("A.5.2", "Organisation pour la sécurité", "funder", "Accepted", "2001-05", "", cast.partner.email, "A letter"),
    ]
    told = plan(KIND, cast.coordinator, [head, *rows])
    assert outcomes(told) == ["new", "new"]
    assert told.lines[0].title == "OSCE, Partner – Public course"
    made = imported(KIND, cast.coordinator, [head, *rows])
    invited, accepted = row_of("A.5.1", "osce", "partner"), row_of("A.5.2", "osce", "funder")
    assert (invited.response, invited.responsibility, invited.invited_by) == (
        Response.INVITED, "Trains trainers", cast.coordinator,
    )  # fmt: skip
    assert (accepted.response, accepted.since, accepted.focal_point, accepted.answered_for) == (
        Response.ACCEPTED, "2001-05", cast.partner, "A letter",
    )  # fmt: skip
    assert set(made.entries.values_list("what", "code", "created")) == {
        ("participation", "A.5.1", True), ("participation", "A.5.2", True),
    }  # fmt: skip


def test_the_same_one_again_changes_nothing(cast: Cast) -> None:
    rows = [("A.5.1", "partner", "partner"), ("A.5.1", "LEAD", "lead"), ("A.5.2", "invited", "technical_support")]
    assert outcomes(plan(KIND, cast.coordinator, [HEAD, *rows])) == ["unchanged"] * 3


def test_particulars_answer_and_end_are_recorded(cast: Cast) -> None:
    today = timezone.localdate()
    head = (*HEAD, "response", "answered_for", "answered_where", "mandate", "until", "note")
    rows = [
        ("A.5.1", "invited", "technical_support", "accepted", "A. Person, desk officer", "Letter of 1 May", "Charter",
         "", ""),
        ("A.5.1", "partner", "partner", "", "", "", "", today.isoformat(), "Has moved on"),
        ("A.5.2", "partner", "partner", "", "", "", "Annex II", "", ""),
    ]  # fmt: skip
    told = plan(KIND, cast.coordinator, [head, *rows])
    assert outcomes(told) == ["changed"] * 3
    assert changes(told.lines[2]) == [("G4", "acts under (mandate)", "", "Annex II")]
    imported(KIND, cast.coordinator, [head, *rows])
    answered = row_of("A.5.1", "invited", "technical_support")
    assert (answered.response, answered.answered_for, answered.mandate, answered.since, answered.answered_by) == (
        Response.ACCEPTED, "A. Person, desk officer; Letter of 1 May", "Charter", today.isoformat(), cast.coordinator,
    )  # fmt: skip
    ended = row_of("A.5.1", "partner", "partner")
    assert (ended.response, ended.until) == (Response.ACCEPTED, today.isoformat())
    assert "Has moved on" in ended.note
    assert row_of("A.5.2", "partner", "partner").mandate == "Annex II"


def test_somebody_elses_answer_needs_its_source(cast: Cast) -> None:
    new = plan(KIND, cast.coordinator, [(*HEAD, "response"), ("A.5.1", "stranger", "host", "accepted")])
    assert sentences(new) == [
        ("D2", "Say who in the organization gave this answer, and where, such as a letter and its date.")
    ]
    cells = [(*HEAD, "response"), ("A.5.1", "invited", "technical_support", "accepted")]
    assert sentences(plan(KIND, cast.coordinator, cells)) == [
        ("", "Say who in the organization gave this answer."),
        ("", "Say where this answer was given, such as a letter and its date."),
    ]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ((("A.5.1", "nobody", "partner"),), "“nobody” is not known here."),
        ((("A.5.1", "partner", "boss"),), "“boss” is not known here."),
        ((("A.5.1", "partner", ""),), "Who takes part, and in which role, is needed in each row."),
        ((("A.5.1", "stranger", "lead", "accepted", "", "", "A letter"),), "There is one lead at a time"),
        ((("A.5.1", "partner", "partner", "", "2001"),), "This organization already has this role here."),
        ((("A.5.1", "partner", "partner", "", "", "2001-05"),), "Enter a day as year-month-day"),
        ((("A.5.1", "partner", "partner", "", "", "2999-01-01"),), "The day lies in the future."),
        ((("A.5.1", "partner", "partner", "invited"),), "Say who in the organization gave this answer."),
        ((("A.5.1", "stranger", "host"), ("A.5.1", "stranger", "host")), "Row 2 is the same participation."),
    ],
)
def test_what_cannot_be_is_refused(cast: Cast, cells: tuple[tuple[str, ...], ...], why: str) -> None:
    Participation.objects.filter(role="partner").update(since="2010-01-01")
    told = plan(KIND, cast.coordinator, [(*HEAD, "response", "since", "until", "answered_for"), *cells])
    assert outcomes(told)[-1] == "refused"
    assert sentences(told)[0][1].startswith(why)


def test_a_role_held_twice_is_told_apart_by_its_beginning(cast: Cast) -> None:
    cast.public.participations.filter(role=Role.HOST).delete()
    first = {"activity": cast.public, "organization": cast.organizations["stranger"], "role": Role.HOST}
    for since in ("2001", "2005"):
        Participation.objects.create(response=Response.ACCEPTED, since=since, until="2010", **first)
    head = (*HEAD, "since", "mandate")
    told = plan(KIND, cast.coordinator, [head, ("A.5.1", "stranger", "host", "", "Charter")])
    assert "had this role several times" in sentences(told)[0][1]
    imported(KIND, cast.coordinator, [head, ("A.5.1", "stranger", "host", "2005", "Charter")])
    assert list(Participation.objects.filter(**first).order_by("since").values_list("since", "mandate")) == [
        ("2001", ""), ("2005", "Charter"),
    ]  # fmt: skip


def test_who_is_invited_is_told_only_when_it_is_applied(cast: Cast) -> None:
    before = Notification.objects.count()
    cells = [HEAD, ("A.5.1", "stranger", "host")]
    plan(KIND, cast.coordinator, cells)
    assert Notification.objects.count() == before
    imported(KIND, cast.coordinator, cells)
    assert {*Notification.objects.filter(kind="invitation").values_list("user", flat=True)} >= {cast.stranger.pk}


def test_days_are_read_as_days(cast: Cast) -> None:
    cells = [(*HEAD, "since"), ("A.5.1", "stranger", "host", datetime.date(2001, 5, 17))]
    imported(KIND, cast.coordinator, cells)
    assert row_of("A.5.1", "stranger", "host").since == "2001-05-17"
