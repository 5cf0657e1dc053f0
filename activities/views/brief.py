"""The brief on an organization: the page is the paper, a page or two of it."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from organizations.models import Called, Organization
from tracker.toolkit.days import day_words
from tracker.toolkit.documents import Link, Missing, Paper, Pieces, Words
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.texts import Text, find_text
from tracker.toolkit.views import ReportView

from ..filters import Selection
from ..filters.parameters import shown
from ..forms.saved import save_form
from ..reading.brief import Asked, Brief, Line, may_read_what_is_asked, predecessors_of, read_what_is_asked
from .papers import Absolute, PaperReport, joined_pieces, state_pieces, who_and_when, write_origin

HEADS = {
    "leads": gettext_lazy("Leads or co-leads"),
    "supports": gettext_lazy("Supports"),
    "ended": gettext_lazy("Ended"),
}
LAST_WORD = 160  # characters of it
TEMPLATE = "activities/papers/brief.html"


@method_decorator(login_not_required, name="dispatch")
class OrganizationBrief(ReportView):
    """`/organizations/<slug>/brief/`; `names=time` gives the names of the time, `predecessors=1` adds their record."""

    formats = ("docx",)
    paged = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.organization = get_object_or_404(Organization.objects.select_related("successor"), slug=kwargs["slug"])
        self.file_name = f"brief-{self.organization.slug}"

    def read(self, given: dict[str, list[str]], problems: list[tuple[str, str]]) -> Brief | None:
        names = self.read_one("names", given.pop("names", None), ("today", "time"), problems)
        added = self.read_one("predecessors", given.pop("predecessors", None), ("0", "1"), problems) == "1"
        unknown = [name for name in given if name != "as_of"]
        problems += [(shown(name), _("There is no such parameter.")) for name in unknown]
        for name in unknown:
            del given[name]
        before = predecessors_of(self.organization)
        slugs = [self.organization.slug, *(row.slug for row in before if added)]
        selection = Selection({**given, "organization": slugs}, self.request.user)
        problems += selection.problems
        if problems:
            return None
        return Brief(self.organization, selection, before, with_predecessors=added, by_time=names == "time")

    def render_page(self, request: HttpRequest, selection: Brief, sort: str, page: int) -> HttpResponse:
        brief = selection
        context = {
            "brief": brief,
            "selection": brief.selection,
            "provenance": provenance_of(brief, request),
            "organization": brief.organization,
            "called": brief.called,
            "summary": summary_of(brief),
            "asked": what_is_asked(brief),
            "groups": [(group, HEADS[group.name], more_words(group.more)) for group in brief.groups],
            "last_word": LAST_WORD,
            "save_form": save_form(request),
        }
        return render(request, TEMPLATE, context)

    def make_report(self, selection: Brief, sort: str) -> "BriefPaper":
        return BriefPaper(selection)


class BriefPaper(PaperReport):
    """The brief as a document."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief

    def provenance(self, request: HttpRequest) -> Provenance:
        return provenance_of(self.brief, request)

    def paper_title(self, provenance: Provenance) -> Text:
        return self.brief.called.text

    def write(self, paper: Paper, provenance: Provenance, absolute: Absolute) -> None:
        brief = self.brief
        if over := succession_pieces(brief):
            paper.note(over)
        paper.paragraph((Words(_("Summary."), bold=True), " ", summary_of(brief)))
        if brief.with_predecessors and brief.former:
            former = joined_pieces(row.text for row in brief.former)
            paper.note((_("With the record of:"), " ", *former, "."))
        asked = what_is_asked(brief)
        if asked is not None:
            paper.heading(1, _("What is asked of it next"))
            for row in asked:
                code = Link(row.activity.code, absolute(row.activity.get_absolute_url()))
                title = find_text(row.activity, "title")
                of_round = (". ", Text(row.round.title, row.round.language)) if row.round else ()
                paper.bullet((row.what, " ", code, " ", title, ", ", row.until, *of_round))
            if not asked:
                paper.paragraph(_("Nothing waits for its answer."))
        for group in brief.groups:
            head = str(HEADS[group.name])
            paper.heading(1, f"{head} ({group.number})")
            if group.lines:
                heads = [_("Activity"), _("Role"), _("State"), _("Last word")]
                rows = [row_of(line, brief.called, absolute) for line in group.lines]
                paper.table(heads, rows, widths=(4, 2, 2, 5), caption=head)
            if group.more:
                rest = f"{reverse('activity-list')}?{brief.selection.query()}"
                paper.note(Link(more_words(group.more), absolute(rest)))
        write_origin(paper, provenance)


def row_of(line: Line, called: Called, absolute: Absolute) -> list[tuple[Any, ...]]:
    """An activity as a row of the document."""
    told = line.told
    roles: list[Pieces] = [
        by.roles if by.organization.text == called.text else (by.roles, " ", _("as"), " ", by.organization.text)
        for by in line.roles
    ]
    word: list[Any] = []
    if told.last:
        word = [who_and_when(told.last), " ", Text(shortened(told.last.texts[0]), told.last.language)]
    if told.since:
        word += [*([" "] if word else []), _("No change reported on %(date)s.") % {"date": day_words(told.since.as_of)}]
    title = (Link(told.code, absolute(told.address)), " ", told.title)
    said = tuple(word) or Missing(_("none"))
    return [title, tuple(joined_pieces(roles)), tuple(state_pieces(told)), said]


def succession_pieces(brief: Brief) -> tuple[Any, ...]:
    """Until when it was itself, where another has succeeded it."""
    organization = brief.organization
    day = day_words(organization.succeeded_on) if organization.succeeded_on else ""
    if brief.called.slug != organization.slug:
        # The page keeps the direction of the acronym by an element of its own.
        words = strip_tags(_("<bdi>%(name)s</bdi> until %(date)s."))
        return (words % {"name": organization.acronym, "date": day},)
    if brief.by_time and organization.successor:
        successor = find_text(organization.successor, "name")
        return (_("Succeeded by"), " ", successor, f", {day}." if day else ".")
    return ()


def shortened(text: str) -> str:
    return Truncator(text).chars(LAST_WORD)


def summary_of(brief: Brief) -> str:
    """How much it takes part in, and when it was heard of last."""
    if not brief.number:
        said = _("Takes part in no activity that you may read.")
    else:
        part = ngettext(
            "Takes or took part in %(number)d activity:", "Takes or took part in %(number)d activities:", brief.number
        ) % {"number": brief.number}
        numbers = {name: brief.numbers.get(name, 0) for name in HEADS}
        parts = _("leads or co-leads %(leads)d, supports %(supports)d; ended: %(ended)d.") % numbers
        said = f"{part} {parts}"
    heard = _("Its last entry is of %(date)s.") % {"date": day_words(brief.heard)} if brief.heard else ""
    return f"{said} {heard}".strip()


def more_words(number: int) -> str:
    return ngettext("%(number)d more in the register", "%(number)d more in the register", number) % {"number": number}


def what_is_asked(brief: Brief) -> list[Asked] | None:
    """What waits for its answer; None for who may not know, and of a day in the past."""
    user, selection = brief.selection.user, brief.selection
    if not may_read_what_is_asked(user, brief.organization) or "as_of" in selection.given:
        return None
    return read_what_is_asked(user, brief.organization, selection.today)


def provenance_of(brief: Brief, request: HttpRequest) -> Provenance:
    user = brief.selection.user
    return Provenance(
        title=brief.called.text.value,
        source=_("The register of cooperation activities"),
        filters=brief.selection.sentence(),
        as_of=brief.selection.today,
        made_at=timezone.now(),
        made_by=str(user) if user.is_authenticated else _("A reader not signed in"),
        rows=brief.number,
        left_out=0,
        address=request.build_absolute_uri(),
        note=brief.selection.note,
    )
