"""The progress report of a framework, item by item: the page that is the paper, print, and a Word document."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.documents import Link, Paper, Words
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import Report
from tracker.toolkit.texts import current_language, find_text
from tracker.toolkit.views import ReportView

from ..filters import Selection
from ..forms.saved import save_form
from ..models import Framework
from ..reading.item_report import Heading, Item, ItemReport, More
from .papers import Absolute, PaperReport, joined_pieces, label, write_origin, write_told
from .printing import ROWS_HERE, printed

TEMPLATE = "activities/papers/item_report.html"
BLOCKS = "activities/papers/blocks.html"
KINDS: dict[type, str] = {Heading: "heading", Item: "item", More: "more"}


class ItemPaper(PaperReport):
    """The report with what it says of itself."""

    def __init__(self, content: ItemReport) -> None:
        self.content = content

    def write(self, paper: Paper, provenance: Provenance, absolute: Absolute) -> None:
        content = self.content
        said = (acted_on_words(content), " ", recorded_words(content.number))
        paper.paragraph((Words(_("Summary."), bold=True), " ", *said))
        paper.note(acted_on_rule())
        write_origin(paper, provenance)
        filtered = bool(content.selection.values)
        for block in content.blocks():
            write_block(paper, block, content.framework.symbol, absolute, filtered=filtered)

    def provenance(self, request: HttpRequest) -> Provenance:
        content, user = self.content, self.content.selection.user
        framework = content.framework
        return Provenance(
            title=_("Progress report by item"),
            source=f"{find_text(framework, 'short_title').value} ({framework.symbol})",
            filters=content.selection.sentence(),
            as_of=content.selection.today,
            made_at=timezone.now(),
            made_by=str(user) if user.is_authenticated else _("A reader not signed in"),
            rows=content.number,
            left_out=content.left_out(),
            address=request.build_absolute_uri(),
            note=content.selection.note,
        )


@method_decorator(login_not_required, name="dispatch")
class ItemReportView(ReportView):
    """`/frameworks/<code>/report/`: what everybody may read stands in it for everybody."""

    formats = ("docx", "print")
    paged = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.framework = get_object_or_404(Framework, code=kwargs["framework"])
        self.file_name = f"progress-{self.framework.code}"

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Selection:
        if given.get("framework", [self.framework.code]) != [self.framework.code]:
            problems.append(("framework", _("The report is of one framework, which its address names already.")))
            given.pop("framework")
        selection = Selection(given, self.request.user)
        problems += selection.problems
        return selection

    def make_report(self, selection: Selection, sort: str) -> ItemPaper:
        return ItemPaper(ItemReport(self.framework, selection, whole=True))

    def render_page(self, request: HttpRequest, selection: Selection, sort: str, page: int) -> HttpResponse:
        content = ItemReport(self.framework, selection, whole=False)
        provenance = ItemPaper(content).provenance(request)
        context = head_of(content, provenance) | {
            "rows": with_kinds(content),
            "chips": selection.chips(),
            "query": selection.query(),
            "save_form": save_form(request),
        }
        return render(request, TEMPLATE, context)

    def print_pieces(self, request: HttpRequest, report: Report, provenance: Provenance) -> Iterator[str]:
        content: ItemReport = report.content  # type: ignore[attr-defined]
        context = head_of(content, provenance)
        whole = render_to_string(TEMPLATE, context | {"printed": ROWS_HERE}, request)
        return printed(whole, with_kinds(content), BLOCKS, context, current_language())


def acted_on_words(content: ItemReport) -> str:
    """“12 of 23 items acted on.”."""
    words = ngettext(
        "%(number)s of %(all)s item acted on.", "%(number)s of %(all)s items acted on.", len(content.items)
    )
    return words % {"number": content.acted_on, "all": len(content.items)}


def recorded_words(number: int) -> str:
    return ngettext(
        "%(number)d undertaking is recorded under them.", "%(number)d undertakings are recorded under them.", number
    ) % {"number": number}


def acted_on_rule() -> str:
    return _(
        "An item counts as acted on when it, an undertaking that carries it out or serves it besides, or a part of it "
        "is under way, stalled or completed."
    )


def write_block(paper: Paper, block: Any, symbol: str, absolute: Absolute, *, filtered: bool) -> None:
    """One block of the report in the document, as the page shows it."""
    if isinstance(block, Heading):
        paper.heading(block.depth, (f"{block.label}. ", block.title) if block.label else block.title)
    elif isinstance(block, Item):
        paper.heading(block.depth, (block.code, " ", block.title))
        paper.prose(block.text)
        source = _("%(symbol)s, %(code)s") % {"symbol": symbol, "code": block.code}
        paper.note((Link(source, absolute(block.source)), *(() if block.is_acted_on else (" · ", _("not acted on")))))
        if block.says_something:
            write_told(paper, block.told, absolute)
        if block.also:
            also: list[Any] = [(Link(row.code, absolute(row.address)), " ", row.title) for row in block.also]
            if block.also_number > len(block.also):
                also.append(f"… ({block.also_number})")
            paper.paragraph((label(_("Also served by")), " ", *joined_pieces(also)))
        if block.is_empty:
            paper.paragraph(nothing_words(filtered=filtered))
    elif isinstance(block, More):
        further = further_words(block.number)
        paper.paragraph(Link(further, absolute(block.address)))
    else:
        place = ". ".join(filter(None, [block.when, ", ".join(block.where)]))
        title = (Link(block.code, absolute(block.address)), " ", Words(block.title, bold=True))
        paper.paragraph((*title, f" – {place}") if place else title)
        write_told(paper, block, absolute)


def nothing_words(*, filtered: bool) -> str:
    return _("Nothing under this item fits the filters.") if filtered else _("Nothing was recorded under this item.")


def further_words(number: int) -> str:
    return ngettext(
        "%(number)d further undertaking under this item", "%(number)d further undertakings under this item", number
    ) % {"number": number}


def head_of(content: ItemReport, provenance: Provenance) -> dict[str, Any]:
    """What stands before the items, on the page and in print."""
    return {
        "framework": content.framework,
        "content": content,
        "selection": content.selection,
        "acted_on": acted_on_words(content),
        "recorded": recorded_words(content.number),
        "rule": acted_on_rule(),
        "provenance": provenance,
        "filtered": bool(content.selection.values),
    }


def with_kinds(content: ItemReport) -> Iterator[tuple[str, Any]]:
    """Each block with what it is."""
    for block in content.blocks():
        yield KINDS.get(type(block), "told"), block
