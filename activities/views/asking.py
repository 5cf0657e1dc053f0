"""What a saved address asks for: which view, whether it is understood today, and the same without what is gone."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.translation import gettext as _

from tracker.toolkit.choosing import COLUMNS, is_place
from tracker.toolkit.texts import current_language
from tracker.toolkit.views import Asked, BadParameters, ReportView, refuse_control_characters

from ..choices import ReportKind
from ..filters import Selection
from ..filters.declared import FOR_COORDINATORS, ActivityFilters
from ..filters.parameters import AnyOf
from ..models import SavedReport
from ..models.names import read_names
from ..models.saved import ADDRESS_NAMES

LONGEST_QUERY = SavedReport._meta.get_field("query").max_length or 0
# Which page of a list, and as which file: no part of what is asked for.
NOT_KEPT = ("page", "format")
# Views that take a query string apart without a statement.
CHEAP = (ReportKind.LIST, ReportKind.MATRIX, ReportKind.TIMELINE)
# The lists of names in which the subject of a view is found.
SUBJECTS = {ReportKind.FRAMEWORK: "frameworks", ReportKind.BRIEF: "organizations"}


class NotSaveable(Exception):
    """The address cannot be saved; the sentence says why."""


@dataclass(frozen=True)
class Shown:
    """An address taken apart. `view` answers it; None where what it asks for cannot be checked beforehand."""

    kind: str
    subject: str
    query: str
    view: ReportView | None

    def without(self, rest: str) -> "Shown":
        """The same view with another query string."""
        return replace(self, query=rest)

    @cached_property
    def asked(self) -> Asked | None:
        return self.view.understand(QueryDict(self.query)) if self.view else None


class Gone(NamedTuple):
    """A value that is asked for and no longer understood: in words of a language, and what is the matter."""

    label: str
    value: str
    language: str
    sentence: str


def read_address(request: HttpRequest, address: str) -> Shown:
    """What is shown at an address of this site. Raises NotSaveable."""
    path, _mark, query = address.partition("?")
    found = _resolved(path)
    kinds = {name: kind for kind, name in ADDRESS_NAMES.items()}
    if found is None or found.url_name not in kinds or len(found.kwargs) > 1:
        raise NotSaveable(_("This page cannot be saved as a report."))
    if len(query) > 3 * LONGEST_QUERY:
        raise NotSaveable(_("The filter is too long to be saved. Choose fewer values."))
    try:
        asked = QueryDict(query.partition("#")[0])
        refuse_control_characters(asked)
    except (BadParameters, SuspiciousOperation) as error:
        raise NotSaveable(_("This address is not understood.")) from error
    tidy = tidy_query(asked)
    if len(tidy) > LONGEST_QUERY:
        raise NotSaveable(_("The filter is too long to be saved. Choose fewer values."))
    subject = str(next(iter(found.kwargs.values()), ""))
    try:
        shown = with_columns(Shown(kinds[found.url_name], subject, tidy, _view_of(request, found)))
    except Http404 as nothing:
        raise NotSaveable(_("This page cannot be saved as a report.")) from nothing
    if shown.asked and shown.asked.problems:
        raise NotSaveable("; ".join(f"{name}: {sentence}" for name, sentence in shown.asked.problems))
    return shown


def with_columns(shown: Shown) -> Shown:
    """The same with its columns as one list, however a form sent them."""
    if shown.view is None or not shown.asked or shown.view.chosen is None:
        return shown
    query = QueryDict(shown.query, mutable=True)
    for name in [name for name in query if is_place(name)]:
        del query[name]
    query[COLUMNS] = ",".join(shown.view.chosen)
    return shown.without(tidy_query(query))


def read_report(request: HttpRequest, report: SavedReport) -> Shown | None:
    """What a saved report shows; None where no address of this installation shows it."""
    found = _resolved(report.path) if report.path else None
    if found is None or found.url_name != ADDRESS_NAMES.get(ReportKind(report.kind)):
        return None
    try:
        return Shown(report.kind, report.subject, report.query, _view_of(request, found))
    except Http404:  # what the view is about is gone
        return None


def in_short(request: HttpRequest, report: SavedReport) -> tuple[str, bool]:
    """What a report asks for in words, and whether some of it is not understood any more; no statement is taken.

    Of views that look up values of their own only the filters of activities are asked: a page lists many reports.
    """
    if report.kind in CHEAP:
        shown = read_report(request, report)
        return sentence_of(shown), shown is None or bool(shown.asked and shown.asked.problems)
    given = {name: values for name, values in QueryDict(report.query).lists() if name in ActivityFilters.base_filters}
    selection = Selection(given, request.user)
    is_broken = bool(selection.problems) or not report.path or not exists(report.kind, report.subject)
    return ("" if selection.problems else selection.sentence()), is_broken


def exists(kind: str, subject: str) -> bool:
    """Whether the framework or organization that the view is about is still in the register."""
    names = SUBJECTS.get(ReportKind(kind))
    if names is None:
        return True
    return any(subject in read_names(fresh=fresh).by_code[names] for fresh in (False, True))


def gone_values(shown: Shown, words: Mapping[str, Mapping[str, str]], language: str) -> tuple[list[Gone], str]:
    """What is no longer understood, value by value, and the query string without it."""
    view, query = shown.view, QueryDict(shown.query)
    if view is None or not view.understand(query).problems:
        return [], shown.query
    gone, kept = [], QueryDict(mutable=True)
    for name, values in query.lists():
        for value in values:
            alone = QueryDict(mutable=True)
            alone[name] = value
            problems = view.understand(alone).problems
            if problems and name == COLUMNS and (left := _understood(view, value)):
                gone.append(_gone(view, name, value, "", problems[0][1]))
                kept.appendlist(name, left)
            elif problems:
                said = words.get(name, {}).get(value)
                gone.append(_gone(view, name, said or value, language if said else "", problems[0][1]))
            else:
                kept.appendlist(name, value)
    # What is understood by itself may still not go together.
    for name, sentence in view.understand(kept).problems:
        if name in kept:
            gone.append(_gone(view, name, ", ".join(kept.pop(name)), "", sentence))
    rest = "" if view.understand(kept).problems else tidy_query(kept)
    return gone, rest


def words_of(shown: Shown) -> dict[str, dict[str, str]]:
    """Each value in words, to be told when it is gone."""
    selection = selection_of(shown.asked)
    if selection is None:
        return {}
    return {
        name: dict(zip(map(str, selection.values[name]), said, strict=True)) for name, _label, said in selection.words()
    }


def sentence_of(shown: Shown | None) -> str:
    """What a saved report asks for in words; "" for everything, and for what cannot be said."""
    asked = shown.asked if shown else None
    selection = selection_of(asked) if asked and not asked.problems else None
    return selection.sentence() if selection else ""


def selection_of(asked: Asked | None) -> Selection | None:
    """The activities a view was asked for; views with parameters of their own hold them as `selection`."""
    held = asked and getattr(asked.selection, "selection", asked.selection)
    return held if isinstance(held, Selection) else None


def facts_of(shown: Shown) -> dict[str, Any]:
    """The columns of a saved report that say what it shows."""
    return {
        "kind": shown.kind,
        "subject": shown.subject,
        "query": shown.query,
        "words": words_of(shown),
        "language": current_language(),
    }


def tidy_query(query: QueryDict) -> str:
    """The same request however it was typed: parameters by name, none empty or twice; values keep their order."""
    tidy = QueryDict(mutable=True)
    for name in sorted(query):
        values = list(dict.fromkeys(value for value in query.getlist(name) if value))
        if values and name not in NOT_KEPT:
            tidy.setlist(name, values)
    return tidy.urlencode(safe=",")


def _understood(view: ReportView, columns: str) -> str:
    """Those columns of a list that the view still has."""
    names = [column.name for column in view.offered_columns()]
    return ",".join(name for name in dict.fromkeys(columns.split(",")) if name in names)


def _gone(view: ReportView, name: str, value: str, language: str, sentence: str) -> Gone:
    if name not in ActivityFilters.base_filters:
        return Gone(name, value, language, sentence)
    label = str(ActivityFilters.base_filters[name].label)
    if name in FOR_COORDINATORS and not getattr(view.request.user, "is_coordinator", False):
        sentence = _("Only coordinators can ask for this.")
    elif isinstance(ActivityFilters.base_filters[name], AnyOf):
        sentence = _("This no longer exists.")
    return Gone(label, value, language, sentence)


def _resolved(path: str) -> Any:
    try:
        return resolve("/" + path.removeprefix(get_script_prefix()))
    except Resolver404:
        return None


def _view_of(request: HttpRequest, found: Any) -> ReportView | None:
    made = getattr(found.func, "view_class", None)
    if made is None or not issubclass(made, ReportView):
        return None
    asking = copy.copy(request)
    # Somebody else's parameters are none of this request's.
    asking.GET = QueryDict()  # type: ignore[misc]
    view: ReportView = made(**found.func.view_initkwargs)
    view.setup(asking, *found.args, **found.kwargs)
    return view
