"""Both versions of what two people changed at once, as rows of the conflict table."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
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
    return status_mark(code, str(Status(code).label))


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


def asked_version(request: HttpRequest) -> int:
    """The version that the form was opened on, 0 where it names none."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else 0


def begun_from(request: HttpRequest, record: Any) -> tuple[int, Any]:
    """The version the form was opened on, and the record as it stood then."""
    version = asked_version(request)
    if version == record.version:
        return version, record
    return version, record.history.filter(version=version).first() or record


Facts = Mapping[str, list[str]]


def left_to_others(data: Mapping[str, Any]) -> frozenset[str]:
    """The facts for which the other person's answer was chosen in the conflict table."""
    return frozenset(name.removeprefix("keep-") for name in data if name.startswith("keep-") and data[name] == "theirs")


def fact_rows(form: forms.Form, was: Facts, theirs: Facts, yours: Facts) -> list[Row]:
    """One row for each fact of the form on which the other person and you do not agree."""
    rows = []
    for name, mine in yours.items():
        before, other = was.get(name, []), theirs.get(name, [])
        if mine == other:
            continue
        field = form.fields[name]
        first, second, third = (_in_words(field, values) for values in (before, other, mine))
        rows.append(Row(name, str(form[name].label), first, second, third, mine=mine != before))
    return rows


class Showing(Protocol):
    """A page that edits something of an activity, shown to one person; `render(form, status=…, …)` shows it again."""

    request: HttpRequest
    activity: Activity

    @property
    def render(self) -> Callable[..., HttpResponse]: ...


def both_versions(page: Showing, form: forms.Form, rows: Sequence[Row], current: Any, **more: Any) -> HttpResponse:
    """The answer to a stale edit: the facts of `rows` side by side, and everything typed. Nothing where they agree."""
    if not rows:
        messages.info(page.request, _("Somebody else has made the same changes. Nothing is left to save."))
        return redirect(page.activity)
    data = page.request.POST.copy()
    data["version"] = str(current.version)
    form.data = data
    return page.render(form, status=409, conflict=rows, who=who_saved(current), **more)


def _in_words(field: forms.Field, values: list[str]) -> str:
    labels = {str(value): str(label) for value, label in getattr(field, "choices", ())}
    return _(", ").join(labels.get(value, value) for value in values)


def who_saved(record: Any) -> str:
    """The name of the person who made the newest change, for the head of a column."""
    newest = record.history.select_related("history_user").first()
    return str(newest.history_user) if newest and newest.history_user else _("another person")
