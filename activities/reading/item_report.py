"""The progress report of a framework in its own order: headings, items, and what was undertaken under each."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Max, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.functional import cached_property

from tracker.toolkit.texts import Text, find_text

from ..choices import Status
from ..filters import Selection
from ..models import Framework, Passage
from ..models.names import LANGUAGES
from .narrative import TITLES, Narrator, Told

# On the page. Of more than so many undertakings the first few of each item stand there; files hold all.
SHOWN = 200
SHOWN_OF_EACH = 5
REFERENCES_SHOWN = 20
# So many activities are read at a time, in a constant number of statements.
TOLD_AT_A_TIME = 500
FOLLOW_UP_AREA = "F"
SECTIONS = ("section-II", "section-III")  # section I states the principles, which are not repeated
ACTED_ON = (Status.UNDER_WAY, Status.STALLED, Status.COMPLETED)
TEXTS = tuple(f"description_{language}" for language in LANGUAGES)


class Heading(NamedTuple):
    """A heading of the framework: a section of depth 1, or an area; `depth` counts from 1."""

    depth: int
    label: str
    title: Text

    @property
    def level(self) -> int:
        """Of the heading on a page, below its title."""
        return self.depth + 1


class Reference(NamedTuple):
    code: str
    title: Text
    address: str


class Also(NamedTuple):
    """The first that serve an item besides their main one, how many there are, and whether one of them was acted on."""

    first: list[Reference]
    number: int
    is_acted_on: bool


NONE_ALSO = Also([], 0, False)


class Item(NamedTuple):
    """An agreed item, before what was undertaken under it.

    `told` is what was recorded of the item itself, `number` how many undertakings it has in the first place, `also`
    the first of `also_number` that serve it besides. `source` is the address of its text in the document.
    """

    depth: int
    code: str
    title: Text
    text: Text
    address: str
    source: str
    told: Told
    number: int
    also: list[Reference]
    also_number: int
    is_acted_on: bool

    @property
    def level(self) -> int:
        return self.depth + 1

    @property
    def says_something(self) -> bool:
        """Something was recorded of the item itself."""
        return bool(self.told.last or self.told.since or self.told.obstacles or self.told.status != Status.AGREED)

    @property
    def is_empty(self) -> bool:
        """Nothing stands under it: no undertaking, and no word on the item itself."""
        return not (self.number or self.also_number or self.says_something)


class More(NamedTuple):
    """Undertakings of the item before it that are not told here, and where all of them are."""

    number: int
    address: str


Block = Heading | Item | Told | More


class ItemReport:
    """A framework's items with the activities of a selection under them: all, or as many as a page bears."""

    def __init__(self, framework: Framework, selection: Selection, *, whole: bool) -> None:
        self.framework, self.selection, self.whole = framework, selection, whole
        self.narrator = Narrator(selection)
        self.status = selection.column("status")
        self.rows = selection.rows().filter(framework=framework)
        # What is agreed belongs to the order of the framework, whatever the filters find.
        self.known = selection.visible()
        self.undertakings = self.rows.filter(agreed=False)
        self.items = self._items()
        self.counts = self._counts()
        self.also = self._also()
        self.ids = self._ids()

    @cached_property
    def acted_on(self) -> int:
        return sum(self._is_acted_on(item) for item in self.items)

    @cached_property
    def number(self) -> int:
        """All undertakings under the items of this report."""
        return sum(sum(self.counts[item["pk"]].values()) for item in self.items)

    def left_out(self) -> int:
        """Undertakings of this framework that the person may read and the filters leave out."""
        if not self.selection.values:
            return 0
        return self.known.filter(framework=self.framework, agreed=False).count() - self.number

    def blocks(self) -> Iterator[Block]:
        """The report from first to last, some hundred activities at a time."""
        plan = self._plan()
        while part := list(islice(plan, TOLD_AT_A_TIME)):
            own = [value["pk"] for kind, value in part if kind == "item"]
            under = [value for kind, value in part if kind == "told"]
            told = self.narrator.tell(self.known, own + under)
            for kind, value in part:
                if kind == "item":
                    yield self._item(value, told[value["pk"]])
                elif kind != "told":
                    yield value
                elif value in told:  # not one that was hidden meanwhile
                    yield told[value]

    def _plan(self) -> Iterator[tuple[str, Any]]:
        """What stands in the report, in order: blocks, and the activities that are still to be read."""
        headings = self._headings()
        depth = 2 if headings else 1
        by_area: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for item in self.items:
            by_area[item["area_id"]].append(item)
        # Areas come in the order of their framework.
        for pk, area in self.selection.names.by_id["areas"].items():
            if pk not in by_area:
                continue
            heading = headings.pop(SECTIONS[area.code == FOLLOW_UP_AREA], None)
            if heading:
                yield "heading", heading
            yield "heading", Heading(depth, area.code, Text(area.title, area.language))
            for item in by_area[pk]:
                yield "item", item | {"depth": depth + 1}
                ids = self.ids[item["pk"]]
                for pk in ids:
                    yield "told", pk
                more = sum(self.counts[item["pk"]].values()) - len(ids)
                if more > 0:
                    yield "more", More(more, self.list_of(item["code"]))

    def list_of(self, code: str) -> str:
        """The address of the undertakings under an item that are in this selection."""
        query = self.selection.query(parent=[code], kind=["undertaking"], framework=[self.framework.code])
        return f"{reverse('activity-list')}?{query}"

    def _headings(self) -> dict[str, Heading]:
        found = Passage.objects.filter(framework=self.framework, anchor__in=SECTIONS, kind=Passage.Kind.HEADING)
        headings = {}
        for row in found:
            title = find_text(row, "title")
            headings[row.anchor] = Heading(1, row.number, title if title.value else find_text(row, "text"))
        return headings

    def _items(self) -> list[dict[str, Any]]:
        """The items that the filters leave in: those of an area or a main item asked for, else all."""
        items = self.known.filter(framework=self.framework, agreed=True).order_by("sort_key")
        values = self.selection.values
        if areas := values.get("area"):
            items = items.filter(area__code__in=areas)
        if codes := values.get("parent"):
            items = items.filter(code__in=codes)
        return list(items.values("pk", "code", "area_id", "parent_id", "language", *TITLES, *TEXTS, self.status))

    def _counts(self) -> dict[int, Counter]:
        """How many undertakings there are under each item, by status."""
        counts: dict[int, Counter] = defaultdict(Counter)
        rows = self.undertakings.order_by().values_list("parent_id", self.status).annotate(number=Count("pk"))
        for item, status, number in rows:
            counts[item][status] = number
        return counts

    def _also(self) -> dict[int, Also]:
        """What serves each item besides its main one, in one statement."""
        item = [F("also_serves")]
        acted_on = Case(When(**{f"{self.status}__in": ACTED_ON}, then=1), default=0)
        rows = (
            self.undertakings.filter(also_serves__isnull=False)
            .annotate(
                rank=Window(RowNumber(), partition_by=item, order_by=[F("sort_key").asc(), F("pk").asc()]),
                number=Window(Count("pk"), partition_by=item),
                acted_on=Window(Max(acted_on), partition_by=item),
            )
            .filter(rank__lte=REFERENCES_SHOWN)
            .order_by("also_serves", "rank")
        )
        found: dict[int, Also] = {}
        for row in rows.values("also_serves", "code", "language", "number", "acted_on", *TITLES):
            address = reverse("activity-detail", args=[self.framework.code, row["code"]])
            also = found.setdefault(row["also_serves"], Also([], row["number"], bool(row["acted_on"])))
            also.first.append(Reference(row["code"], find_text(row, "title"), address))
        return found

    def _ids(self) -> dict[int, list[int]]:
        """The undertakings that are told, under their main items, by reference."""
        rows = self.undertakings.order_by("sort_key", "pk")
        if not self.whole and self.number > SHOWN:
            rank = Window(RowNumber(), partition_by=F("parent"), order_by=[F("sort_key"), F("pk")])
            rows = rows.annotate(rank=rank).filter(rank__lte=SHOWN_OF_EACH)
        found: dict[int, list[int]] = defaultdict(list)
        for pk, item in rows.values_list("pk", "parent_id"):
            found[item].append(pk)
        return found

    def _is_acted_on(self, item: dict[str, Any]) -> bool:
        """It, what carries it out or serves it, or a part of it is or was in hand."""
        return item["pk"] in self._acted_on

    @cached_property
    def _acted_on(self) -> set[int]:
        found = set()
        for item in self.items:
            counts, also = self.counts[item["pk"]], self.also.get(item["pk"], NONE_ALSO)
            in_hand = item[self.status] in ACTED_ON or any(counts[status] for status in ACTED_ON)
            if in_hand or also.is_acted_on:
                found |= {item["pk"], item["parent_id"]}
        return found

    def _item(self, item: dict[str, Any], told: Told) -> Item:
        pk, code = item["pk"], item["code"]
        also = self.also.get(pk, NONE_ALSO)
        return Item(
            depth=item["depth"],
            code=code,
            title=find_text(item, "title"),
            text=find_text(item, "description"),
            address=told.address,
            source=f"{self.framework.get_absolute_url()}#{code}",
            told=told,
            number=sum(self.counts[pk].values()),
            also=also.first,
            also_number=also.number,
            is_acted_on=self._is_acted_on(item),
        )
