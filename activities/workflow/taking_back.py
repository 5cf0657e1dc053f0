"""Taking a whole import back as one act: only while nothing was built on it, and all of it or nothing.

What it changed becomes what it was. What it entered is removed; the history keeps that it was there, and a reference is
not used again. An entry of the log stays readable and is corrected by one that takes it back.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organizations.models import User
from tracker.toolkit.history import values_that_differ
from tracker.toolkit.texts import current_language

from ..choices import ChangeSetKind, ReviewState, UpdateKind
from ..models import (
    Activity,
    ChangeSet,
    ChangeSetEntry,
    FrozenRow,
    LeadProposal,
    OverlapAnswer,
    Participation,
    Review,
    StatusUpdate,
    UpdateDraft,
)
from ..models.changesets import ChangedRecord
from .changesets import ChangesTogether
from .derived import refresh_derived, refresh_search_text
from .keeping import classify_item
from .log import post_update
from .participations import _locked, _settle
from .undertakings import MANY_TO_MANY, edit_undertaking


class CannotBeTakenBack(Exception):
    """Something was built on the import since: `reasons` says what, each in a sentence."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def why_not_taken_back(change_set: ChangeSet) -> list[str]:
    """What was built on an import since, each in a sentence; nothing while it can be taken back."""
    if change_set.kind != ChangeSetKind.IMPORT:
        return [_("Only an import can be taken back.")]
    undone = ChangeSet.objects.filter(undoes=change_set).first()
    if undone:
        return [_("This import was taken back on %(day)s.") % {"day": _moment(undone.at)}]
    return list(dict.fromkeys(reason for one in _parts(change_set) for reason in one.reasons()))


def take_back(*, change_set: ChangeSet, by: User, reason: str) -> ChangeSet:
    """Take an import back; the act that did so is returned. Sent a second time it is the one already made.

    Raises CannotBeTakenBack with every reason at once; ValidationError (`reason`) without a reason.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the import is taken back.")})
    with transaction.atomic():
        current = ChangeSet.objects.select_for_update().get(pk=change_set.pk)
        undone = ChangeSet.objects.filter(undoes=current).first()
        if undone and (undone.by, undone.reason) == (by, reason):
            return undone
        reasons = why_not_taken_back(current)
        if reasons:
            raise CannotBeTakenBack(reasons)
        act = ChangesTogether(title="undo", by=by, reason=reason, kind=ChangeSetKind.UNDO, undoes=current)
        for part in reversed(_parts(current)):
            try:
                part.take_back(act, by, reason)
            except ValidationError as error:
                raise CannotBeTakenBack([f"{part.code}: {' '.join(error.messages)}"]) from error
    return act.change_set


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _parts(change_set: ChangeSet) -> list["Part"]:
    """What the act wrote, one part for each row of a table, in the order in which they were written."""
    makers: dict[str, tuple[Any, Callable[[Any], Any]]] = {
        ChangedRecord.ACTIVITY: (ActivityPart, Activity.history.in_bulk),
        ChangedRecord.PARTICIPATION: (ParticipationPart, Participation.history.in_bulk),
        ChangedRecord.UPDATE: (UpdatePart, StatusUpdate.objects.select_related("activity", "organization").in_bulk),
    }
    entries = list(change_set.entries.select_related("activity").order_by("pk"))
    frozen = _frozen_since(change_set)
    found: dict[Any, Part] = {}
    for what, (maker, read) in makers.items():
        records = read([entry.history_id for entry in entries if entry.what == what])
        for entry in entries:
            if entry.what != what:
                continue
            record = records.get(entry.history_id)
            key = (what, getattr(record, "id", entry.pk))
            if key not in found:
                found[key] = maker(change_set, entry, record, frozen)
            else:
                found[key].last = record
    return list(found.values())


def _frozen_since(change_set: ChangeSet) -> dict[int, str]:
    """By activity of the act: the title of a round whose report, frozen since, holds it."""
    activities = change_set.entries.values("activity")
    rows = FrozenRow.objects.filter(activity__in=activities, report__frozen_at__gte=change_set.at)
    return dict(rows.values_list("activity_id", "report__round__title"))


class Part:
    """One record that an import wrote: `first` to `last` are its records of history."""

    def __init__(self, change_set: ChangeSet, entry: ChangeSetEntry, record: Any, frozen: dict[int, str]) -> None:
        self.change_set, self.entry, self.first, self.last = change_set, entry, record, record
        self.code, self.frozen = entry.code, frozen

    def say(self, sentence: str, **words: Any) -> str:
        return f"{self.code}: {sentence % words}"

    def reasons(self) -> Iterable[str]:
        if self.entry.activity is None or self.first is None:
            yield self.say(_("it is no longer in the register."))
            return
        if title := self.frozen.get(self.entry.activity_id or 0):
            yield self.say(_("the report of the round “%(title)s” has been frozen with it."), title=title)
        yield from self.own_reasons()

    def own_reasons(self) -> Iterable[str]:
        raise NotImplementedError

    def take_back(self, act: ChangesTogether, by: User, reason: str) -> None:
        raise NotImplementedError

    def before(self, model: Any) -> Any:
        earlier = model.history.filter(id=self.first.id, history_id__lt=self.first.history_id)
        return earlier.order_by("-history_id").first()

    def changed_again(self, model: Any, row: Any) -> Iterable[str]:
        """A sentence for each fact that says something else by now."""
        for field, _old, new in values_that_differ(self.before(model), self.last):
            if value_of(row, field) != (sorted(new) if isinstance(new, list) else new):
                yield self.say(_("“%(field)s” was changed again since."), field=field.verbose_name)


def value_of(row: Any, field: Any) -> Any:
    """The value of a fact as it stands: the key of a relation, keys in order of several."""
    if field.many_to_many:
        return sorted(getattr(row, field.name).values_list("pk", flat=True))
    return getattr(row, field.attname)


class ActivityPart(Part):
    """An undertaking that was entered or edited, or an item whose classification was."""

    def own_reasons(self) -> Iterable[str]:
        activity = self.entry.activity
        if not self.entry.created:
            yield from self.changed_again(Activity, activity)
            return
        newer = Activity.history.filter(id=activity.pk, history_id__gt=self.last.history_id)
        if newer.exists():
            yield self.say(_("it was edited since."))
        if StatusUpdate.objects.filter(activity=activity).exists():
            yield self.say(_("updates were logged on it."))
        own = self.change_set.entries.filter(what=ChangedRecord.PARTICIPATION).values("history_id")
        if Participation.history.filter(activity_id=activity.pk).exclude(history_id__in=own).exists():
            yield self.say(_("who takes part was changed since."))
        if LeadProposal.objects.filter(activity=activity).exists():
            yield self.say(_("a new lead was proposed."))
        if OverlapAnswer.objects.filter(Q(first=activity) | Q(second=activity)).exists():
            yield self.say(_("a hint that it resembles another undertaking was answered."))
        if UpdateDraft.objects.filter(activity=activity).exists():
            yield self.say(_("somebody is writing an update on it."))
        if following := Activity.objects.filter(Q(follows=activity) | Q(parent=activity)).first():
            yield self.say(_("%(code)s refers to it."), code=following.code)

    def take_back(self, act: ChangesTogether, by: User, reason: str) -> None:
        activity = Activity.objects.select_for_update().get(pk=self.entry.activity_id)
        if self.entry.created:
            key = activity.pk
            remove(activity, by, reason)
            gone = Activity.history.filter(id=key).latest("history_id")
            act.add_removed(ChangedRecord.ACTIVITY, self.code, gone.history_id)
            return
        changes = {}
        for field, old, _new in values_that_differ(self.before(Activity), self.last):
            if field.name in MANY_TO_MANY:
                changes[field.name] = list(field.related_model.objects.filter(pk__in=old))
            else:
                changes[field.attname] = old
        more: Any = {"changes": changes, "version": activity.version, "by": by, "reason": reason[:100]}
        written = (
            classify_item(item=activity, **more) if activity.agreed else edit_undertaking(activity=activity, **more)
        )
        act.add(written)


class ParticipationPart(Part):
    """A participation that was named, answered, described or ended."""

    def own_reasons(self) -> Iterable[str]:
        row = Participation.objects.filter(pk=self.first.id).first()
        if row is None:
            yield self.say(_("it is no longer in the register."))
            return
        if not self.entry.created:
            yield from self.changed_again(Participation, row)
            return
        words = {"organization": row.organization}
        if Participation.history.filter(id=row.pk, history_id__gt=self.last.history_id).exists():
            yield self.say(_("the participation of %(organization)s was changed since."), **words)
        since = self.change_set.at
        logged = StatusUpdate.objects.filter(activity=row.activity_id, organization=row.organization_id)
        if logged.filter(created_at__gte=since).exists():
            yield self.say(_("%(organization)s has logged an update since."), **words)
        if LeadProposal.objects.filter(present=row).exists():
            yield self.say(_("%(organization)s was asked to hand over the lead."), **words)

    def take_back(self, act: ChangesTogether, by: User, reason: str) -> None:
        row = Participation.objects.select_related("activity", "organization").get(pk=self.first.id)
        newest = Participation.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0
        if self.entry.created:
            activity, key = row.activity, row.pk
            remove(row, by, reason)
            refresh(activity)
            gone = Participation.history.filter(id=key).latest("history_id")
            act.add_removed(ChangedRecord.PARTICIPATION, self.code, gone.history_id)
            return
        current = _locked(row, row.version)
        before = self.before(Participation)
        columns = [field.attname for field, _old, _new in values_that_differ(before, self.last)]
        columns += ["answered_by_id", "answered_at"]  # never edited, but part of an answer
        for column in columns:
            setattr(current, column, getattr(before, column))
        _settle(current, "role", by, columns, reason[:100])
        act.add_participation(current, since=newest)


class UpdatePart(Part):
    """An entry that was added to a log."""

    def own_reasons(self) -> Iterable[str]:
        entry: StatusUpdate = self.first
        words = {"organization": entry.organization, "day": entry.as_of}
        if StatusUpdate.objects.filter(corrects=entry).exists():
            yield self.say(_("the update of %(organization)s of %(day)s was corrected since."), **words)
        if Review.objects.filter(update=entry).exclude(state=ReviewState.SUBMITTED).exists():
            yield self.say(_("the update of %(organization)s of %(day)s was reviewed since."), **words)
        if not entry.status and entry.progress is None:
            return
        own = self.change_set.entries.filter(what=ChangedRecord.UPDATE).values("history_id")
        later = StatusUpdate.objects.filter(activity=entry.activity_id, pk__gt=entry.pk).exclude(pk__in=own)
        if later.filter(~Q(status="") | Q(progress__isnull=False)).exists():
            yield self.say(_("a later update speaks of status or progress."))

    def take_back(self, act: ChangesTogether, by: User, reason: str) -> None:
        entry: StatusUpdate = self.first
        act.add_update(
            post_update(
                activity=entry.activity,
                organization=entry.organization,
                author=by,
                as_of=entry.as_of,
                may_set_status=True,
                kind=UpdateKind.TAKEN_BACK,
                corrects=entry,
                reason=reason,
                language=current_language(),
                on_behalf=True,
            )
        )


def remove(row: Any, by: User, reason: str) -> None:
    """Take a row out of the register; its history keeps that it was there, who removed it, and why."""
    row._history_user, row._change_reason = by, reason[:100] or None
    row.delete()


def refresh(activity: Activity) -> None:
    current = Activity.objects.get(pk=activity.pk)
    refresh_derived(current)
    refresh_search_text([current])
