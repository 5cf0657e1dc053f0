"""The report view: one filtered table as a page and in every form, and the refusal of what is not understood."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import get_resolver
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views import View

from tracker.toolkit.choosing import COLUMNS, is_place, read_columns
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import FORMS, Report, file_response
from tracker.toolkit.spreadsheets import Column

# Said by the page while a file is being made, and taken away by the file.
PREPARING = "preparing"


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


class Asked(NamedTuple):
    """What an address asks a report view for; `problems` are (parameter, sentence)."""

    selection: Any
    sort: str
    form: str | None
    page: int | None
    problems: list[tuple[str, str]]


class ReportView(View):
    """GET only. Hooks: `sorts`, `offered_columns`, `read`, `render_page`, `make_report`, `print_pieces`.

    `chosen` names the columns that the address asks for, in their order; None where it does not say.
    """

    http_method_names = ["get", "head"]
    page_size = 50
    sorts: Sequence[str] = ()  # none: its order is fixed
    formats: Sequence[str] = tuple(FORMS)
    paged = True
    file_name = "report"
    chosen: list[str] | None = None

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
        asked = self.understand(request.GET)
        if asked.problems:
            raise BadParameters(asked.problems)
        tidy = tidy_address(request, self.chosen)
        if tidy and not request.htmx:
            return redirect(tidy)
        if asked.form:
            return self.export(request, asked.form, asked.selection, asked.sort)
        response = self.render_page(request, asked.selection, asked.sort, asked.page or 1)
        if tidy:
            response.headers["HX-Push-Url"] = tidy
        return response

    def understand(self, query: QueryDict) -> Asked:
        """What a query string asks this view for, and what of it is not understood. No row is read."""
        given = filled(query)
        problems: list[tuple[str, str]] = []
        page = self.read_page(given.pop("page", None), problems) if self.paged else None
        sorts = [*self.sorts, *(f"-{key}" for key in self.sorts)]
        sort = self.read_one("sort", given.pop("sort", None), sorts, problems) if sorts else None
        form = self.read_one("format", given.pop("format", None), self.formats, problems)
        if form and page:
            problems.append(("page", _("A file holds all pages. Leave this parameter out.")))
        self.chosen = read_columns(given, self.offered_columns, problems)
        selection = self.read(given, problems)
        usual = sorts[0] if sorts else ""
        return Asked(selection, sort or usual, form, page, problems)

    # Hooks

    def offered_columns(self) -> Sequence[Column]:
        """Those that may be chosen and ordered, the first of which is always there; none: the parameter is unknown."""
        return ()

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
        report.choose(self.chosen)
        provenance = report.provenance(request)
        if form == "print":
            response: Any = StreamingHttpResponse(self.print_pieces(request, report, provenance))
        else:
            response = file_response(form, report, provenance)
            name = file_name(self.file_name, provenance.as_of.isoformat(), request.GET, form)
            response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        for header, value in provenance.headers().items():
            response.headers[header] = value
        if PREPARING in request.COOKIES:
            response.delete_cookie(PREPARING)
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


def tidy_address(request: HttpRequest, columns: Sequence[str] | None = None) -> str:
    """The same address without the empty values that a form sends along, and with the columns as one list.

    "" when it is tidy already.
    """
    query = request.GET.copy()
    places = [name for name in query if is_place(name)]
    for name in places:
        del query[name]
    for name in query:
        query.setlist(name, [value for value in query.getlist(name) if value])
    if columns is not None and (places or len(query.getlist(COLUMNS)) > 1):
        query[COLUMNS] = ",".join(columns)
    if dict(query.lists()) == dict(request.GET.lists()):
        return ""
    encoded = query.urlencode(safe=",")
    return f"{request.path}?{encoded}" if encoded else request.path


def file_name(name: str, day: str, query: QueryDict, form: str) -> str:
    """“activities_2026-11-23_area-a_organization-osce.csv”: what is in the file, in characters any system takes."""
    parts = [
        slugify(f"{key} {' '.join(values)}")
        for key, values in query.lists()
        if key not in ("format", "page", "as_of", COLUMNS) and any(values)
    ]
    return "_".join([name, day, *filter(None, parts)])[:120] + f".{form}"
