"""The text of a source document in order: everything that is no principle, area, agreed item or participant."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..models import Passage

Part = Passage.Part
Kind = Passage.Kind


class Piece(NamedTuple):
    """A passage as the file gives it; `title` and `text` hold one text per language of the file."""

    part: str
    kind: str
    anchor: str
    number: str = ""
    title: Mapping[str, str] = {}
    text: Mapping[str, str] = {}
    source: str = ""


def pieces(data: Mapping[str, Any]) -> Iterator[Piece]:
    """All passages of the file, in the order of the document. Parts that the file does not have are left out."""
    document = data["document"]
    annexes = {annex["number"]: annex for annex in document.get("annexes", [])}
    yield from _letter(document)
    yield from _annex_i(document, annexes)
    yield from _annex_ii(data, annexes)
    yield from _annex_iii(data, annexes)
    yield from _editorial(data)


def _letter(document: Mapping[str, Any]) -> Iterator[Piece]:
    yield Piece(Part.LETTER, Kind.HEADING, "masthead", document["symbol"], title=document.get("body", {}))
    yield Piece(Part.LETTER, Kind.HEADING, "letter", title=document["title"])
    if addressee := document.get("addressed_to"):
        holder = {"en": addressee["holder_february_2001"]}
        yield Piece(Part.LETTER, Kind.NOTE, "letter-addressee", "", addressee["role"], holder, addressee["source"])
    for paragraph in document.get("letter_paragraphs", []):
        number = str(paragraph["n"])
        yield Piece(Part.LETTER, Kind.PARAGRAPH, f"letter-{number}", number, text=paragraph)
    if signatory := document.get("signed_by"):
        yield Piece(Part.LETTER, Kind.PARAGRAPH, "letter-signature", "", signatory["role"], signatory)


def _annex_i(document: Mapping[str, Any], annexes: Mapping[str, Any]) -> Iterator[Piece]:
    title = annexes.get("I", {}) | document.get("annex_I_title", {})
    if title:
        subtitle = document.get("annex_I_subtitle", {})
        yield Piece(Part.ANNEX_I, Kind.HEADING, "annex-I", "I", title, subtitle)
    legal = document["meeting"].get("legal_nature", {})
    if "zh_footnote" in legal:
        footnote = {"zh": legal["zh_footnote"], "en": legal["en_footnote"]}
        yield Piece(Part.ANNEX_I, Kind.FOOTNOTE, "annex-I-footnote", "*", text=footnote)
    # Principles follow section I, areas A to E section II, area F section III: they have tables of their own.
    for section in document.get("sections", []):
        yield Piece(Part.ANNEX_I, Kind.HEADING, f"section-{section['n']}", section["n"], section)


def _annex_ii(data: Mapping[str, Any], annexes: Mapping[str, Any]) -> Iterator[Piece]:
    remarks = data.get("closing_remarks")
    if not remarks:
        return
    title = {"zh": remarks["title_zh"], "en": annexes["II"]["en"]}
    yield Piece(Part.ANNEX_II, Kind.HEADING, "annex-II", "II", title)
    published = remarks["also_published_as"]
    yield Piece(
        Part.ANNEX_II, Kind.NOTE, "annex-II-published", "", text={"en": published["en"]}, source=published["source"]
    )
    yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, "introduction", text=remarks["introduction"])
    for point in remarks["points_of_agreement"]:
        short_title = {"en": point["short_title"], "zh": point["short_title_zh"]}
        yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, point["code"], str(point["order"]), short_title, point)
    yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, "obstacles", text=remarks["obstacles"])
    yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, "paradox", "", remarks["paradox"]["title"], remarks["paradox"])
    yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, "link-to-1998", text=remarks["link_to_1998"])
    yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, "culture-of-prevention", text=remarks["culture_of_prevention"])
    yield Piece(Part.ANNEX_II, Kind.PARAGRAPH, "closing", text=remarks["closing"])


def _annex_iii(data: Mapping[str, Any], annexes: Mapping[str, Any]) -> Iterator[Piece]:
    if "III" in annexes:
        yield Piece(Part.ANNEX_III, Kind.HEADING, "annex-III", "III", annexes["III"])
    for category in data.get("organization_categories", []):
        if "zh_footnote" in category:
            footnote = {"zh": category["zh_footnote"], "en": category["en_footnote"]}
            yield Piece(Part.ANNEX_III, Kind.FOOTNOTE, f"annex-III-{category['code']}", "*", text=footnote)


COUNCIL_TITLES = {
    "open_debate": {"en": "Open debate of the Security Council", "zh": "安全理事会公开辩论"},
    "debate_to_resume_per_letter": {
        "en": "Resumption of the debate named in the letter",
        "zh": "信中所称恢复辩论的日期",
    },
    "presidential_statement": {"en": "Statement by the President of the Council", "zh": "安理会主席声明"},
}


def _editorial(data: Mapping[str, Any]) -> Iterator[Piece]:
    council = data["document"].get("related_security_council", {})
    for key, title in COUNCIL_TITLES.items():
        if key in council:
            anchor = f"council-{key.replace('_', '-')}"
            yield Piece(Part.EDITORIAL, Kind.NOTE, anchor, "", title, {"en": council[key]}, council["source"])
    for number, slip in enumerate(data.get("seed_slips", []), start=1):
        text = {"en": f"{slip['seed']} → {slip['should_be']}"}
        yield Piece(Part.EDITORIAL, Kind.NOTE, f"slip-{number}", str(number), {"en": slip["where"]}, text)
    for key, text in data.get("_about", {}).items():
        yield Piece(Part.EDITORIAL, Kind.NOTE, f"about-{key.replace('_', '-')}", text={"en": text})
