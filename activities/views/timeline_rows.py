"""Rows of the timeline as page and paper show them: the bars, and all they say in words."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words
from tracker.toolkit.templatetags import ui
from tracker.toolkit.texts import current_language, direction

from ..choices import Signal, Status
from ..models.names import Name
from ..reading.timeline import Line, Timeline
from ..reading.timeline_chart import Part, draw


class TrackWriter:
    """Turns lines into bars and words; what is the same on every line is looked up once."""

    def __init__(self, timeline: Timeline) -> None:
        self.scale = timeline.scale
        self.today = timeline.selection.today
        self.language = current_language()
        self.ranks = {pk: number for number, pk in enumerate(timeline.selection.names.by_id["areas"])}
        self.status = {code: str(label) for code, label in Status.choices}
        self.frameworks: dict[str, str] = {}

    def groups(self, lines: Iterable[Line]) -> list[tuple[Name, list["Drawn"]]]:
        """The lines by area, in the order of the framework; within an area they keep theirs."""
        by_area: dict[Name, list[Drawn]] = {}
        for line in lines:
            by_area.setdefault(line.area, []).append(Drawn(self, line))
        return sorted(by_area.items(), key=lambda group: self.ranks.get(group[0].pk, len(self.ranks)))

    def years(self, lines: Iterable[Line], *, latest_first: bool) -> list[tuple[str, list["Drawn"]]]:
        """The lines by the year in which they begin, for where there is no room for a chart."""
        ordered = sorted(lines, key=lambda line: line.begins, reverse=latest_first)
        return [
            (PartialDate(year).localized(), [Drawn(self, line) for line in found])
            for year, found in groupby(ordered, key=lambda line: line.begins[:4])
        ]

    def link(self, line: Line) -> SafeString:
        if line.framework not in self.frameworks:
            address = reverse("activity-detail", args=[line.framework, "-"]).removesuffix("-/")
            self.frameworks[line.framework] = address
        address = f"{self.frameworks[line.framework]}{line.code}/"
        return format_html('<a href="{}">{} {}</a>', address, ui.ref(line.code), self.title(line))

    def title(self, line: Line) -> SafeString | str:
        """A title in another language than the page's says so."""
        value, language = line.title
        if language in (self.language, ""):
            return value
        return format_html('<span lang="{}" dir="{}">{}</span>', language, direction(language), value)

    def parts(self, line: Line) -> list[Part]:
        return draw(
            self.scale,
            (line.planned_start, line.planned_end),
            (line.actual_start, line.actual_end),
            today=self.today,
            is_open=line.is_open,
        )

    def track(self, line: Line) -> SafeString:
        """The bars; colour and pattern of what happened are those of the status."""
        pieces = [part_as_svg(part, line.status) for part in self.parts(line)]
        return SafeString(
            '<svg class="track mirror" aria-hidden="true"><use href="#t-grid"/><svg y="50%" overflow="visible">'
            + "".join(pieces)
            + '</svg><use href="#t-now"/></svg>'
        )

    def state(self, line: Line) -> str:
        """“Under way, 45%”."""
        status = self.status.get(line.status, line.status)
        if line.progress is None:
            return status
        return _("%(status)s, %(progress)s%%") % {"status": status, "progress": line.progress}

    def planned(self, line: Line) -> SafeString | str:
        """“Planned: 1 Mar 2001 – 30 Jun 2002”, the end marked where it has passed; "" where no plan is stated."""
        start, end = line.planned_start, line.planned_end
        ended = self._end(line)
        if start and end:
            return said(_("Planned: %(start)s – %(end)s"), start=words(start), end=ended)
        if start:
            return said(_("Planned: from %(start)s, end not stated"), start=words(start))
        if end:
            return said(_("Planned: until %(end)s, start not stated"), end=ended)
        return ""

    def actual(self, line: Line) -> SafeString | str:
        """“Actual: 3 Mar 2001 – 5 Jul 2001”; "" where nothing is known to have begun or ended."""
        start, end = line.actual_start, line.actual_end
        if start and end:
            if start == end:
                return said(_("Actual: %(day)s"), day=words(start))
            return said(_("Actual: %(start)s – %(end)s"), start=words(start), end=words(end))
        if start and line.is_open:
            return said(_("Actual: since %(start)s"), start=words(start))
        if start:
            return said(_("Actual: from %(start)s, end not stated"), start=words(start))
        if end:
            return said(_("Actual: until %(end)s, start not stated"), end=words(end))
        return ""

    def _end(self, line: Line) -> SafeString | str:
        end = line.planned_end
        if end and line.is_open and PartialDate(end).last_day < self.today:
            return ui.signal(Signal.OVERDUE, words(end))
        return words(end)


class Drawn:
    """One line with its words, as a template asks for them."""

    def __init__(self, writer: TrackWriter, line: Line) -> None:
        self.writer, self.line = writer, line

    @property
    def link(self) -> SafeString:
        return self.writer.link(self.line)

    @property
    def title(self) -> SafeString | str:
        return self.writer.title(self.line)

    @property
    def track(self) -> SafeString:
        return self.writer.track(self.line)

    @property
    def begins(self) -> str:
        return words(self.line.begins)

    @property
    def told(self) -> SafeString:
        """“Under way, 45%. Planned: … Actual: …”: everything the bars show."""
        writer, line = self.writer, self.line
        sentences = filter(None, (writer.state(line), writer.planned(line), writer.actual(line)))
        # Translators: a sentence of words without a verb, such as “Under way, 45%”.
        ended = [said(_("%(sentence)s."), sentence=sentence) for sentence in sentences]
        return SafeString(" ".join(ended))


def words(date: PartialDate | str) -> str:
    return day_words(PartialDate(date), short=True) if date else ""


def said(text: str, /, **values: SafeString | str) -> SafeString:
    """A translated sentence with values that may be marks."""
    return format_html(escape(text).replace("%(", "{").replace(")s", "}"), **values)


def part_as_svg(part: Part, status: str) -> str:
    if part.kind == "tail":
        y = part.y + part.height / 2
        css = "tail" if part.bar == "plan" else f"tail s-{status}"
        end = float(part.x) + float(part.width)
        return f'<line class="{css}" x1="{part.x}%" x2="{end:.2f}%" y1="{y:g}" y2="{y:g}"/>'
    css = "plan" if part.bar == "plan" else f"f-{status}" if part.kind == "sure" else f"s-{status}"
    if part.kind == "soft":
        css += " soft"
    return f'<rect class="{css}" x="{part.x}%" y="{part.y}" width="{part.width}%" height="{part.height}"/>'
