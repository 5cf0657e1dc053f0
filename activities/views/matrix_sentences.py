"""Gaps and overlaps as sentences, each with links to what it speaks of."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.toolkit.texts import Text

from ..choices import Signal
from ..filters import LARGE, Counts, Selection
from ..models.names import Names, country_names
from ..reading.alike import COMPARED, Pair, Side
from ..reading.cut import Rows
from ..reading.gaps import HINTS, Gaps, Item
from ..reading.matrix import Matrix

# So many names stand in the open; more are folded.
IN_THE_OPEN = 6
# So many activities with several leads, too.
SHOWN_LEADS = 3


class Link(NamedTuple):
    """A name in a sentence: a reference or nothing, a title or an acronym, where it leads, what is said beside it."""

    href: str
    code: str
    title: Text
    note: str = ""


class Sentence(NamedTuple):
    """What is said, the list that holds it where there is one, and the names it is about."""

    text: str
    href: str = ""
    links: Sequence[Link] = ()
    note: str = ""

    @property
    def folds(self) -> bool:
        return len(self.links) > IN_THE_OPEN


class Hint(NamedTuple):
    """Two undertakings that look alike, what they have in common, and where the hint is answered."""

    one: Link
    other: Link
    note: str
    answer: str


def gap_sentences(selection: Selection, matrix: Matrix, gaps: Gaps, counts: Counts) -> list[Sentence]:
    """What is missing. Says nothing of what is as it should be."""
    return [
        *_of_items(gaps),
        *_without_lead(selection, counts),
        *_idle(matrix),
        *_of_fields(selection, gaps),
    ]


def _of_items(gaps: Gaps) -> Iterable[Sentence]:
    if number := len(gaps.untaken):
        text = ngettext(
            "%(number)d agreed item that nobody took up", "%(number)d agreed items that nobody took up", number
        )
        yield Sentence(text % {"number": number}, links=[_link(item) for item in gaps.untaken])
    if number := len(gaps.leaderless):
        text = ngettext(
            "%(number)d agreed item is carried out without a lead",
            "%(number)d agreed items are carried out without a lead",
            number,
        )
        links = [_link(item) for item in gaps.leaderless]
        yield Sentence(text % {"number": number}, links=links, note=_("No undertaking under it names one."))


def _without_lead(selection: Selection, counts: Counts) -> Iterable[Sentence]:
    asked = selection.given.get("signal")
    signals = [signal for signal in (Signal.NO_LEAD, Signal.LEAD_WITHDREW) if counts.by_option["signal"][signal]]
    # Under a filter of signals a link to others would find others.
    if not signals or asked:
        return
    never, lost = (counts.by_option["signal"][signal] for signal in (Signal.NO_LEAD, Signal.LEAD_WITHDREW))
    number = never + lost
    text = ngettext("%(number)d open activity without a lead", "%(number)d open activities without a lead", number)
    note = ngettext("Of %(number)d the lead withdrew.", "Of %(number)d the lead withdrew.", lost) if lost else ""
    href = list_address(selection, signal=[str(signal) for signal in signals])
    yield Sentence(text % {"number": number}, href, note=note % {"number": lost} if note else "")


def _idle(matrix: Matrix) -> Iterable[Sentence]:
    if number := len(matrix.idle):
        text = ngettext("%(number)d organization takes no part", "%(number)d organizations take no part", number)
        links = [Link(reverse("organization-detail", args=[head.slug]), "", head.acronym) for head in matrix.idle]
        yield Sentence(text % {"number": number}, links=links)


def _of_fields(selection: Selection, gaps: Gaps) -> Iterable[Sentence]:
    for covered in gaps.covered:
        if covered.organization is None:
            yield Sentence(_("Nobody takes an active part in the field “%(field)s”") % {"field": covered.field.title})
        else:
            text = _("The field “%(field)s” is covered by %(organization)s only") % {
                "field": covered.field.title,
                "organization": covered.organization.title,
            }
            given = {"field": [covered.field.code], "organization": [covered.organization.code], "role": []}
            yield Sentence(text, list_address(selection, **given))


def overlap_sentences(gaps: Gaps) -> list[Sentence]:
    """Activities that several organizations lead."""
    sentences = []
    for several in gaps.several:
        number = len(several.leads)
        text = ngettext("%(code)s has %(number)d lead", "%(code)s has %(number)d leads", number)
        sentences.append(
            Sentence(
                text % {"code": several.activity.code, "number": number},
                detail_address(several.activity),
                note=_(", ").join(name.title for name in several.leads),
            )
        )
    return sentences


def more_leads_words(number: int) -> str:
    """What the rest of the activities with several leads is folded under."""
    more = number - SHOWN_LEADS
    if number > LARGE:
        return _("More than 1,000 activities have several leads; the next of them")
    text = ngettext(
        "%(number)d more activity with several leads", "%(number)d more activities with several leads", more
    )
    return text % {"number": more}


def unnamed_leads_words(gaps: Gaps) -> str:
    """What ends the rest of them where not all are named; "" where all are, or nobody counted them."""
    unnamed = gaps.several_number - len(gaps.several)
    if not unnamed or gaps.several_number > LARGE:
        return ""
    text = ngettext("%(number)d more in the register", "%(number)d more in the register", unnamed)
    return text % {"number": unnamed}


def hints_of(gaps: Gaps, answered: Collection[tuple[int, int]], names: Names) -> Rows:
    """The hints that nobody has answered yet: the first of them, and how many there are."""
    waiting = [pair for pair in gaps.pairs if pair.key not in answered]
    number = gaps.pairs_number - (len(gaps.pairs) - len(waiting))
    return Rows([_hint(pair, names) for pair in waiting[:HINTS]], number)


def _hint(pair: Pair, names: Names) -> Hint:
    known = country_names()
    countries = [known.get(code, code) for code in pair.countries]
    one, other = (
        _link(side)._replace(note=names.of("organizations", side.lead).title if side.lead else "")
        for side in (pair.one, pair.other)
    )
    return Hint(one, other, _(", ").join(countries), reverse("overlap-answer", args=pair.key))


def compared_words(gaps: Gaps) -> str:
    """How far one has looked for what is alike."""
    if gaps.all_compared:
        return ""
    return _("Compared were the %(number)d newest open undertakings.") % {"number": COMPARED}


def _link(item: Item | Side) -> Link:
    return Link(detail_address(item), item.code, item.title)


def detail_address(item: Any) -> str:
    return reverse("activity-detail", args=[item.framework, item.code])


def list_address(selection: Selection, **changes: Sequence[str]) -> str:
    return f"{reverse('activity-list')}?{selection.query(**changes)}"
