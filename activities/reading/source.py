"""The text of a source document, whole and in the order of the document, in two languages."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tracker.toolkit.texts import Text, current_language, find_text, text_in

from ..models import Activity, Area, Framework, FrameworkParticipant, ParticipantGroup, Passage, Principle

Part = Passage.Part
Kind = Passage.Kind
SECOND_IF_SAME = "en"  # beside the source text for readers of its own language
FOLLOW_UP_SECTION = "F"


class Block(NamedTuple):
    """One citable piece: `source` and `reader` side by side; either may be empty.

    `depth` is the level of a heading (2 to 4), 0 for a paragraph. `link` is the address of the activity it is the text
    of; `address` is where a note comes from.
    """

    anchor: str
    label: str
    source: Text
    reader: Text
    depth: int = 0
    kind: str = Kind.PARAGRAPH
    title: Text = Text("", "")
    title_source: Text = Text("", "")
    link: str = ""
    address: str = ""


class Entry(NamedTuple):
    """An organization as the document lists it, with the name it has today."""

    participant: FrameworkParticipant
    today: list[Any]


class Group(NamedTuple):
    group: ParticipantGroup
    footnotes: list[Block]
    entries: list[Entry]


class Document(NamedTuple):
    """The parts in order, each with its title (two languages), blocks, and the printed groups of annex III."""

    framework: Framework
    parts: list[tuple[str, Block, list[Block]]]
    groups: list[Group]
    editorial: list[Block]
    source_language: str
    reader_language: str


def read_document(framework: Framework) -> Document:
    """Everything the register holds of this document."""
    reader = current_language()
    if reader == framework.source_language:
        reader = SECOND_IF_SAME
    writer = _Writer(framework.source_language, reader)
    by_part: dict[str, list[Block]] = {part: [] for part in Part.values}
    for passage in Passage.objects.filter(framework=framework).order_by("position"):
        by_part[passage.part].append(writer.passage(passage))
    by_part[Part.ANNEX_I] = list(_annex_i(framework, by_part[Part.ANNEX_I], writer))
    footnotes = [block for block in by_part[Part.ANNEX_III] if block.kind == Kind.FOOTNOTE]
    by_part[Part.ANNEX_III] = [block for block in by_part[Part.ANNEX_III] if block.kind != Kind.FOOTNOTE]
    parts = [
        (str(part), _first_heading(by_part[part]), by_part[part])
        for part in (Part.LETTER, Part.ANNEX_I, Part.ANNEX_II, Part.ANNEX_III)
        if by_part[part]
    ]
    groups = _groups(framework, footnotes)
    return Document(framework, parts, groups, by_part[Part.EDITORIAL], framework.source_language, reader)


def _first_heading(blocks: list[Block]) -> Block:
    """The heading that names the part: of the letter, its title rather than the name of the organ above it."""
    headings = [block for block in blocks if block.depth == 2]
    return headings[-1] if headings else blocks[0]


class _Writer:
    """Turns rows into blocks in the two languages of the page."""

    def __init__(self, source: str, reader: str) -> None:
        self.source, self.reader = source, reader

    def both(self, obj: Any, name: str) -> tuple[Text, Text]:
        """The text in the source language, and in the reader's or the nearest other; "" where there is none."""
        source = Text(text_in(obj, name, self.source), self.source)
        reader = find_text(obj, name, self.reader)
        if reader.language == self.source and source.value:
            reader = Text("", "")
        return source, reader

    def passage(self, passage: Passage) -> Block:
        depth = 0
        title_source, title = self.both(passage, "title")
        source, reader = self.both(passage, "text")
        if passage.kind == Kind.HEADING:
            depth = 3 if passage.anchor.startswith("section-") else 2
        return Block(
            passage.anchor, passage.number, source, reader, depth, passage.kind, title, title_source, "", passage.source
        )

    def row(self, obj: Any, anchor: str, label: str, depth: int = 0, link: str = "") -> Block:
        title_source, title = self.both(obj, "title")
        name = "text" if hasattr(obj, "text_en") else "description" if hasattr(obj, "description_en") else ""
        source, reader = self.both(obj, name) if name else (Text("", ""), Text("", ""))
        return Block(anchor, label, source, reader, depth, Kind.PARAGRAPH, title, title_source, link)


def _annex_i(framework: Framework, passages: list[Block], writer: _Writer) -> Iterator[Block]:
    """The passages, with principles after section I, areas and their items after section II, follow-up after III."""
    principles = [
        writer.row(principle, principle.code, principle.code)
        for principle in Principle.objects.filter(framework=framework)
    ]
    items: dict[int, list[Activity]] = {}
    for item in Activity.objects.agreed_items().filter(framework=framework).order_by("sort_key").defer("search_text"):
        item.framework = framework
        items.setdefault(item.area_id, []).append(item)
    areas = list(Area.objects.filter(framework=framework))
    follow_up = [area for area in areas if area.code == FOLLOW_UP_SECTION]
    after = {
        "section-I": principles,
        "section-II": list(_areas([area for area in areas if area not in follow_up], items, writer)),
        "section-III": list(_areas(follow_up, items, writer)),
    }
    for block in passages:
        yield block
        yield from after.pop(block.anchor, [])
    # A framework without such sections still shows everything.
    for rest in after.values():
        yield from rest


def _areas(areas: Iterable[Area], items: dict[int, list[Activity]], writer: _Writer) -> Iterator[Block]:
    for area in areas:
        yield writer.row(area, f"area-{area.code}", area.code, depth=4)
        for item in items.get(area.pk, []):
            yield writer.row(item, item.code, item.code, link=item.get_absolute_url())


def _groups(framework: Framework, footnotes: list[Block]) -> list[Group]:
    entries: dict[int, list[Entry]] = {}
    listed = FrameworkParticipant.objects.filter(group__framework=framework).order_by("position")
    for participant in listed.select_related("organization__successor__successor"):
        entries.setdefault(participant.group_id, []).append(Entry(participant, _today(participant.organization)))
    return [
        Group(
            group,
            [block for block in footnotes if block.anchor == f"annex-III-{group.code}"],
            entries.get(group.pk, []),
        )
        for group in ParticipantGroup.objects.filter(framework=framework)
    ]


def _today(organization: Any) -> list[Any]:
    """The organization and those that succeeded it, in order: at most two steps, read with the list."""
    chain = [organization]
    while len(chain) < 3 and chain[-1].successor_id:
        chain.append(chain[-1].successor)
    return chain
