"""Two rounds over the demonstration set, one closed and one open: they ask invented organizations and nobody else."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from organizations.models import Organization, User

from ..choices import MailState
from ..models import Framework, Notification, ReportingRound, Review
from ..notifications import count_unread
from ..workflow import accept, close_round, open_round, return_update
from .tally import Tally

FRAMEWORK = "S-2001-138"
KIND = "reporting rounds"


def rounds_between(
    entries: Sequence[Mapping[str, Any]], organizations: Mapping[str, Organization], by: User, tally: Tally
) -> Iterator[tuple[int, Callable[[], None]]]:
    """What happens to the rounds, by the day counted from today: each is to be called once that day has come.

    Nothing, where the rounds are there already, or where a real one is open: there is one at a time.
    """
    present = ReportingRound.objects.filter(is_demonstration=True).count()
    if present:
        tally.unchanged[KIND] += present
        return
    framework = Framework.objects.get(code=FRAMEWORK)
    if ReportingRound.objects.open().filter(framework=framework).exists():
        return
    for entry in entries:
        walk = _Round(entry, framework, organizations, by)
        yield entry["opened"], walk.open
        if "closed" in entry:
            yield entry["closed"], walk.close
        tally.created[KIND] += 1


class _Round:
    """One round of the file."""

    def __init__(
        self, entry: Mapping[str, Any], framework: Framework, organizations: Mapping[str, Organization], by: User
    ) -> None:
        self.entry, self.framework, self.organizations, self.by = entry, framework, organizations, by

    def _day(self, days: int) -> datetime.date:
        return timezone.localdate() + datetime.timedelta(days=days)

    def _moment(self, days: int) -> datetime.datetime:
        return timezone.now() + datetime.timedelta(days=days)

    def open(self) -> None:
        entry = self.entry
        first, last = entry["period"]
        slugs = sorted(organization.slug for organization in self.organizations.values())
        self.made = open_round(
            framework=self.framework,
            title=entry["title"],
            period_start=self._day(first),
            period_end=self._day(last),
            due_on=self._day(entry["due"]),
            by=self.by,
            asked=entry["asked"],
            filters=urlencode([("organization", slug) for slug in slugs]),
            is_demonstration=True,
            at=self._moment(entry["opened"]),
        )
        self._told_then(entry["opened"])

    def close(self) -> None:
        close_round(made=self.made, by=self.by, at=self._moment(self.entry["closed"]))
        self._told_then(self.entry["closed"])

    def _told_then(self, days: int) -> None:
        """Mail of so long ago is not sent today."""
        told = Notification.objects.filter(round=self.made, mail_state=MailState.QUEUED)
        people = set(told.exclude(user=None).values_list("user", flat=True))
        moment = self._moment(days)
        told.update(
            created_at=moment,
            send_after=moment,
            read_at=moment if "closed" in self.entry else None,
            mail_state=MailState.NONE,
        )
        count_unread(people)


def review_answers(entries: Sequence[Mapping[str, Any]], by: User, tally: Tally) -> None:
    """Accept one answer to the open round and return another, where the rounds were made now."""
    if not tally.created[KIND]:
        return
    for entry in entries:
        waiting = Review.objects.waiting().filter(
            update__round__title=entry["title"], update__round__is_demonstration=True
        )
        if (chosen := entry.get("accepted")) and (answer := _answer(waiting, chosen)):
            accept([answer], by)
        if (chosen := entry.get("returned")) and (answer := _answer(waiting, chosen)):
            return_update(answer, by=by, reasons=chosen["reasons"], sentence=chosen["sentence"])


def _answer(waiting: Any, chosen: Mapping[str, Any]) -> Review | None:
    """None where the undertakings are older than the rounds, as after an upgrade: then nothing answered them."""
    answers = waiting.select_related("update").filter(
        update__activity__import_key=chosen["undertaking"],
        update__organization__acronym_en__startswith=f"{chosen['organization'].upper()} ",
    )
    return answers.first()
