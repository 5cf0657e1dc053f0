"""Both versions of what two people changed at once, as rows of the conflict table."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from tracker.toolkit.templatetags.ui import status as status_mark

from ..choices import Status
from ..forms.updates import UpdateForm
from ..models import Activity
from ..workflow.chain import state_seen


class Row(NamedTuple):
    """One fact: when you started, saved by the other, entered by you. `mine` preselects yours."""

    name: str
    label: str
    was: Any
    theirs: Any
    yours: Any
    mine: bool
    yours_raw: str = ""


def _mark(code: str) -> str:
    return status_mark(code, Status(code).label)


def _percent(progress: int | None) -> str:
    return "" if progress is None else f"{progress}%"


def state_rows(activity: Activity, form: UpdateForm) -> list[Row]:
    """Status and progress, where the answers differ. Where nothing was entered, yours is what it was."""
    was = state_seen(activity, form.cleaned_data["seen"])
    now = Activity.objects.only("status", "progress").get(pk=activity.pk)
    rows = []
    entered = form.cleaned_data.get("status") or ""
    yours = entered or was.status
    if yours != now.status:
        rows.append(
            Row(
                "status",
                _("Status"),
                _mark(was.status),
                _mark(now.status),
                _mark(yours),
                bool(entered) and entered != was.status,
                yours,
            )
        )
    given = form.cleaned_data.get("progress")
    percent = was.progress if given is None else given
    if percent is not None and percent != now.progress:
        mine = given is not None and given != was.progress
        row = Row(
            "progress",
            _("Progress"),
            _percent(was.progress),
            _percent(now.progress),
            _percent(percent),
            mine,
            str(percent),
        )
        rows.append(row)
    return rows
