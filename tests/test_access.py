"""The table of rights over every address: who gets what, by every method. An address missing from the tables fails."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.html import escape

from activities.models import Evidence, Follow, Notification, StatusUpdate
from activities.workflow import close_round, post_update
from activities.workflow.declining import unsubscribe_path
from activities.workflow.handover import propose_lead
from tests.factories import make_round, make_saved_report
from tests.forms_sent import fields_of
from tests.personas import PEOPLE, Cast

EVERYBODY = dict.fromkeys(PEOPLE, 200)
READERS_OF_INTERNAL = EVERYBODY | {"anonymous": 404}
READERS_OF_RESTRICTED = READERS_OF_INTERNAL | {"stranger": 404}
LOGIN = 302
SENTENCE = "Typed before the session ended."

MEMBERS = EVERYBODY | {"anonymous": LOGIN}
MAY_LOG = MEMBERS | {"stranger": 403, "observer": 403, "invited": 403}
MAY_EDIT = MAY_LOG | {"reporter": 403, "partner": 403, "lead_reporter": 403}
MAY_PROPOSE = MEMBERS | {"observer": 403, "reporter": 403, "lead_reporter": 403}
# The partner's own participation: its focal point answers, the leaders change roles.
MAY_TOUCH_PARTNER = MAY_EDIT | {"partner": 200}
# The lead's focal point proposes the next one, here the partner; both sides open the proposal, one answers it.
MAY_HAND_OVER = dict.fromkeys(PEOPLE, 403) | {"anonymous": LOGIN, "lead": 200, "coordinator": 200, "administrator": 200}
MAY_OPEN_PROPOSAL = MAY_HAND_OVER | {"partner": 200}
MAY_ANSWER_PROPOSAL = MAY_OPEN_PROPOSAL | {"lead": 403}
MAY_ANSWER_FOR_PARTNER = MAY_TOUCH_PARTNER | {"co_lead": 403, "lead": 403}
KEEPERS = dict.fromkeys(PEOPLE, 403) | {"anonymous": LOGIN, "coordinator": 200, "administrator": 200}
THE_PARTNERS_OWN = dict.fromkeys(PEOPLE, 404) | {"anonymous": LOGIN, "partner": 200}
# Saved by the partner's focal point for the partner's people: its reporter uses it, nobody else finds it.
THE_PARTNERS_PEOPLE = THE_PARTNERS_OWN | {"reporter": 200}
BY_THE_PARTNER = THE_PARTNERS_PEOPLE | {"reporter": 403}
BY_OWNER_OR_KEEPERS = KEEPERS | {"partner": 200}
NOBODY_EDITS_ITEMS = dict.fromkeys(PEOPLE, 404) | {"anonymous": LOGIN}


def hidden(rights: dict[str, int]) -> dict[str, int]:
    """The same right on a restricted activity: for the stranger it does not exist."""
    return rights | {"stranger": 404}


def activity(name: str, which: str = "public", **more: Any) -> Any:
    return lambda cast: reverse(name, args=["S-2001-138", getattr(cast, which).code, *more.values()])


def of_partner(which: str) -> Any:
    def address(cast: Cast) -> str:
        chosen = getattr(cast, which)
        row = chosen.participations.get(organization=cast.organizations["partner"])
        return reverse("participant-edit", args=["S-2001-138", chosen.code, row.pk])

    return address


def of_round(name: str, which: str = "round", more: str = "") -> Any:
    return lambda cast: reverse(name, args=[getattr(cast, which).number]) + more


def frozen(more: str = "") -> Any:
    return lambda cast: reverse("frozen-report", args=[cast.closed_round.number, 1]) + more


def progress(more: str = "") -> Any:
    return lambda cast: reverse("framework-report", args=["S-2001-138"]) + more


def lead_proposal(which: str) -> Any:
    def address(cast: Cast) -> str:
        chosen, partner = getattr(cast, which), cast.organizations["partner"]
        # Asked for again it is the same one.
        proposal = propose_lead(activity=chosen, organization=partner, by=cast.people["lead"], words="We leave.")
        return reverse("lead-answer", args=["S-2001-138", chosen.code, proposal.pk])

    return address


def overlap(*which: str) -> Any:
    return lambda cast: reverse("overlap-answer", args=sorted(getattr(cast, one).pk for one in which))


def declining(cast: Cast) -> str:
    return unsubscribe_path(Notification(user=cast.people["partner"], kind="call"))


def evidence(which: str) -> Any:
    return lambda cast: reverse("evidence-download", args=[cast.evidence[which]])


def review_of_lead(cast: Cast) -> str:
    return reverse("review-decide", args=[StatusUpdate.objects.get(evidence=cast.evidence["public"]).review.pk])


def told_to_partner(cast: Cast) -> str:
    return reverse("notification-open", args=[Notification.objects.filter(user=cast.partner).order_by("pk")[0].pk])


def followed_by_partner(cast: Cast) -> str:
    return reverse("unfollow", args=[Follow.objects.get_or_create(user=cast.partner, activity=cast.public)[0].pk])


def saved_report(name: str, shared: str = "") -> Any:
    """Of the partner: with nobody, with the partner's organization, with everybody. It asks for what never existed."""

    def address(cast: Cast) -> str:
        sharing = {"own": {"organization": cast.organizations["partner"]}, "all": {"everybody": True}}.get(shared, {})
        # Asked for again it is the same one; after its deletion it is another.
        report = make_saved_report(by=cast.partner, name=f"Report {shared}", query="area=Z", **sharing)
        return reverse(name, args=[report.key])

    return address


# name of the address, how to build it, who may GET it (None: GET is no method of it), who may POST it (None likewise).
# A permitted POST of nothing is answered by the form again or by a redirect; a refused one exactly like the GET.
TABLE: list[tuple[str, Any, dict[str, int] | None, dict[str, int] | None]] = [
    ("overview", lambda cast: reverse("overview"), EVERYBODY, None),
    ("definitions", lambda cast: reverse("definitions"), EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list"), EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?format=csv", EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?format=xlsx", EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?format=print", EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?format=docx", EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?format=json", EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?as_of=2004-06-30", EVERYBODY, None),
    ("activity-list", lambda cast: reverse("activity-list") + "?as_of=2004-06-30&compare=2001-12-31", EVERYBODY, None),
    ("timeline", lambda cast: reverse("timeline"), EVERYBODY, None),
    ("timeline", lambda cast: reverse("timeline") + "?format=csv", EVERYBODY, None),
    ("timeline", lambda cast: reverse("timeline") + "?format=xlsx", EVERYBODY, None),
    ("timeline", lambda cast: reverse("timeline") + "?format=print", EVERYBODY, None),
    ("timeline", lambda cast: reverse("timeline") + "?format=docx", EVERYBODY, None),
    ("timeline", lambda cast: reverse("timeline") + "?format=json", EVERYBODY, None),
    ("matrix", lambda cast: reverse("matrix"), EVERYBODY, None),
    ("matrix", lambda cast: reverse("matrix") + "?by=item&format=csv", EVERYBODY, None),
    ("matrix", lambda cast: reverse("matrix") + "?by=field&format=xlsx", EVERYBODY, None),
    ("matrix", lambda cast: reverse("matrix") + "?by=theme&format=print&paper=a3", EVERYBODY, None),
    ("matrix", lambda cast: reverse("matrix") + "?format=docx", EVERYBODY, None),
    ("matrix", lambda cast: reverse("matrix") + "?format=json", EVERYBODY, None),
    ("overlap-list", lambda cast: reverse("overlap-list"), KEEPERS, None),
    ("overlap-answer", overlap("public", "internal"), KEEPERS, KEEPERS),
    ("overlap-answer", overlap("public", "restricted"), KEEPERS, KEEPERS),
    ("organization-list", lambda cast: reverse("organization-list"), EVERYBODY, None),
    ("organization-detail", lambda cast: reverse("organization-detail", args=["lead"]), EVERYBODY, None),
    ("organization-history", lambda cast: reverse("organization-history", args=["lead"]), EVERYBODY, None),
    ("organization-brief", lambda cast: reverse("organization-brief", args=["lead"]), EVERYBODY, None),
    ("organization-brief", lambda cast: reverse("organization-brief", args=["lead"]) + "?format=docx", EVERYBODY, None),
    ("framework-report", progress(), EVERYBODY, None),
    ("framework-report", progress("?format=docx"), EVERYBODY, None),
    ("framework-report", progress("?format=print"), EVERYBODY, None),
    ("obstacle-report", lambda cast: reverse("obstacle-report"), EVERYBODY, None),
    ("obstacle-report", lambda cast: reverse("obstacle-report") + "?format=docx", EVERYBODY, None),
    ("obstacle-report", lambda cast: reverse("obstacle-report") + "?format=print", EVERYBODY, None),
    ("framework-detail", lambda cast: reverse("framework-detail", args=["S-2001-138"]), EVERYBODY, None),
    ("desk", lambda cast: reverse("desk"), MEMBERS, None),
    ("typed-again", lambda cast: reverse("typed-again"), MEMBERS, MEMBERS),
    ("desk-no-change", lambda cast: reverse("desk-no-change"), None, MEMBERS),
    ("review-queue", lambda cast: reverse("review-queue"), KEEPERS, KEEPERS),
    ("review-decide", review_of_lead, KEEPERS, KEEPERS),
    ("activity-detail", activity("activity-detail", "item"), EVERYBODY, None),
    ("activity-detail", activity("activity-detail"), EVERYBODY, None),
    ("activity-detail", activity("activity-detail", "internal"), READERS_OF_INTERNAL, None),
    ("activity-detail", activity("activity-detail", "restricted"), READERS_OF_RESTRICTED, None),
    ("activity-history", activity("activity-history"), EVERYBODY, None),
    ("activity-history", activity("activity-history", "internal"), READERS_OF_INTERNAL, None),
    ("activity-history", activity("activity-history", "restricted"), READERS_OF_RESTRICTED, None),
    ("activity-new", lambda cast: reverse("activity-new") + "?parent=A.5", MAY_PROPOSE, MAY_PROPOSE),
    ("activity-similar", lambda cast: reverse("activity-similar") + "?title=Public+course", MAY_PROPOSE, None),
    ("activity-edit", activity("activity-edit", "item"), NOBODY_EDITS_ITEMS, NOBODY_EDITS_ITEMS),
    ("activity-edit", activity("activity-edit"), MAY_EDIT, MAY_EDIT),
    ("activity-edit", activity("activity-edit", "restricted"), hidden(MAY_EDIT), hidden(MAY_EDIT)),
    ("update-new", activity("update-new"), MAY_LOG, MAY_LOG),
    ("update-new", activity("update-new", "restricted"), hidden(MAY_LOG), hidden(MAY_LOG)),
    ("update-draft", activity("update-draft"), None, MAY_LOG),
    ("update-draft", activity("update-draft", "restricted"), None, hidden(MAY_LOG)),
    ("update-no-change", activity("update-no-change"), None, MAY_LOG),
    ("update-no-change", activity("update-no-change", "restricted"), None, hidden(MAY_LOG)),
    ("participant-invite", activity("participant-invite"), MAY_EDIT, MAY_EDIT),
    ("participant-invite", activity("participant-invite", "restricted"), hidden(MAY_EDIT), hidden(MAY_EDIT)),
    ("participant-edit", of_partner("public"), MAY_TOUCH_PARTNER, MAY_ANSWER_FOR_PARTNER),
    ("participant-edit", of_partner("restricted"), hidden(MAY_TOUCH_PARTNER), hidden(MAY_ANSWER_FOR_PARTNER)),
    ("lead-propose", activity("lead-propose"), MAY_HAND_OVER, MAY_HAND_OVER),
    ("lead-propose", activity("lead-propose", "restricted"), hidden(MAY_HAND_OVER), hidden(MAY_HAND_OVER)),
    ("lead-answer", lead_proposal("public"), MAY_OPEN_PROPOSAL, MAY_ANSWER_PROPOSAL),
    ("lead-answer", lead_proposal("restricted"), hidden(MAY_OPEN_PROPOSAL), hidden(MAY_ANSWER_PROPOSAL)),
    ("report-list", lambda cast: reverse("report-list"), EVERYBODY, None),
    ("report-save", lambda cast: reverse("report-save") + "?address=/activities/%3Farea%3DA", MEMBERS, MEMBERS),
    ("report-start", lambda cast: reverse("report-start"), None, MEMBERS),
    ("report-open", saved_report("report-open"), THE_PARTNERS_OWN, None),
    ("report-open", saved_report("report-open", "own"), THE_PARTNERS_PEOPLE, None),
    ("report-open", saved_report("report-open", "all"), MEMBERS, None),
    ("report-edit", saved_report("report-edit"), THE_PARTNERS_OWN, THE_PARTNERS_OWN),
    ("report-edit", saved_report("report-edit", "own"), BY_THE_PARTNER, BY_THE_PARTNER),
    ("report-edit", saved_report("report-edit", "all"), BY_OWNER_OR_KEEPERS, BY_OWNER_OR_KEEPERS),
    ("report-mend", saved_report("report-mend"), None, THE_PARTNERS_OWN),
    ("report-mend", saved_report("report-mend", "own"), None, BY_THE_PARTNER),
    ("report-mend", saved_report("report-mend", "all"), None, BY_OWNER_OR_KEEPERS),
    ("report-delete", saved_report("report-delete"), THE_PARTNERS_OWN, THE_PARTNERS_OWN),
    ("report-delete", saved_report("report-delete", "own"), BY_THE_PARTNER, BY_THE_PARTNER),
    ("report-delete", saved_report("report-delete", "all"), BY_OWNER_OR_KEEPERS, BY_OWNER_OR_KEEPERS),
    ("start", lambda cast: reverse("start"), dict.fromkeys(PEOPLE, LOGIN), None),
    ("unsubscribe", declining, EVERYBODY, EVERYBODY),
    ("notification-list", lambda cast: reverse("notification-list"), MEMBERS, None),
    ("notification-open", told_to_partner, None, THE_PARTNERS_OWN),
    ("notifications-read", lambda cast: reverse("notifications-read"), None, MEMBERS),
    ("notification-settings", lambda cast: reverse("notification-settings"), MEMBERS, MEMBERS),
    ("follow", lambda cast: reverse("follow") + "?query=area%3DA", MEMBERS, MEMBERS),
    ("unfollow", followed_by_partner, None, THE_PARTNERS_OWN),
    ("evidence-download", evidence("public"), EVERYBODY, None),
    ("evidence-download", evidence("internal"), READERS_OF_INTERNAL, None),
    ("evidence-download", evidence("restricted"), READERS_OF_RESTRICTED, None),
    ("round-list", lambda cast: reverse("round-list"), EVERYBODY, None),
    ("round-new", lambda cast: reverse("round-new"), KEEPERS, KEEPERS),
    ("round-detail", of_round("round-detail"), MEMBERS, None),
    ("round-detail", of_round("round-detail", "closed_round"), MEMBERS, None),
    ("round-requests", of_round("round-requests"), MEMBERS, None),
    ("round-requests", of_round("round-requests", more="?format=csv"), MEMBERS, None),
    ("round-requests", of_round("round-requests", more="?format=xlsx"), MEMBERS, None),
    ("round-requests", of_round("round-requests", more="?format=print"), MEMBERS, None),
    ("round-requests", of_round("round-requests", more="?format=docx"), MEMBERS, None),
    ("round-requests", of_round("round-requests", more="?format=json"), MEMBERS, None),
    ("frozen-report", frozen(), EVERYBODY, None),
    ("frozen-report", frozen("?format=csv"), EVERYBODY, None),
    ("frozen-report", frozen("?format=xlsx"), EVERYBODY, None),
    ("frozen-report", frozen("?format=print"), EVERYBODY, None),
    ("frozen-report", frozen("?format=docx"), EVERYBODY, None),
    ("frozen-report", frozen("?format=json"), EVERYBODY, None),
    ("round-edit", of_round("round-edit"), KEEPERS, KEEPERS),
    ("round-remind", of_round("round-remind"), None, KEEPERS),
    ("round-reopen", of_round("round-reopen", "closed_round"), KEEPERS, KEEPERS),
    # The last one: whoever may close the round has closed it.
    ("round-close", of_round("round-close"), KEEPERS, KEEPERS),
    ("set-language", lambda cast: reverse("set-language"), None, EVERYBODY),
    ("healthz", lambda cast: reverse("healthz"), EVERYBODY, None),
]  # fmt: skip

# Addresses of allauth: what an anonymous and a signed-in person get.
ACCOUNT = {
    "account_login": (200, 302),
    "account_confirm_login_code": (302, 302),
    "account_logout": (302, 200),
    "account_signup": (200, 302),
    "account_reauthenticate": (302, 200),
    "account_change_password": (302, 200),
    "account_set_password": (302, 302),
    "account_inactive": (200, 200),
    "account_email": (302, 200),
    "account_email_verification_sent": (200, 200),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "usersessions_list": (302, 200),
}
WITH_KEYS = {"account_confirm_email", "account_reset_password_from_key"}  # a wrong key tells nothing

NOT_WRITING = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def named(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


ADDRESSES = dict(named(get_resolver().url_patterns))


@pytest.fixture
def full_cast(cast: Cast) -> Cast:
    """The cast, with a piece of evidence in each activity, a round that is closed and one that is open."""

    cast.closed_round = close_round(made=make_round(by=cast.coordinator), by=cast.coordinator)
    cast.round = make_round(by=cast.coordinator)
    cast.evidence = {}
    for which in ("public", "internal", "restricted"):
        chosen = getattr(cast, which)
        proof = Evidence(kind="file", title="Minutes", content_type="text/plain", size=5)
        proof.file.save("minutes.txt", ContentFile(b"heard"), save=False)
        update: StatusUpdate = post_update(
            activity=chosen,
            organization=cast.organizations["lead"],
            author=cast.people["lead"],
            as_of=chosen.updates.first().as_of,
            may_set_status=False,
            done="Met.",
            evidence=[proof],
        )
        cast.evidence[which] = update.evidence.get().pk
    return cast


def clients(cast: Cast) -> dict[str, Client]:
    found = {}
    for name in PEOPLE:
        found[name] = Client(raise_request_exception=False)
        if name != "anonymous":
            found[name].force_login(cast.people[name], backend="organizations.adapter.AuthenticationBackend")
    return found


def test_every_address_is_classified() -> None:
    ours = {name for name, *_ in TABLE}
    rest = {name for name in ADDRESSES if not name.startswith("admin:")}
    assert rest == ours | set(ACCOUNT) | WITH_KEYS


def test_table_of_rights_by_get(full_cast: Cast) -> None:
    people = clients(full_cast)
    wrong = []
    for name, address, may_get, _ in TABLE:
        url = address(full_cast)
        expected = may_get or dict.fromkeys(PEOPLE, 405)
        got = {person: client.get(url).status_code for person, client in people.items()}
        # HEAD is answered by the same lines as GET; three people show it.
        by_head = {person: people[person].head(url).status_code for person in ("anonymous", "stranger", "coordinator")}
        if may_get is None:
            got = {person: 405 if status in (302, 403, 404) else status for person, status in got.items()}
            by_head = {person: got[person] for person in by_head}
        if got != expected or any(got[person] != status for person, status in by_head.items()):
            differing = {p: (expected[p], got[p], by_head.get(p)) for p in PEOPLE if got[p] != expected[p]}
            wrong.append((name, url, differing or by_head))
    assert wrong == []


def test_table_of_rights_by_post(full_cast: Cast) -> None:
    people = clients(full_cast)
    wrong = []
    for name, address, _, may_post in TABLE:
        url = address(full_cast)
        for person, client in people.items():
            status = client.post(url).status_code
            if may_post is None:
                fits = status in (302, 403, 404, 405)
            elif may_post[person] == 200:
                fits = status in (200, 204, 302, 409, 422)
            else:
                fits = status == may_post[person]
            if not fits:
                wrong.append((name, url, person, may_post and may_post[person], status))
    assert wrong == []


def test_whatever_a_visitor_sends_is_kept_across_signing_in(full_cast: Cast) -> None:
    """Of every address that takes a form: nobody arrives at one that takes no GET, and nothing is lost."""
    wrong = []
    for name, address, _, may_post in TABLE:
        if may_post is None or may_post["anonymous"] != LOGIN:
            continue
        who = "partner" if may_post["partner"] == 200 else "coordinator"
        path, client, user = address(full_cast), Client(), full_cast.people[who]
        sent = {"done": SENTENCE, "sentence": SENTENCE, "words": SENTENCE, "writer": user.pk}
        response = client.post(path, sent)
        login, _, after = response.headers["Location"].partition("?next=")
        client.force_login(user, backend="organizations.adapter.AuthenticationBackend")
        again = client.get(unquote(after))
        if (response.status_code, login, again.status_code) != (302, reverse("account_login"), 200):
            wrong.append((name, response.status_code, after, again.status_code))
        elif SENTENCE not in again.content.decode():
            wrong.append((name, "lost"))
        elif after == reverse("typed-again"):
            data = fields_of(client, after, "again")
            assert f'action="{escape(path)}"' in again.content.decode()
            assert (data["words"], data["writer"]) == ([SENTENCE], [str(user.pk)])
            # Sent again, it is answered as if the session had not ended.
            if client.post(path, data).status_code in (400, 403, 404, 405) and may_post[who] == 200:
                wrong.append((name, "refused when sent again"))
    assert wrong == []


def test_roles_are_changed_by_the_leaders_and_not_by_the_organization(full_cast: Cast) -> None:
    statuses = {
        person: client.post(of_partner("public")(full_cast), {"role-version": ""}).status_code
        for person, client in clients(full_cast).items()
    }
    assert statuses == {
        person: {200: 422}.get(status, status) for person, status in (MAY_TOUCH_PARTNER | {"partner": 403}).items()
    }


def test_other_methods_do_nothing(full_cast: Cast) -> None:
    people = clients(full_cast)
    wrong = []
    for name, address, *_ in TABLE:
        for person, client in people.items():
            for method in NOT_WRITING:
                status = client.generic(method, address(full_cast)).status_code
                if status not in (302, 403, 404, 405):
                    wrong.append((name, method, person, status))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(ACCOUNT))
def test_account_pages(name: str, full_cast: Cast) -> None:
    people = clients(full_cast)
    got = people["anonymous"].get(reverse(name)).status_code, people["stranger"].get(reverse(name)).status_code
    assert got == ACCOUNT[name]


def admin_addresses() -> Iterator[tuple[str, str]]:
    """Every address of the administration; those of one row with a number that no row has."""
    for name, pattern in ADDRESSES.items():
        if name.startswith("admin:") and pattern.name:
            names = list(pattern.pattern.regex.groupindex) or ["number"] * pattern.pattern.regex.groups
            args = ["activities" if n == "app_label" else "999999" for n in names]
            yield name, reverse(name, args=args)


def test_administration_is_for_coordinators_and_administrators(full_cast: Cast) -> None:
    people = clients(full_cast)
    wrong = []
    for name, url in admin_addresses():
        for person, client in people.items():
            for method in ("get", "post"):
                status = getattr(client, method)(url).status_code
                staff = person in ("coordinator", "administrator")
                public = name in ("admin:login", "admin:jsi18n", "admin:logout")
                if status >= 500 or (not staff and not public and status not in (302, 403, 404, 405)):
                    wrong.append((name, method, person, status))
    assert wrong == []
    assert people["coordinator"].get(reverse("admin:index")).status_code == 200
    assert people["administrator"].get(reverse("admin:index")).status_code == 200


def test_rights_end_with_the_membership(cast: Cast, client: Client) -> None:
    client.force_login(cast.people["lead"], backend="organizations.adapter.AuthenticationBackend")
    url = activity("update-new", "restricted")(cast)
    assert client.get(url).status_code == 200
    cast.people["lead"].memberships.all().delete()
    assert client.get(url).status_code == 404


def test_a_disabled_account_ends_every_session(cast: Cast, client: Client) -> None:
    client.force_login(cast.people["lead"], backend="organizations.adapter.AuthenticationBackend")
    assert client.get(reverse("desk")).status_code == 200
    cast.people["lead"].is_active = False
    cast.people["lead"].save()
    assert client.get(reverse("desk")).status_code == 302
