"""The demonstration set: invented organizations, a person of each kind, undertakings walked through the workflow."""

import datetime
import json
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import override

from organizations.choices import COORDINATORS
from organizations.models import Membership, Organization, User
from organizations.workflow import refresh_search_text as refresh_names

from ..choices import EvidenceKind, MailState, Response, UpdateKind
from ..models import Activity, Evidence, FunctionalField, Notification, ObstacleKind, Participation, StatusUpdate, Theme
from ..workflow import answer_invitation, invite, post_update, propose_undertaking
from .demonstration_rounds import review_answers, rounds_between
from .examples import ReferenceMissing
from .reference import DATA
from .tally import DEMONSTRATION, Tally
from .texts import columns

FILE = DATA / "demonstration.json"
FRAMEWORK = "S-2001-138"
PASSWORD = "show-me-the-register"  # noqa: S105  printed for everybody, and only where DEBUG is on
MAIL_DOMAIN = "demo.example"

# Who speaks for which organization; for the others the coordinator records on their behalf.
SPEAKERS = {"ncu": "lead", "hpo": "partner"}


def address_of(person: Mapping[str, Any]) -> str:
    return f"{person['key']}@{MAIL_DOMAIN}"


def read() -> dict[str, Any]:
    return json.loads(FILE.read_text(encoding="utf-8"))


def load() -> Tally:
    """Add what is missing of the demonstration set, all or nothing. Days count from today.

    Raises ReferenceMissing before anything is written.
    """
    data = read()
    tally = Tally(DEMONSTRATION)
    with transaction.atomic(), override("en"):
        items = {item.code: item for item in Activity.objects.agreed_items().filter(framework__code=FRAMEWORK)}
        if not items:
            raise ReferenceMissing(FRAMEWORK)
        organizations = {entry["key"]: _organization(entry, tally) for entry in data["organizations"]}
        if tally.wrote:
            refresh_names(organizations.values())
        people = _people(data["people"], organizations, tally)
        present = set(
            Activity.objects.filter(is_demonstration=True).exclude(import_key=None).values_list("import_key", flat=True)
        )
        written_before = Notification.objects.aggregate(pk=Max("pk"))["pk"] or 0
        walks = []
        for entry in data["undertakings"]:
            if entry["key"] in present:
                tally.unchanged["undertakings"] += 1
            else:
                walks.append(Walk(entry, items, organizations, people))
                tally.created["undertakings"] += 1
        # In the order in which it happened: what an organization tells while a round is open answers it.
        for day, happens in rounds_between(data["rounds"], organizations, people["coordinator"], tally):
            for walk in walks:
                walk.go(day)
            happens()
        for walk in walks:
            walk.go()
            walk.end()
        review_answers(data["rounds"], people["coordinator"], tally)
        # What was told stands in the lists of the invented people; nobody is written to.
        told = Notification.objects.filter(pk__gt=written_before, mail_state=MailState.QUEUED)
        told.update(mail_state=MailState.NONE)
    return tally


def _organization(entry: Mapping[str, Any], tally: Tally) -> Organization:
    values = {
        **columns("name", entry["names"]),
        **columns("acronym", {"en": entry["acronym"]}),
        "kind": entry["kind"],
        "is_demonstration": True,
    }
    return tally.keep(Organization, {"slug": slugify(entry["names"]["en"])}, {}, first=values)


def _people(
    entries: list[Mapping[str, Any]], organizations: Mapping[str, Organization], tally: Tally
) -> dict[str, User]:
    people = {user.email: user for user in User.objects.filter(email__in=map(address_of, entries))}
    # One password for all, hashed once: hashing is slow on purpose.
    hashed = make_password(PASSWORD) if len(people) < len(entries) else ""
    for entry in entries:
        address = address_of(entry)
        if address in people:
            tally.unchanged["users"] += 1
            continue
        serves = bool(entry.get("coordinator") or entry.get("administrator"))
        user = User(
            email=address,
            name=entry["name"],
            password=hashed,
            is_staff=serves,
            is_superuser=bool(entry.get("administrator")),
        )
        user._change_reason = DEMONSTRATION
        user.save()
        if entry.get("coordinator"):
            user.groups.add(Group.objects.get_or_create(name=COORDINATORS)[0])
        if entry["organization"]:
            Membership.objects.create(
                user=user,
                organization=organizations[entry["organization"]],
                role=entry["role"],
                post=entry["post"],
            )
        people[address] = user
        tally.created["users"] += 1
    return {entry["key"]: people[address_of(entry)] for entry in entries}


class Walk:
    """One undertaking of the file, from its proposal through its participants to the last entry of its log."""

    def __init__(
        self,
        entry: Mapping[str, Any],
        items: Mapping[str, Activity],
        organizations: Mapping[str, Organization],
        people: Mapping[str, User],
    ) -> None:
        self.entry = entry
        self.items = items
        self.organizations = organizations
        self.people = people
        self.today = timezone.localdate()
        self.activity: Activity | None = None
        # A correction follows what it corrects; everything else goes by date.
        self.waiting = sorted(self.entry["updates"], key=lambda update: update["days"])
        self.log: list[StatusUpdate] = []

    def go(self, until: int = 0) -> None:
        """As far as that day, counted from today."""
        if self.activity is None:
            if self.entry["created"] > until:
                return
            self.activity = self._propose()
            for participant in self.entry["participants"]:
                self._invite(self.activity, participant)
        while self.waiting and self.waiting[0]["days"] <= until:
            self._post(self.activity, self.waiting.pop(0))

    def end(self) -> None:
        for participant in self.entry["participants"]:
            self._withdraw(participant)

    def _day(self, days: int | None) -> str:
        return "" if days is None else (self.today + datetime.timedelta(days=days)).isoformat()

    def _moment(self, days: int) -> datetime.datetime:
        return timezone.now() + datetime.timedelta(days=days)

    def _speaker(self, organization: str) -> User:
        return self.people[SPEAKERS.get(organization, "coordinator")]

    def _propose(self) -> Activity:
        entry = self.entry
        review = entry.get("review")
        texts: dict[str, Any] = columns("title", entry["title"]) | columns("description", entry.get("description", {}))
        return propose_undertaking(
            parent=self.items[entry["parent"]],
            by=self.people["coordinator"],
            reason=DEMONSTRATION,
            is_demonstration=True,
            import_key=entry["key"],
            also_serves=[self.items[code] for code in entry.get("also_serves", [])],
            functional_fields=FunctionalField.objects.filter(code__in=entry["fields"]),
            themes=Theme.objects.filter(code__in=entry.get("themes", [])),
            **texts,
            language=entry.get("language", "en"),
            aim=entry.get("aim", ""),
            closing_condition=entry.get("closing_condition", ""),
            national_counterpart=entry.get("national_counterpart", ""),
            counterpart_stance=entry.get("counterpart_stance", ""),
            level=entry["level"],
            place=entry.get("place", ""),
            visibility=entry.get("visibility", "public"),
            planned_start_on=self._day(entry["planned_start"]),
            planned_end_on=self._day(entry["planned_end"]),
            actual_start_on=self._day(entry.get("actual_start")),
            actual_end_on=self._day(entry.get("actual_end")),
            review_on=self.today + datetime.timedelta(days=review) if review else None,
            created_at=self._moment(entry["created"]),
        )

    def _invite(self, activity: Activity, participant: Mapping[str, Any]) -> None:
        pending = "invited" in participant
        answered_in_part = "response" in participant
        days = participant["invited"] if pending else participant["since"]
        participation = invite(
            activity=activity,
            organization=self.organizations[participant["organization"]],
            role=participant["role"],
            by=self.people["coordinator"],
            response=Response.INVITED if pending or answered_in_part else Response.ACCEPTED,
            responsibility=participant.get("responsibility", ""),
            since="" if pending or answered_in_part else self._day(days),
            at=self._moment(days),
        )
        if answered_in_part:
            self._answer(participation, participant, participant["response"], days)

    def _withdraw(self, participant: Mapping[str, Any]) -> None:
        if "withdrawn" not in participant:
            return
        participation = self.activity.participations.get(
            organization=self.organizations[participant["organization"]], role=participant["role"]
        )
        self._answer(participation, participant, Response.WITHDRAWN, participant["withdrawn"])

    def _answer(self, participation: Participation, participant: Mapping[str, Any], response: str, days: int) -> None:
        answer_invitation(
            participation=participation,
            response=response,
            by=self._speaker(participant["organization"]),
            answered_for=participant.get("answered_for", ""),
            version=participation.version,
            words=participant["words"],
            on=self.today + datetime.timedelta(days=days),
        )

    def _post(self, activity: Activity, update: Mapping[str, Any]) -> None:
        organization = update["organization"]
        corrects = update.get("corrects")
        link = update.get("link")
        posted = post_update(
            activity=activity,
            organization=self.organizations[organization],
            author=self._speaker(organization),
            on_behalf=organization not in SPEAKERS,
            as_of=self._day(update["days"]),
            at=self._moment(update["days"]),
            may_set_status="status" in update or "progress" in update,
            kind=update.get("kind", UpdateKind.UPDATE),
            status=update.get("status", ""),
            progress=update.get("progress"),
            reason=update.get("reason", ""),
            closing=update.get("closing", ""),
            done=update.get("done", ""),
            obstacles=update.get("obstacles", ""),
            obstacle_kinds=list(ObstacleKind.objects.filter(code__in=update.get("obstacle_kinds", []))),
            next_steps=update.get("next", ""),
            language=update.get("language", "en"),
            corrects=self.log[corrects] if corrects is not None else None,
            evidence=[Evidence(kind=EvidenceKind.LINK, url=link)] if link else [],
        )
        self.log.append(posted)
