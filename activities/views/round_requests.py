"""The requests of a round as a filtered list and as files."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.views import Report, ReportView

from ..filters import LARGE
from ..models import ReportingRound
from ..reading.round_requests import COLUMNS, LABELS, SORTS, RequestSelection, Row, read_rows
from .report_look import Look, exports, rows_words
from .rounds import find_round


class RequestTable(Report):
    """The whole result of a selection."""

    columns = COLUMNS

    def __init__(self, selection: RequestSelection, sort: str) -> None:
        self.selection = selection
        self.sheet_title = _("Requests")
        # Read now: however long the file takes, it holds the rows it says.
        self.found = list(read_rows(selection, selection.rows(sort)))

    def rows(self) -> list[Row]:
        return self.found

    def provenance(self, request: HttpRequest) -> Provenance:
        made = self.selection.round
        return Provenance(
            title=_("Requests for updates: %(round)s") % {"round": made.title},
            source=str(made.framework),
            filters=self.selection.sentence(),
            as_of=self.selection.today,
            made_at=timezone.now(),
            made_by=str(self.selection.user),
            rows=len(self.found),
            left_out=self.selection.visible().count() - len(self.found),
            address=request.build_absolute_uri(),
        )


class RoundRequests(ReportView):
    """`/rounds/<n>/requests/`: signed-in members see the requests of activities they may read."""

    sorts = tuple(SORTS)
    file_name = "requests"

    @cached_property
    def round(self) -> ReportingRound:
        return find_round(self.kwargs["number"])

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> RequestSelection:
        selection = RequestSelection(self.round, given, self.request.user, timezone.localdate())
        problems += selection.problems
        return selection

    def make_report(self, selection: RequestSelection, sort: str) -> RequestTable:
        return RequestTable(selection, sort)

    def render_page(self, request: HttpRequest, selection: RequestSelection, sort: str, page: int) -> HttpResponse:
        found = selection.rows(sort)
        start = (page - 1) * self.page_size
        rows = list(read_rows(selection, found[start : start + self.page_size]))
        shown = self.paginate(rows, page, found.count())
        context = {
            "round": selection.round,
            "page": shown,
            "number": shown.paginator.count,
            "selection": selection,
            "selects": self._selects(selection),
            "sort": sort,
            "sorts": SORTS,
            "exports": exports(lambda form: Look(sort).address(selection.query(), format=form)),
            "rows_words": rows_words(shown.paginator.count),
            "many": shown.paginator.count > LARGE,
        }
        return render(request, "activities/round/requests.html", context)

    def _selects(self, selection: RequestSelection) -> list[tuple[Any, ...]]:
        """The controls: parameter, label, the word for any, options, values chosen."""
        # Those asked in what this person may see.
        ids = selection.visible().order_by().values_list("organization", flat=True).distinct()
        names = sorted((selection.names.of("organizations", pk).title, pk) for pk in ids)
        asked = [(selection.names.of("organizations", pk).code, title) for title, pk in names]
        return [
            (name, LABELS[name], anything, asked if name == "organization" else list(selection.options[name].items()),
             set(selection.given.get(name, ())))
            for name, anything in (
                ("organization", _("All organizations")),
                ("state", _("All states")),
                ("area", _("All areas")),
                ("role", _("All roles")),
            )
        ]  # fmt: skip

    def print_pieces(self, request: HttpRequest, report: Any, provenance: Provenance) -> Iterator[str]:
        context = {"provenance": provenance, "rows": report.rows(), "round": self.round}
        # Written now, while the request's language is in force.
        return iter([render_to_string("activities/round/requests_print.html", context, request)])
