"""What is done with saved reports: saving one, changing and deleting it, choosing what opens after signing in."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from organizations.models import Organization, User

from ..choices import Sharing, StartPage
from ..models import SavedReport, StartView
from .errors import StaleEdit

MOST_REPORTS = 100
# Together they say what is shown.
SHOWN = ("kind", "subject", "query")
EDITABLE = ("name", "sharing", "organization", *SHOWN, "words", "language")


def save_report(
    *, by: User, name: str, shown: Mapping[str, Any], sharing: str, organization: Organization | None = None
) -> tuple[SavedReport, bool]:
    """Save what is shown (`shown`: kind, subject, query, words, language) under a name of one's own.

    Returns the report and whether it is new: the same one sent twice is one. Raises ValidationError by field.
    """
    with transaction.atomic():
        # One after another, so that two tabs together neither pass the limit nor take the same name.
        User.objects.select_for_update().get(pk=by.pk)
        mine = SavedReport.objects.filter(owner=by)
        there = mine.filter(name=name).first()
        if there:
            if all(getattr(there, column) == shown[column] for column in SHOWN):
                return there, False
            raise ValidationError({"name": _("You have a saved report of this name already. Choose another name.")})
        if mine.count() >= MOST_REPORTS:
            raise ValidationError(
                ngettext(
                    "You have saved %(number)d report already. Delete one first.",
                    "You have saved %(number)d reports already. Delete one first.",
                    MOST_REPORTS,
                )
                % {"number": MOST_REPORTS}
            )
        report = SavedReport(owner=by, name=name, sharing=sharing, organization=organization, **shown)
        _check(report, by, {"sharing", "organization"})
        report._history_user = by
        report.save()
    return report, True


def edit_report(*, report: SavedReport, changes: Mapping[str, Any], version: int, by: User) -> SavedReport:
    """Write exactly the named changes, if the report still stands at `version`.

    Raises StaleEdit, ValidationError by field, or SavedReport.DoesNotExist where it was deleted meanwhile.
    """
    if not set(changes) <= set(EDITABLE):
        raise ValidationError(_("Only name, sharing and filter of a saved report can be changed."))
    with transaction.atomic():
        User.objects.select_for_update().get(pk=report.owner_id)
        current = _locked(report, version)
        for column, value in changes.items():
            setattr(current, column, value)
        current.changed_at = timezone.now()
        _check(current, by, set(changes))
        current._history_user = by
        current.save(update_fields=[*changes, "changed_at", "version"])
    return current


def delete_report(*, report: SavedReport, version: int, by: User) -> None:
    """Delete it as it was seen. Raises StaleEdit, or SavedReport.DoesNotExist where it is gone already."""
    with transaction.atomic():
        current = _locked(report, version)
        current._history_user = by
        current.delete()


def choose_start(user: User, *, page: str = StartPage.DESK, report: SavedReport | None = None) -> None:
    """What this person sees first after signing in: a page, or a saved report."""
    page = StartPage.REPORT if report else page
    StartView.objects.update_or_create(user=user, defaults={"page": page, "report": report})


def _locked(report: SavedReport, version: int) -> SavedReport:
    raised = SavedReport.objects.filter(pk=report.pk, version=version).update(version=F("version") + 1)
    current = SavedReport.objects.select_related("organization").get(pk=report.pk)
    if not raised:
        raise StaleEdit(current)
    return current


def _check(report: SavedReport, by: User, changed: set[str]) -> None:
    """What the table itself cannot say; then what it can."""
    if {"sharing", "organization"} & changed and report.sharing == Sharing.ORGANIZATION:
        if report.organization_id is None:
            raise ValidationError({"sharing": _("Choose the organization to share it with.")})
        if report.organization_id not in by.organization_ids:
            raise ValidationError({"sharing": _("You can share a report with organizations of your own.")})
    taken = SavedReport.objects.filter(owner=report.owner_id, name=report.name).exclude(pk=report.pk)
    if "name" in changed and taken.exists():
        raise ValidationError({"name": _("A saved report of this name exists already. Choose another name.")})
    report.full_clean(exclude=["owner", "key"], validate_constraints=False)
