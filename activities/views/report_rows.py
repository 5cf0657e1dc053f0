"""Rows of the report as the page shows them: links, marks and words, each made once, each row one text."""

from collections.abc import Iterable
from itertools import groupby

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import age_words, day_words
from tracker.toolkit.templatetags import ui
from tracker.toolkit.texts import current_language, direction

from ..choices import Signal, Status
from ..models.names import Name
from ..reports import Row

SHOWN_COUNTRIES = 3
SHOWN_PARTICIPANTS = 2


# A line as one text: fourteen variables of a template took a quarter of the page's time.
LINE = """<tr role="row"{sub}>
      <td role="cell" class="c-ref"><bdi class="ref">{code}</bdi></td>
      <th scope="row" role="rowheader" class="ttl"><a href="{href}"{attributes}>{title}</a>{countries}</th>
      <td role="cell" class="c-lead" data-label="{lead_word}">{lead}</td>
      <td role="cell" class="c-part" data-label="{with_word}">{participants}{more}</td>
      <td role="cell" class="c-st">{status}</td>
      <td role="cell" class="c-pr">{progress}</td>
      <td role="cell" class="c-due" data-label="{due_word}">{due}</td>
      <td role="cell" class="c-age" data-label="{updated_word}">{age}</td>
    </tr>
    """


class LineWriter:
    """Turns rows into lines of the table; what is the same on every line is looked up once."""

    def __init__(self, *, by_area: bool) -> None:
        self.by_area = by_area
        self.language = current_language()
        self.between = _(", ")
        self.words = {
            "lead_word": escape(_("Lead")),
            "with_word": escape(_("With")),
            "due_word": escape(_("Due")),
            "updated_word": escape(_("Updated")),
        }
        self.status = {code: ui.status(code, str(label)) for code, label in Status.choices}
        self.signal = {code: ui.signal(code, str(label)) for code, label in Signal.choices}
        self.frameworks: dict[str, str] = {}
        self.organization = reverse("organization-detail", args=["-"]).removesuffix("-/")
        self.no_lead, self.no_date, self.never = ui.dash(_("none named")), ui.dash(_("no date")), ui.dash(_("never"))

    def groups(self, rows: Iterable[Row]) -> list[tuple[Name | None, SafeString]]:
        """(area, its lines) in the order of the rows; one group without an area where areas are not in order."""
        if not self.by_area:
            return [(None, self.lines(rows))]
        return [(area, self.lines(group)) for area, group in groupby(rows, key=lambda row: row.area)]

    def lines(self, rows: Iterable[Row]) -> SafeString:
        return SafeString("".join([self.line(row) for row in rows]))

    def line(self, row: Row) -> SafeString:
        code, language = row.code, row.title.language
        countries = self.between.join(row.countries[:SHOWN_COUNTRIES])
        if (more := len(row.countries) - SHOWN_COUNTRIES) > 0:
            countries += f" +{more}"
        further = len(row.participants) - SHOWN_PARTICIPANTS
        return format_html(
            LINE,
            **self.words,
            sub=SafeString(' class="sub"') if self.by_area and not row.agreed else "",
            code=code,
            href=f"{self.detail(row.framework)}{code}/",
            # A title in another language than the page's says so.
            attributes=""
            if language == self.language
            else format_html(' lang="{}" dir="{}"', language, direction(language or "en")),
            title=row.title.value,
            countries=format_html(" <small>{}</small>", countries) if countries else "",
            lead=self.lead(row),
            participants=self.between.join([name.title for name in row.participants[:SHOWN_PARTICIPANTS]]),
            more=format_html('&nbsp;<bdi class="quiet">+{}</bdi>', further) if further > 0 else "",
            status=self.status[row.status],
            progress=ui.progress(row.progress),
            due=self.due(row),
            age=self.age(row),
        )

    def detail(self, framework: str) -> str:
        """The address of an activity but for its code: one look-up for each framework, not for each row."""
        if framework not in self.frameworks:
            self.frameworks[framework] = reverse("activity-detail", args=[framework, "-"]).removesuffix("-/")
        return self.frameworks[framework]

    def lead(self, row: Row) -> SafeString | str:
        if not row.leaders:
            signal = next((code for code in (Signal.LEAD_WITHDREW, Signal.NO_LEAD) if code in row.signals), None)
            return self.signal[signal] if signal else self.no_lead
        first, more = row.leaders[0], len(row.leaders) - 1
        link = format_html('<a href="{}{}/">{}</a>', self.organization, first.code, first.title)
        if not more:
            return link
        return format_html('{}&nbsp;<bdi class="quiet">+{}</bdi><span class="vh"> {}</span>', link, more, _("co-lead"))

    def due(self, row: Row) -> SafeString | str:
        if not row.due:
            return self.no_date
        words = day_words(PartialDate(row.due), short=True)
        if Signal.OVERDUE in row.signals:
            return ui.signal(Signal.OVERDUE, words)
        return format_html('<time datetime="{}">{}</time>', row.due, words)

    def age(self, row: Row) -> SafeString | str:
        words = age_words(row.updated_on)
        if Signal.SILENT in row.signals:
            return ui.signal(Signal.SILENT, words)
        if row.updated_on is None:
            # An agreed item is carried out by its undertakings: nobody is waited for.
            return self.never if row.agreed else words
        return format_html('<time datetime="{}">{}</time>', row.updated_on.isoformat(), words)
