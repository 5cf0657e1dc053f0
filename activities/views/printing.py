"""A printed report in pieces: its head, the table some hundred rows at a time, its foot."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracker.toolkit.documents import Code, Missing, Piece, Pieces, Text, Words
from tracker.toolkit.spreadsheets import ROWS_AT_A_TIME
from tracker.toolkit.templatetags import ui
from tracker.toolkit.texts import current_language
from tracker.toolkit.views import Report
from tracker.toolkit.wordml import pieces_of

from .arrangement import Place, group_words

ROWS_HERE = "<!-- rows -->"
ROWS_PRINTED = 100  # at a time, of those that take much of a page each
# Cells whose words stay on one line.
SHORT = ("code", "due", "updated")
Told = Callable[[Any], str]


def print_report(
    whole: str, report: Report, places: Sequence[Place], *, by_area: bool, told: Told | None = None
) -> Iterator[str]:
    """`whole` is the paper with ROWS_HERE where the rows stand; `told` gives what stands below a row, as HTML."""
    head, foot = whole.split(ROWS_HERE)
    return _pieces(head, foot, report, places, by_area, told, current_language())


def _pieces(
    head: str, foot: str, report: Report, places: Sequence[Place], by_area: bool, told: Told | None, language: str
) -> Iterator[str]:
    yield head
    area = None
    lines: list[tuple[Any, Any]] = []
    for row in report.rows():
        lines.append((row.area if by_area and row.area != area else None, row))
        area = row.area
        if len(lines) == ROWS_AT_A_TIME:
            yield _printed(lines, places, told, language)
            lines = []
    yield _printed(lines, places, told, language)
    yield foot


def _printed(lines: list[tuple[Any, Any]], places: Sequence[Place], told: Told | None, language: str) -> str:
    # A response is sent after the middleware let go of the request's language.
    with translation.override(language):
        written: list[str] = []
        for begins, row in lines:
            if begins:
                group = '<tr class="cut"><th colspan="{}" scope="rowgroup">{}</th></tr>\n'
                written.append(format_html(group, len(places), _html(group_words(begins))))
            written.append(f"<tr>{''.join([_cell(place, row) for place in places])}</tr>\n")
            if told and (below := told(row)):
                written.append(f'<tr class="told"><td></td><td colspan="{len(places) - 1}">{below}</td></tr>\n')
        return f"<tbody>{''.join(written)}</tbody>"


def _cell(place: Place, row: Any) -> str:
    first, *others = place.lines(row)
    content = _html(first) + "".join([f"<small>{_html(line)}</small>" for line in others])
    if place.name == "title":
        return f'<th scope="row">{content}</th>'
    return f'<td class="nw">{content}</td>' if place.name in SHORT else f"<td>{content}</td>"


def _html(content: Pieces) -> SafeString:
    return SafeString("".join([_piece(piece) for piece in pieces_of(content)]))


def _piece(piece: Piece) -> str:
    if isinstance(piece, Text):
        return ui.spoken(piece)
    if isinstance(piece, Words):
        return format_html("<b>{}</b>" if piece.bold else "{}", _html(piece.text))
    if isinstance(piece, Code):
        return format_html("<bdi>{}</bdi>", piece.text)
    if isinstance(piece, Missing):
        return ui.dash(piece.words)
    return format_html("{}", piece)


def printed(whole: str, rows: Iterable[Any], template: str, context: Mapping[str, Any], language: str) -> Iterator[str]:
    """`whole` is the paper with ROWS_HERE where the rows stand; `template` draws some of them, as its `rows`."""
    head, foot = whole.split(ROWS_HERE)
    yield head
    rows = iter(rows)
    while True:
        # A response is sent after the middleware let go of the request's language.
        with translation.override(language):
            part = list(islice(rows, ROWS_PRINTED))
            piece = render_to_string(template, {**context, "rows": part}) if part else ""
        if not part:
            break
        yield piece
    yield foot
