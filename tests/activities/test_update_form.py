"""The update form: a minute to fill in, nothing typed lost, nothing saved twice."""

import datetime
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.choices import UpdateKind
from activities.models import Activity, ObstacleKind, StatusUpdate, UpdateDraft
from tests.factories import make_update
from tests.personas import Cast

HTMX = {"HX-Request": "true"}


def address(activity: Activity, name: str = "update-new") -> str:
    return reverse(name, args=[activity.framework.code, activity.code])


def newest(activity: Activity) -> int:
    return StatusUpdate.objects.filter(activity=activity).order_by("-pk").values_list("pk", flat=True).first() or 0


def fields(activity: Activity, **changes: Any) -> dict[str, Any]:
    return {
        "done": "Twelve trainers named.",
        "as_of": timezone.localdate().isoformat(),
        "language": "en",
        "token": str(uuid4()),
        "seen": str(newest(activity)),
        **changes,
    }


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def state(activity: Activity) -> tuple[str, int | None]:
    activity = Activity.objects.get(pk=activity.pk)
    return activity.status, activity.progress


def test_a_partner_tells_what_was_done(cast: Cast) -> None:
    funds = ObstacleKind.objects.create(code="funds", title_en="Funds")
    response = signed_in(cast.partner).post(
        address(cast.public),
        fields(
            cast.public,
            obstacles="The funds are late.",
            obstacle_kinds=[funds.pk],
            next_steps="Name the rest.",
            next_steps_due_on="2099-03",
            links="https://www.un.org/a\nhttps://www.un.org/b",
            language="fr",
        ),
    )
    assert (response.status_code, response["Location"]) == (302, cast.public.get_absolute_url())
    entry = StatusUpdate.objects.latest("pk")
    assert (entry.organization, entry.author, entry.on_behalf) == (
        cast.organizations["partner"],
        cast.partner,
        False,
    )
    assert (entry.done, entry.obstacles, entry.next_steps, entry.next_steps_due_on, entry.language) == (
        "Twelve trainers named.",
        "The funds are late.",
        "Name the rest.",
        "2099-03",
        "fr",
    )
    assert (entry.status, entry.progress, entry.kind) == ("", None, UpdateKind.UPDATE)
    assert list(entry.obstacle_kinds.all()) == [funds]
    assert [item.url for item in entry.evidence.all()] == ["https://www.un.org/a", "https://www.un.org/b"]


def test_the_lead_sets_status_and_progress(cast: Cast) -> None:
    response = signed_in(cast.lead).post(
        address(cast.public), fields(cast.public, status="stalled", progress="60%", reason="The host withdrew.")
    )
    assert response.status_code == 302
    assert state(cast.public) == ("stalled", 60)
    entry = StatusUpdate.objects.latest("pk")
    assert (entry.status_before, entry.reason) == ("under_way", "The host withdrew.")


def test_only_the_status_is_enough(cast: Cast) -> None:
    data = fields(cast.public, done="", status="stalled", reason="No visa.")
    assert signed_in(cast.lead).post(address(cast.public), data).status_code == 302


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("lead", {"", "stalled", "completed", "discontinued"}),
        ("co_lead", {"", "stalled", "completed", "discontinued"}),
        ("coordinator", {"", "stalled", "completed", "discontinued"}),
        ("lead_reporter", set()),
        ("partner", set()),
        ("reporter", set()),
    ],
)
def test_statuses_are_offered_to_those_who_may_set_them(cast: Cast, who: str, offered: set[str]) -> None:
    page = signed_in(getattr(cast, who)).get(address(cast.public)).content.decode()
    found = {piece.split('value="')[1].split('"')[0] for piece in page.split("<input")[1:] if 'name="status"' in piece}
    assert found == offered
    assert ('name="progress"' in page) == bool(offered)


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 403), ("observer", 403), ("invited", 403), ("partner", 200), ("lead", 200), ("coordinator", 200)],
)
def test_who_sees_the_form(cast: Cast, who: str, status: int) -> None:
    assert signed_in(getattr(cast, who)).get(address(cast.public)).status_code == status


def test_what_is_invisible_is_not_there(cast: Cast) -> None:
    for name in ("update-new", "update-draft", "update-no-change"):
        response = signed_in(cast.stranger).post(address(cast.restricted, name), fields(cast.restricted))
        assert response.status_code == 404, name


def test_a_partner_cannot_set_the_status(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.partner), digest()
    response = client.post(address(cast.public), fields(cast.public, status="stalled", reason="x", progress="5"))
    assert response.status_code == 422
    assert digest() == before


def test_whoever_leads_and_partners_sets_the_status_only_as_lead(cast: Cast, digest: Callable[[], str]) -> None:
    both = cast.lead
    both.memberships.create(organization=cast.organizations["partner"], role="focal_point")
    partner = cast.organizations["partner"].pk
    client, before = signed_in(both), digest()
    data = fields(cast.public, organization=partner, status="stalled", reason="x")
    response = client.post(address(cast.public), data)
    assert (response.status_code, digest()) == (422, before)
    assert "status" in response.context["form"].errors
    data["organization"] = cast.organizations["lead"].pk
    assert client.post(address(cast.public), data).status_code == 302
    assert state(cast.public) == ("stalled", None)


def test_a_coordinator_reports_on_behalf(cast: Cast) -> None:
    data = fields(cast.public, organization=cast.organizations["partner"].pk)
    assert signed_in(cast.coordinator).post(address(cast.public), data).status_code == 302
    entry = StatusUpdate.objects.latest("pk")
    assert (entry.organization, entry.author, entry.on_behalf) == (
        cast.organizations["partner"],
        cast.coordinator,
        True,
    )


def test_nobody_to_report_for(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.coordinator), digest()
    page = client.get(address(cast.item))
    assert page.status_code == 200
    assert page.context["form"] is None
    assert client.post(address(cast.item), fields(cast.item)).status_code == 403
    assert digest() == before


TOMORROW = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"done": "", "next_steps": ""}, {"done"}),
    ({"done": "  \n", "next_steps": " "}, {"done"}),
    ({"progress": "sixty"}, {"progress"}),
    ({"progress": "101"}, {"progress"}),
    ({"progress": "-1"}, {"progress"}),
    ({"status": "proposed"}, {"status"}),
    ({"status": "nonsense"}, {"status"}),
    ({"status": "stalled"}, {"reason"}),
    ({"status": "discontinued", "reason": " "}, {"reason"}),
    ({"status": "completed"}, {"closing"}),
    ({"status": "completed", "closing": "nonsense"}, {"closing"}),
    ({"as_of": TOMORROW}, {"as_of"}),
    ({"as_of": ""}, {"as_of"}),
    ({"as_of": "yesterday"}, {"as_of"}),
    ({"as_of": (timezone.localdate() - datetime.timedelta(days=3)).isoformat()}, {"as_of"}),
    ({"next_steps_due_on": "soon"}, {"next_steps_due_on"}),
    ({"links": "javascript:alert(1)"}, {"links"}),
    ({"links": "ftp://un.org/x"}, {"links"}),
    ({"links": "\n".join(f"https://un.org/{n}" for n in range(11))}, {"links"}),
    ({"obstacle_kinds": ["7777"]}, {"obstacle_kinds"}),
    ({"language": "tlh"}, {"language"}),
    ({"done": "x\x00y"}, {"done"}),
    ({"done": "x" * 10_001}, {"done"}),
    ({"token": ""}, {"token"}),
    ({"seen": ""}, {"seen"}),
    ({"seen": str(2**70)}, {"seen"}),
    ({"progress": "9" * 400}, {"progress"}),
]


def test_what_is_wrong_is_said_and_nothing_is_saved(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.lead), digest()
    for changes, wrong in WRONG:
        data = fields(cast.public, **({"next_steps": "Keep this."} | changes))
        response = client.post(address(cast.public), data)
        assert response.status_code == 422, changes
        page = response.content.decode()
        said = (set(response.context["form"].errors), "Keep this." in page)
        assert said == (wrong, "next_steps" not in changes), changes
        assert 'id="error-summary"' in page, changes
    assert digest() == before


ODD: list[tuple[dict[str, Any], str]] = [
    ({"progress": "40"}, "lower"),
    ({"status": "completed", "closing": "objective_met", "progress": "80"}, "unfinished"),
    ({"status": "completed", "closing": "objective_met"}, "unfinished"),
    ({"next_steps_due_on": "2020"}, "due_past"),
]


@pytest.mark.parametrize(("changes", "code"), ODD)
def test_odd_input_can_be_ticked_away(
    cast: Cast, digest: Callable[[], str], changes: dict[str, Any], code: str
) -> None:
    make_update(activity=cast.public, organization=cast.organizations["lead"], progress=60)
    client, before = signed_in(cast.lead), digest()
    data = fields(cast.public, **changes)
    response = client.post(address(cast.public), data)
    assert (response.status_code, digest()) == (422, before)
    assert [odd.code for odd in response.context["form"].odd] == [code]
    # The tick of another warning does not count for this one.
    assert client.post(address(cast.public), data | {"nevertheless": ["other"]}).status_code == 422
    assert client.post(address(cast.public), data | {"nevertheless": [code]}).status_code == 302


def test_a_day_long_ago_is_odd(cast: Cast) -> None:
    colead = signed_in(cast.co_lead)
    data = fields(cast.public, as_of=(timezone.localdate() - datetime.timedelta(days=400)).isoformat())
    response = colead.post(address(cast.public), data)
    assert [odd.code for odd in response.context["form"].odd] == ["old"]
    assert colead.post(address(cast.public), data | {"nevertheless": ["old"]}).status_code == 302


def test_the_same_form_twice_is_one_entry(cast: Cast) -> None:
    client, data = signed_in(cast.lead), fields(cast.public, progress="50")
    count = StatusUpdate.objects.count()
    for _ in range(3):
        assert client.post(address(cast.public), data).status_code == 302
    assert StatusUpdate.objects.count() == count + 1


def test_a_token_of_somebody_else_hides_nothing(cast: Cast) -> None:
    data = fields(cast.public)
    assert signed_in(cast.lead).post(address(cast.public), data).status_code == 302
    assert signed_in(cast.partner).post(address(cast.public), data).status_code == 302
    assert StatusUpdate.objects.filter(done="Twelve trainers named.").count() == 2


def test_no_change_is_one_click(cast: Cast) -> None:
    client, count = signed_in(cast.partner), StatusUpdate.objects.count()
    token = str(uuid4())
    for _ in range(2):
        assert client.post(address(cast.public, "update-no-change"), {"token": token}).status_code == 302
    assert StatusUpdate.objects.count() == count + 1
    entry = StatusUpdate.objects.latest("pk")
    assert (entry.kind, entry.organization) == (UpdateKind.NO_CHANGE, cast.organizations["partner"])
    assert state(cast.public) == ("under_way", None)
    assert client.get(address(cast.public, "update-no-change")).status_code == 405


def test_no_change_asks_which_organization(cast: Cast, digest: Callable[[], str]) -> None:
    client, before = signed_in(cast.coordinator), digest()
    for chosen in ("", "abc", str(cast.organizations["stranger"].pk)):
        response = client.post(address(cast.public, "update-no-change"), {"organization": chosen})
        assert response["Location"] == address(cast.public)
    assert digest() == before


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_no_form_leads_to_another_site(cast: Cast, target: str) -> None:
    for name in ("update-no-change", "update-new"):
        response = signed_in(cast.partner).post(address(cast.public, name), fields(cast.public, next=target))
        assert response["Location"] == cast.public.get_absolute_url()
    response = signed_in(cast.partner).post(address(cast.public, "update-no-change"), {"next": "/desk/"})
    assert response["Location"] == "/desk/"


def test_what_we_said_last_stands_beside_the_form(cast: Cast) -> None:
    partner = cast.organizations["partner"]
    make_update(activity=cast.public, organization=partner, next_steps="Agree the pilot course.")
    make_update(activity=cast.public, organization=cast.organizations["lead"], next_steps="Something of the lead.")
    response = signed_in(cast.partner).get(address(cast.public))
    assert response.context["last"].next_steps == "Agree the pilot course."
    assert "Something of the lead." not in response.content.decode()


# Two people at once


def test_an_update_that_speaks_of_the_same_facts_asks_first(cast: Cast) -> None:
    data = fields(cast.public, progress="70", done="Mine.")
    make_update(
        activity=cast.public,
        organization=cast.organizations["colead"],
        author=cast.co_lead,
        status="stalled",
        progress=65,
        reason="No funds.",
        done="Theirs.",
    )
    count, client = StatusUpdate.objects.count(), signed_in(cast.lead)
    response = client.post(address(cast.public), data)
    assert response.status_code == 409
    assert StatusUpdate.objects.count() == count
    assert [(row.name, row.yours_raw, row.mine) for row in response.context["conflict"]] == [
        ("status", "under_way", False),
        ("progress", "70", True),
    ]
    page = response.content.decode()
    assert {"Mine.", "Theirs.", "No funds.", "co lead"} <= {
        text for text in ("Mine.", "Theirs.", "No funds.", "co lead") if text in page
    }
    assert f'name="seen" value="{newest(cast.public)}"' in page
    # As preselected: their status, my progress.
    again = data | {
        "seen": str(newest(cast.public)),
        "status": "under_way",
        "keep-status": "theirs",
        "keep-progress": "yours",
    }
    assert client.post(address(cast.public), again).status_code == 302
    assert state(cast.public) == ("stalled", 70)
    assert not UpdateDraft.objects.exists()


def test_in_a_conflict_theirs_can_be_kept_or_mine_restored(cast: Cast) -> None:
    data = fields(cast.public, progress="70")
    make_update(
        activity=cast.public, organization=cast.organizations["colead"], status="stalled", reason="x", progress=65
    )
    client = signed_in(cast.lead)
    assert client.post(address(cast.public), data).status_code == 409
    chosen = {
        "seen": str(newest(cast.public)),
        "status": "under_way",
        "keep-status": "yours",
        "keep-progress": "theirs",
    }
    assert client.post(address(cast.public), data | chosen).status_code == 302
    assert state(cast.public) == ("under_way", 65)


def test_a_status_that_became_impossible_is_a_conflict_too(cast: Cast) -> None:
    data = fields(cast.public, status="stalled", reason="No funds.")
    make_update(
        activity=cast.public, organization=cast.organizations["colead"], status="completed", closing="objective_met"
    )
    response = signed_in(cast.lead).post(address(cast.public), data)
    assert response.status_code == 409
    response = signed_in(cast.lead).post(
        address(cast.public), data | {"seen": str(newest(cast.public)), "keep-status": "yours"}
    )
    assert (response.status_code, set(response.context["form"].errors)) == (422, {"status"})


def test_the_same_answer_by_two_is_no_conflict(cast: Cast) -> None:
    data = fields(cast.public, status="stalled", reason="No funds.")
    make_update(activity=cast.public, organization=cast.organizations["colead"], status="stalled", reason="x")
    assert signed_in(cast.lead).post(address(cast.public), data).status_code == 302
    assert state(cast.public) == ("stalled", None)


def test_words_alone_never_conflict(cast: Cast) -> None:
    data = fields(cast.public)
    make_update(activity=cast.public, organization=cast.organizations["colead"], status="stalled", reason="x")
    assert signed_in(cast.partner).post(address(cast.public), data).status_code == 302


# Drafts and expired sessions


def test_a_draft_is_kept_and_comes_back(cast: Cast) -> None:
    client = signed_in(cast.lead)
    funds = ObstacleKind.objects.create(code="funds", title_en="Funds")
    typed = fields(cast.public, done="Half a sen", progress="sixty", obstacle_kinds=[funds.pk], status="stalled")
    response = client.post(address(cast.public, "update-draft"), typed, headers=HTMX)
    assert (response.status_code, b"Draft kept on" in response.content) == (200, True)
    page = client.get(address(cast.public))
    form = page.context["form"]
    assert page.context["restored"]
    assert [form[name].value() for name in ("done", "progress", "status", "obstacle_kinds")] == [
        "Half a sen",
        "sixty",
        "stalled",
        [str(funds.pk)],
    ]
    # The token is new: a draft is not the form it was typed into.
    assert str(form["token"].value()) != typed["token"]
    # Nobody else sees it.
    assert "Half a sen" not in signed_in(cast.co_lead).get(address(cast.public)).content.decode()


def test_saving_clears_the_draft_and_a_late_draft_does_not_return(cast: Cast) -> None:
    client, data = signed_in(cast.lead), fields(cast.public)
    client.post(address(cast.public, "update-draft"), data)
    assert UpdateDraft.objects.count() == 1
    client.post(address(cast.public), data)
    assert not UpdateDraft.objects.exists()
    client.post(address(cast.public, "update-draft"), data, headers=HTMX)
    assert not UpdateDraft.objects.exists()


def test_a_draft_can_be_discarded(cast: Cast) -> None:
    client = signed_in(cast.lead)
    client.post(address(cast.public, "update-draft"), fields(cast.public))
    response = client.post(address(cast.public, "update-draft"), {"discard": "1"})
    assert response["Location"] == address(cast.public)
    assert not UpdateDraft.objects.exists()


def test_a_draft_has_a_size(cast: Cast) -> None:
    client = signed_in(cast.lead)
    for data in (fields(cast.public, done="x" * 70_000), {f"f{n}": "x" for n in range(100)}):
        response = client.post(address(cast.public, "update-draft"), data, headers=HTMX)
        assert b"too long" in response.content
    assert not UpdateDraft.objects.exists()


def test_a_draft_takes_odd_characters(cast: Cast) -> None:
    client = signed_in(cast.lead)
    client.post(address(cast.public, "update-draft"), fields(cast.public, done="a\x00b 😀 العربية"))
    assert client.get(address(cast.public)).context["form"]["done"].value() == "ab 😀 العربية"


def test_those_who_may_not_log_keep_no_drafts(cast: Cast) -> None:
    assert signed_in(cast.stranger).post(address(cast.public, "update-draft"), fields(cast.public)).status_code == 403
    assert not UpdateDraft.objects.exists()


def test_next_steps_are_carried_forward_without_losing_what_is_typed(cast: Cast) -> None:
    make_update(
        activity=cast.public,
        organization=cast.organizations["partner"],
        next_steps="Agree the course.",
        next_steps_due_on="2099",
    )
    client = signed_in(cast.partner)
    client.post(address(cast.public, "update-draft"), fields(cast.public, done="Typed.", carry="1"))
    form = client.get(address(cast.public)).context["form"]
    assert [form[name].value() for name in ("done", "next_steps", "next_steps_due_on")] == [
        "Typed.",
        "Agree the course.",
        "2099",
    ]


def sign_in(client: Client, user: Any, to: str) -> Any:
    data = {"login": user.email, "password": "correct horse battery staple", "next": to}
    return client.post(reverse("account_login"), data)


def test_an_expired_session_loses_nothing(cast: Cast, digest: Callable[[], str]) -> None:
    client, path = Client(), address(cast.restricted)
    before = digest()
    data = fields(cast.restricted, done="Long and careful words.", writer=cast.lead.pk)
    response = client.post(path, data)
    assert response["Location"] == f"{reverse('account_login')}?next={path}"
    assert digest() == before
    assert sign_in(client, cast.lead, path)["Location"] == path
    page = client.get(path)
    assert page.context["form"]["done"].value() == "Long and careful words."
    assert page.context["restored"]
    # Still there when the page is loaded again, gone when it was saved.
    assert client.get(path).context["restored"]
    assert client.post(path, fields(cast.restricted)).status_code == 302
    assert not client.get(path).context["restored"]


def test_what_was_typed_is_not_given_to_another_person(cast: Cast) -> None:
    client, path = Client(), address(cast.public)
    client.post(path, fields(cast.public, done="Of the lead alone.", writer=cast.lead.pk))
    sign_in(client, cast.partner, path)
    assert "Of the lead alone." not in client.get(path).content.decode()


def test_while_typing_an_expired_session_is_told(cast: Cast) -> None:
    client, path = Client(), address(cast.public)
    data = fields(cast.public, done="Typed on.", writer=cast.lead.pk)
    response = client.post(address(cast.public, "update-draft"), data, headers=HTMX)
    assert (response.status_code, b"What you typed is kept" in response.content) == (200, True)
    sign_in(client, cast.lead, path)
    assert client.get(path).context["form"]["done"].value() == "Typed on."


@pytest.mark.parametrize("name", ["update-new", "update-draft"])
def test_a_visitor_learns_nothing_about_what_is_there(cast: Cast, name: str) -> None:
    """The answer to what exists, is hidden, or never was differs in nothing but the address."""
    answers = set()
    for code in (cast.public.code, cast.restricted.code, "A.5.777"):
        path = reverse(name, args=["S-2001-138", code])
        response = Client().post(path, fields(cast.public))
        answers.add((response.status_code, response["Location"].replace(code, "CODE"), response.content))
    assert len(answers) == 1


def test_a_visitor_is_asked_to_sign_in(cast: Cast) -> None:
    response = Client().get(address(cast.public))
    assert (response.status_code, response["Location"]) == (
        302,
        f"{reverse('account_login')}?next={address(cast.public)}",
    )


def test_csrf_is_asked_of_visitors_too(cast: Cast) -> None:
    for name in ("update-new", "update-draft", "update-no-change"):
        response = Client(enforce_csrf_checks=True).post(address(cast.public, name), fields(cast.public))
        assert response.status_code == 403, name


# Corrections


def test_a_correction_is_a_new_entry(cast: Cast) -> None:
    entry = make_update(
        activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, progress=60, done="Wrnog."
    )
    path, client = f"{address(cast.public)}?corrects={entry.pk}", signed_in(cast.lead)
    form = client.get(path).context["form"]
    assert [form[name].value() for name in ("done", "progress")] == ["Wrnog.", 60]
    assert client.post(path, fields(cast.public, done="Right.", progress="50")).status_code == 302
    newest_entry = StatusUpdate.objects.latest("pk")
    assert (newest_entry.corrects, newest_entry.done) == (entry, "Right.")
    entry.refresh_from_db()
    assert entry.done == "Wrnog."
    assert state(cast.public) == ("under_way", 50)
    # The corrected entry cannot be corrected a second time.
    assert client.post(path, fields(cast.public, done="Again.", progress="50")).status_code == 422


def test_who_corrects_what(cast: Cast) -> None:
    own = make_update(activity=cast.public, organization=cast.organizations["partner"], done="x")
    state_entry = StatusUpdate.objects.filter(activity=cast.public, status="under_way").get()
    elsewhere = StatusUpdate.objects.filter(activity=cast.internal).first()
    assert elsewhere
    expected = {
        ("partner", own.pk): 200,
        ("reporter", own.pk): 200,
        ("coordinator", own.pk): 200,
        ("lead", own.pk): 404,
        ("partner", state_entry.pk): 404,
        ("lead_reporter", state_entry.pk): 403,
        ("lead", state_entry.pk): 200,
        ("lead", elsewhere.pk): 404,
    }
    found = {
        (who, pk): signed_in(getattr(cast, who)).get(f"{address(cast.public)}?corrects={pk}").status_code
        for who, pk in expected
    }
    assert found == expected


@pytest.mark.parametrize("given", ["abc", "-1", "9" * 30, "1e3", "%00", "٣"])
def test_a_correction_of_nonsense_is_not_found(cast: Cast, given: str) -> None:
    assert signed_in(cast.lead).get(f"{address(cast.public)}?corrects={given}").status_code == 404


def test_the_draft_of_a_correction_is_its_own(cast: Cast) -> None:
    entry = make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead, done="x")
    client = signed_in(cast.lead)
    client.post(address(cast.public, "update-draft"), fields(cast.public, done="A correction", corrects=entry.pk))
    assert not client.get(address(cast.public)).context["restored"]
    page = client.get(f"{address(cast.public)}?corrects={entry.pk}")
    assert page.context["form"]["done"].value() == "A correction"


def test_files_that_cannot_be_kept_are_named(cast: Cast) -> None:
    data = fields(cast.public, done="", files=SimpleUploadedFile("minutes.pdf", b"%PDF-1.7 x"))
    response = signed_in(cast.lead).post(address(cast.public), data)
    assert response.status_code == 422
    assert "minutes.pdf" in response.content.decode()
