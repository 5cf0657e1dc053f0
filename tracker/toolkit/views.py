"""The report view: one filtered table as page, print, CSV and XLSX, and the refusal of what is not understood."""

import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.urls import get_resolver
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views import View

from tracker.toolkit.provenance import Provenance
from tracker.toolkit.spreadsheets import Column, csv_pieces, write_xlsx
from tracker.toolkit.texts import current_language, direction

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx", "print")
# Kept in memory up to this size, then in a temporary file.
SPOOLED = 5 * 1024 * 1024


class BadParameters(BadRequest):
    """An address of which some parameters are not understood: 400, and each is named with a sentence."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{parameter}: {sentence}" for parameter, sentence in problems))
        self.problems = list(problems)


class KnownCount(Paginator):
    """A paginator that was told the number of rows, because they were counted already."""

    def __init__(self, per_page: int, count: int) -> None:
        super().__init__((), per_page)
        self.count = count


class Report:
    """What a report view needs: filled in by the app that knows the rows."""

    columns: Sequence[Column]
    sheet_title: str

    def provenance(self, request: HttpRequest) -> Provenance:
        raise NotImplementedError

    def rows(self) -> Iterable[Any]:
        """All rows, in order, as many as the provenance says."""
        raise NotImplementedError


class ReportView(View):
    """GET only. Hooks: `sorts`, `read`, `render_page`, `make_report`, `print_pieces`."""

    http_method_names = ["get", "head"]
    page_size = 50
    sorts: Sequence[str] = ()
    file_name = "report"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = self.respond(request)
        except BadParameters as refusal:
            # Not raised further: under DEBUG Django would show a traceback instead of the page that names them.
            bad_request: Any = get_resolver().resolve_error_handler(400)
            response = bad_request(request, refusal)
            # htmx shows no error page: let the browser open the address itself.
            if request.htmx:
                response.headers["HX-Redirect"] = request.get_full_path()
        patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
        return response

    def respond(self, request: HttpRequest) -> HttpResponseBase:
        refuse_control_characters(request.GET)
        given = filled(request.GET)
        problems: list[tuple[str, str]] = []
        page = self.read_page(given.pop("page", None), problems)
        sorts = [*self.sorts, *(f"-{key}" for key in self.sorts)]
        sort = self.read_one("sort", given.pop("sort", None), sorts, problems)
        form = self.read_one("format", given.pop("format", None), FORMATS, problems)
        if form and page:
            problems.append(("page", _("A file holds all pages. Leave this parameter out.")))
        selection = self.read(given, problems)
        if problems:
            raise BadParameters(problems)
        tidy = tidy_address(request)
        if tidy and not request.htmx:
            return redirect(tidy)
        if form:
            return self.export(request, form, selection, sort or self.sorts[0])
        response = self.render_page(request, selection, sort or self.sorts[0], page or 1)
        if tidy:
            response.headers["HX-Push-Url"] = tidy
        return response

    # Hooks

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Any:
        """The selection that the remaining parameters ask for; adds to `problems` what is not understood."""
        raise NotImplementedError

    def render_page(self, request: HttpRequest, selection: Any, sort: str, page: int) -> HttpResponse:
        raise NotImplementedError

    def make_report(self, selection: Any, sort: str) -> Report:
        raise NotImplementedError

    def print_pieces(self, request: HttpRequest, report: Report, provenance: Provenance) -> Iterator[str]:
        raise NotImplementedError

    # Parameters of the view itself

    def read_page(self, given: list[str] | None, problems: list[tuple[str, str]]) -> int | None:
        if not given:
            return None
        text = given[0]
        # Longer numbers are beyond any end, and some databases refuse them as an offset.
        if len(given) == 1 and text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) > 0:
            return int(text)
        problems.append(("page", _("Give one whole number, starting with 1.")))
        return None

    def read_one(
        self, name: str, given: list[str] | None, allowed: Sequence[str], problems: list[tuple[str, str]]
    ) -> str | None:
        if not given:
            return None
        if len(given) == 1 and given[0] in allowed:
            return given[0]
        problems.append((name, _("Give one of these: %(values)s.") % {"values": ", ".join(allowed)}))
        return None

    def paginate(self, rows: Sequence[Any], number: int, count: int) -> Page:
        """A page of rows that were already fetched. Raises Http404 beyond the end."""
        if not rows and number > 1:
            raise Http404
        # A count that is some seconds old may lag behind the rows.
        count = max(count, (number - 1) * self.page_size + len(rows))
        return Page(rows, number, KnownCount(self.page_size, count))

    # Files

    def export(self, request: HttpRequest, form: str, selection: Any, sort: str) -> HttpResponseBase:
        report = self.make_report(selection, sort)
        provenance = report.provenance(request)
        if form == "print":
            response: Any = StreamingHttpResponse(self.print_pieces(request, report, provenance))
        elif form == "csv":
            pieces = csv_pieces(report.columns, report.rows())
            response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        else:
            file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the response closes it
            write_xlsx(
                file,
                title=report.sheet_title,
                columns=report.columns,
                rows=report.rows(),
                count=provenance.rows,
                cover_title=_("About this report"),
                cover=provenance.facts(),
                right_to_left=direction(current_language()) == "rtl",
            )
            file.seek(0)
            response = FileResponse(file, content_type=XLSX)
        if form != "print":
            name = file_name(self.file_name, provenance.as_of.isoformat(), request.GET, form)
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        for header, value in provenance.headers().items():
            response.headers[header] = value
        return response


def filled(query: QueryDict) -> dict[str, list[str]]:
    """Each parameter with its values. Empty ones were not given; a parameter without any must still be known."""
    return {name: [value for value in values if value] for name, values in query.lists()}


def refuse_control_characters(query: QueryDict) -> None:
    """Raises BadParameters: no reader types them, and databases refuse some."""
    problems = []
    for name, values in query.lists():
        if any(unicodedata.category(character) in ("Cc", "Cs") for text in (name, *values) for character in text):
            clean = "".join(character for character in name if character.isprintable())
            problems.append((clean[:60], _("It contains a control character. Remove it.")))
    if problems:
        raise BadParameters(problems)


def tidy_address(request: HttpRequest) -> str:
    """The same address without the empty values that a form sends along; "" when it has none."""
    if all(all(values) for _name, values in request.GET.lists()):
        return ""
    query = request.GET.copy()
    for name in list(query):
        query.setlist(name, [value for value in query.getlist(name) if value])
    encoded = query.urlencode()
    return f"{request.path}?{encoded}" if encoded else request.path


def file_name(name: str, day: str, query: QueryDict, form: str) -> str:
    """“activities_2026-11-23_area-a_organization-osce.csv”: what is in the file, in characters any system takes."""
    parts = [
        slugify(f"{key} {' '.join(values)}")
        for key, values in query.lists()
        if key not in ("format", "page") and any(values)
    ]
    return "_".join([name, day, *filter(None, parts)])[:120] + f".{form}"
