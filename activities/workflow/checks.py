"""The rules of the log, each as a function that gives sentences by field; an empty answer means nothing is wrong."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import Organization
from tracker.toolkit.dates import PartialDate

from ..choices import TRANSITIONS, Status, UpdateKind, needs_reason
from ..models import Activity, StatusUpdate
from .chain import Entry

Problems = dict[str, str]


def cannot_follow(before: str, after: str) -> str:
    return _("“%(before)s” cannot be followed by “%(after)s”.") % {
        "before": Status(before).label,
        "after": Status(after).label,
    }


def check_status(before: str, status: str, reason: str, closing: str, after: Sequence[Entry]) -> Problems:
    """A status that may not follow the one before it or precede the next one, or that lacks what it needs.

    `after` holds entries only for a correction: the story must still hold once the corrected entry says something else.
    """
    now = status or before
    problems: Problems = {}
    if now != before:
        if now not in TRANSITIONS[before]:
            problems["status"] = cannot_follow(before, now)
        elif needs_reason(before, now) and not reason.strip():
            problems["reason"] = _("Say why the status changes to “%(after)s”.") % {"after": Status(now).label}
        elif now == Status.COMPLETED and not closing:
            problems["closing"] = _("Choose how the activity ended.")
    following = next((entry for entry in after if entry.status), None)
    if following is None or following.kind == UpdateKind.DOCUMENTED:
        return problems
    if "status" not in problems and following.status not in (now, *TRANSITIONS[now]):
        problems["status"] = _("A later entry, of %(date)s, stands in the way: %(sentence)s") % {
            "date": PartialDate(following.as_of).localized(),
            "sentence": cannot_follow(now, following.status),
        }
    return problems


def check_as_of(
    organization: Organization | None,
    as_of: PartialDate,
    speaks_of_state: bool,
    corrects: StatusUpdate | None,
    entries: Sequence[Entry],
) -> Problems:
    """A date in the future, or before what the log already says."""
    if as_of.first_day > timezone.localdate():
        return {"as_of": _("The date lies in the future. Enter the day for which the update is true.")}
    if corrects:
        return {}
    # Organizations tell of different days; only what is said of the whole activity must not run backwards.
    earlier = [
        entry.as_of
        for entry in entries
        if entry.organization_id == (organization and organization.pk)
        or (speaks_of_state and (entry.status or entry.progress is not None))
    ]
    # Compared as text, as the database sorts them: “2001” comes before “2001-05”, and would not be the last word.
    if earlier and as_of < max(earlier):
        return {
            "as_of": _(
                "The log already has an entry of %(date)s. Enter that day or a later one, or correct that entry."
            )
            % {"date": PartialDate(max(earlier)).localized()}
        }
    return {}


def check_correction(
    activity: Activity,
    organization: Organization | None,
    corrects: StatusUpdate | None,
    entries: Sequence[Entry],
    may_set_status: bool,
) -> Problems:
    """Whose entry may be corrected by whom."""
    if corrects is None:
        return {}
    if corrects.activity_id != activity.pk or corrects.organization_id != (organization and organization.pk):
        return {"corrects": _("An organization corrects its own entries of this activity.")}
    if corrects.pk not in {entry.pk for entry in entries}:
        return {"corrects": _("That entry has already been corrected. Correct the later entry.")}
    if (corrects.status or corrects.progress is not None) and not may_set_status:
        # The corrected entry stands no longer: the status would change by somebody who may not set it.
        return {"corrects": _("That entry sets the status or the progress. Only those who may set them correct it.")}
    return {}
