"""Saved reports as pages show them: beside the list of activities, and on the page of reports."""

from typing import Any

from ..choices import ReportKind, StartPage
from ..models import SavedReport, StartView
from ..models.saved import SavedReportQuerySet

# So many stand as tabs beside a view.
MOST_TABS = 6


def tabs_of(user: Any, kind: str = ReportKind.LIST) -> list[SavedReport]:
    """The saved reports that stand beside a view: this person's own, then those of the person's organizations."""
    if not user.is_authenticated:
        return []
    return list(SavedReport.objects.close_to(user).filter(kind=kind)[:MOST_TABS])


def own_reports(user: Any) -> list[SavedReport]:
    """All of this person's own, by name; their number is limited."""
    rows = SavedReport.objects.filter(owner=user).select_related("owner", "organization")
    return list(rows.order_by("name", "pk"))


def reports_of_others(user: Any) -> SavedReportQuerySet:
    """What others share with this person; still to be cut into pages."""
    return SavedReport.objects.shared_by_others(user).select_related("owner", "organization")


def start_of(user: Any) -> StartView:
    """What this person sees first; the desk where nothing was chosen. A report no longer usable is left out."""
    chosen = StartView.objects.filter(user=user).first() or StartView(user=user, page=StartPage.DESK)
    if chosen.page == StartPage.REPORT:
        chosen.report = SavedReport.objects.usable_by(user).filter(pk=chosen.report_id).first()
    return chosen


def was_deleted_by(user: Any, key: str) -> bool:
    """Whether this person deleted the report of that address."""
    return SavedReport.history.filter(key=key, history_type="-", history_user=user).exists()
