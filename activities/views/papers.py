"""Reports that are papers: what their Word documents have in common."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import urljoin

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words
from tracker.toolkit.documents import Link, Paper, Pieces, Words
from tracker.toolkit.provenance import Provenance
from tracker.toolkit.report_files import Report
from tracker.toolkit.spreadsheets import Column
from tracker.toolkit.texts import Text
from tracker.toolkit.wordml import pieces_of

from ..choices import Status
from ..models.names import Name
from ..reading.narrative import Told, Word

Absolute = Callable[[str], str]


class PaperReport(Report):
    """A report that is written as a narrative on upright pages, not as one table."""

    columns: Sequence[Column] = ()
    sheet_title = ""
    landscape = False

    def rows(self) -> Iterable[Any]:
        return ()

    def write_paper(self, paper: Paper, provenance: Provenance) -> None:
        self.write(paper, provenance, partial(urljoin, provenance.address))

    def write(self, paper: Paper, provenance: Provenance, absolute: Absolute) -> None:
        """Everything after the title; `absolute` makes whole addresses."""
        raise NotImplementedError


def write_origin(paper: Paper, provenance: Provenance) -> None:
    """Scope, what is to be known of it, source, when and by whom it was made, and address, as small print."""
    facts = [
        (_("Scope"), provenance.filters or _("All activities that the reader may see")),
        *([(_("Left out by the filters"), str(provenance.left_out))] if provenance.left_out else []),
        *([(_("Note"), provenance.note)] if provenance.note else []),
        (_("Source"), _("Entries made by the participating organizations and, where marked so, public documents")),
        (_("Made"), date_format(timezone.localtime(provenance.made_at), "DATETIME_FORMAT")),
        (_("Made by"), provenance.made_by),
        (_("Address"), provenance.address),
    ]
    paper.facts(facts)


def label(words: str) -> Words:
    # Translators: a label in italics before what it says.
    return Words(_("%(label)s:") % {"label": words}, italic=True)


def joined_pieces(parts: Iterable[Pieces], between: str = "; ") -> list[Any]:
    """Several runs of words with something between them."""
    found: list[Any] = []
    for part in parts:
        if found:
            found.append(between)
        found += pieces_of(part)
    return found


def write_told(paper: Paper, told: Told, absolute: Absolute) -> None:
    """By whom, state, last word, obstacles and sources of one activity."""
    by: list[Pieces] = [(row.organization.text, ", ", row.roles) for row in told.by]
    if told.others.value:
        by.append(told.others)
    if by:
        paper.paragraph((label(_("By")), " ", *joined_pieces(by)))
    paper.paragraph((label(_("State")), " ", *state_pieces(told)))
    write_last_word(paper, told)
    if told.obstacles:
        where = () if told.obstacles == told.last else (who_and_when(told.obstacles), " ")
        paper.paragraph((label(_("Obstacles")), " ", *where, *obstacle_pieces(told.obstacles)))
    if told.sources:
        links: list[Pieces] = [Link(source.title, absolute(source.address)) for source in told.sources]
        if told.more_sources:
            links.append(_("and %(number)d more in the register") % {"number": told.more_sources})
        paper.paragraph((label(_("Sources")), " ", *joined_pieces(links)))


def state_pieces(told: Told) -> list[Any]:
    words = [str(Status(told.status).label)]
    if told.status_on:
        words.append(_("as of %(date)s") % {"date": day_words(PartialDate(told.status_on))})
    progress = [f", {told.progress}%"] if told.progress is not None else []
    return [" ".join(words), *progress]


def write_last_word(paper: Paper, told: Told) -> None:
    if not told.last and not told.since:
        paper.paragraph((label(_("Last word")), " ", _("none")))
    if word := told.last:
        first, *rest = [Text(text, word.language) for text in word.texts]
        paper.paragraph((label(_("Last word")), " ", who_and_when(word), " ", first))
        for text in rest:
            is_next = text.value == word.next_steps
            paper.paragraph((label(_("Next steps")), " ", text) if is_next else text)
        if word.due:
            paper.paragraph(_("Due %(date)s") % {"date": day_words(PartialDate(word.due))})
    if told.since:
        paper.paragraph(_("No change reported on %(date)s.") % {"date": day_words(told.since.as_of)})


def who_and_when(word: Word) -> str:
    """“OSCE, 3 May 2001:”."""
    name = word.organization.acronym.value if word.organization else _("Register")
    # Translators: who says something, and the day for which it is true.
    said = _("%(organization)s, %(date)s") % {"organization": name, "date": day_words(word.as_of)}
    return _("%(label)s:") % {"label": said}


def obstacle_pieces(word: Word) -> list[Any]:
    kinds = joined_pieces(kind_texts(word.kinds))
    text = [Text(word.obstacles, word.language)] if word.obstacles else []
    return [*kinds, ". ", *text] if kinds and text else kinds + text


def kind_texts(kinds: Iterable[Name]) -> list[Pieces]:
    return [Text(kind.title, kind.language) for kind in kinds]
