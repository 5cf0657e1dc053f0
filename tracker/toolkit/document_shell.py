"""The shell of a paper: its styles, page, footer and properties. The words come between (`documents.py`)."""

import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.parser import parse_xml
from docx.shared import Mm

from tracker.toolkit.wordml import LOCALES, NAMESPACES, attribute, is_from_right, is_upright

# Found on every machine, with Arabic and Cyrillic; Chinese is set in the face Chinese papers are set in.
LATIN, COMPLEX, EAST_ASIAN = "Times New Roman", "Times New Roman", "SimSun"
# Millimetres, upright.
SIZES = {"A4": (210, 297), "A3": (297, 420)}
MARGIN, MARGIN_BLOCK = 15, 18
TWIPS = 56.7  # in a millimetre
LARGER = 2  # half points that Arabic letters are larger, to look as large

# Style: size in half points, bold, italic, blank above and below in twentieths of a point, further properties of
# the paragraph, outline level.
STYLES: dict[str, tuple[int, bool, bool, int, int, str, int | None]] = {
    "Normal": (20, False, False, 0, 100, "", None),
    "Title": (30, True, False, 240, 100, "<w:keepNext/>", None),
    "Heading 1": (26, True, False, 280, 100, "<w:keepNext/><w:keepLines/>", 0),
    "Heading 2": (23, True, False, 220, 80, "<w:keepNext/><w:keepLines/>", 1),
    "Heading 3": (20, True, True, 160, 60, "<w:keepNext/><w:keepLines/>", 2),
    "List Bullet": (20, False, False, 0, 60, '<w:numPr><w:numId w:val="{bullet}"/></w:numPr>', None),
    "Footer": (17, False, False, 0, 0, "", None),
    "Masthead": (20, False, False, 0, 0, "", None),
    "Fact": (18, False, False, 0, 50, "", None),
    "Table Text": (18, False, False, 0, 0, "", None),
    "Table Note": (16, False, False, 20, 0, "", None),
    "Table Heading": (17, False, True, 0, 0, "<w:keepNext/>", None),
    "Table Group": (19, True, False, 100, 20, "<w:keepNext/>", None),
}
_BORDERS = (
    '<w:top w:val="single" w:sz="12" w:space="0" w:color="000000"/>'
    '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="000000"/>'
)
_ANNEX = f"""<w:style {NAMESPACES} w:type="table" w:customStyle="1" w:styleId="Annex"><w:name w:val="Annex"/>
<w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:tblPr><w:tblBorders>{_BORDERS}
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C8C8C8"/></w:tblBorders><w:tblCellMar>
<w:top w:w="45" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>
<w:bottom w:w="45" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>
</w:tblCellMar></w:tblPr><w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr><w:tcBorders>{_BORDERS}</w:tcBorders>
<w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style>"""
# Parts of the library's template that say nothing about this paper: a picture of an empty page, a program's name.
_NOISE = ("thumbnail", "stylesWithEffects", "extended-properties", "customXml")


class Shell:
    """A document without words. `text_width` is the width between the margins in twips."""

    def __init__(
        self, *, language: str, title: str, footer: str, made_at: datetime.datetime | None, landscape: bool, size: str
    ) -> None:
        self.document = Document()
        self.from_right = is_from_right(language)
        self._drop_noise()
        self._set_page(landscape, size)
        self._set_styles(language)
        self._set_footer(footer)
        self._set_properties(language, title, made_at)

    def _drop_noise(self) -> None:
        for relations in (self.document.part.rels, self.document.part.package.rels):
            for key in [key for key, relation in relations.items() if any(n in relation.reltype for n in _NOISE)]:
                del relations[key]
        settings: Any = self.document.settings.element
        for mode in settings.xpath(".//w:compatSetting[@w:name='compatibilityMode']"):
            mode.set(_w("val"), "15")  # else Word calls it a document of an older version
        for preview in settings.xpath("w:savePreviewPicture"):
            settings.remove(preview)

    def _set_page(self, landscape: bool, size: str) -> None:
        section = self.document.sections[0]
        short, long = SIZES[size]
        width, height = (long, short) if landscape else (short, long)
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(width), Mm(height)
        section.left_margin = section.right_margin = Mm(MARGIN)
        section.top_margin = section.bottom_margin = Mm(MARGIN_BLOCK)
        section.header_distance = section.footer_distance = Mm(MARGIN_BLOCK // 2)
        if self.from_right:
            # After the columns, as the schema has it.
            grid = section._sectPr.xpath("w:docGrid")
            bidi = _element("bidi")
            grid[0].addprevious(bidi) if grid else section._sectPr.append(bidi)
        self.text_width = round((width - 2 * MARGIN) * TWIPS)

    def _set_styles(self, language: str) -> None:
        styles = self.document.styles
        root: Any = styles.element
        for style in list(root.style_lst):
            if style.get(_w("type")) == "table" and style.get(_w("styleId")) != "TableNormal":
                root.remove(style)
        for properties in list(root.iter(_w("rPr"))):
            # Faces and colours come from one place, not from a theme.
            for child in [*properties.iterchildren(_w("rFonts")), *properties.iterchildren(_w("color"))]:
                properties.remove(child)
        [defaults] = root.iter(_w("rPrDefault"))
        [properties] = defaults.iterchildren(_w("rPr"))
        properties.insert(
            0,
            _element(f'rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{EAST_ASIAN}" w:cs="{COMPLEX}"'),
        )
        [language_mark] = properties.iterchildren(_w("lang"))
        for name, value in languages_of(language).items():
            language_mark.set(_w(name), value)
        for name in STYLES:
            self._set_style(name, upright=is_upright(language))
        link: Any = styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER)
        link.element.append(_element("rPr", '<w:color w:val="0B4A86"/><w:u w:val="single"/>'))
        root.append(parse_xml(_ANNEX))

    def _set_style(self, name: str, *, upright: bool) -> None:
        size, bold, italic, above, below, more, level = STYLES[name]
        styles = self.document.styles
        style: Any = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        element = style.element
        more = more.replace("{bullet}", self._bullets(element))
        for old in [*element.iterchildren(_w("pPr")), *element.iterchildren(_w("rPr"))]:
            element.remove(old)
        if name in ("Footer", "Masthead"):
            width = self.text_width
            line = '<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="6" w:color="000000"/></w:pBdr>'
            more += line if name == "Masthead" else ""
            more += f'<w:tabs><w:tab w:val="right" w:pos="{width}"/></w:tabs>'
        outline = f'<w:outlineLvl w:val="{level}"/>' if level is not None else ""
        spacing = f'<w:spacing w:before="{above}" w:after="{below}" w:line="250" w:lineRule="auto"/>'
        indent = '<w:ind w:left="360" w:hanging="360"/>' if name == "List Bullet" else ""
        marks = ("<w:b/><w:bCs/>" if bold else "") + ("<w:i/>" if italic and not upright else "")
        sizes = f'<w:sz w:val="{size}"/><w:szCs w:val="{size + LARGER}"/>'
        element.append(_element("pPr", more + spacing + indent + outline))
        element.append(_element("rPr", marks + sizes))

    def _bullets(self, style: Any) -> str:
        found = style.xpath("w:pPr/w:numPr/w:numId/@w:val")
        return found[0] if found else "0"

    def _set_footer(self, text: str) -> None:
        """“Title, as at …” on one side, “1/2” on the other."""
        footer: Any = self.document.sections[0].footer
        [paragraph] = footer.paragraphs
        old = paragraph._p
        # Without the marks “1/5” turns round in a line from the right.
        bidi, stroke = ("<w:bidi/>", "\u200e/\u200e") if self.from_right else ("", "/")
        old.addprevious(
            parse_xml(
                f'<w:p {NAMESPACES}><w:pPr><w:pStyle w:val="Footer"/>{bidi}</w:pPr>{text}<w:r><w:tab/></w:r>'
                f"{_field('PAGE')}<w:r><w:t>{stroke}</w:t></w:r>{_field('NUMPAGES')}</w:p>"
            )
        )
        old.getparent().remove(old)

    def _set_properties(self, language: str, title: str, made_at: datetime.datetime | None) -> None:
        properties = self.document.core_properties
        properties.title = attribute(title)[:255]
        properties.language = LOCALES.get(language, language)
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        moment = made_at or datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
        properties.created = properties.modified = moment.astimezone(datetime.UTC).replace(tzinfo=None, microsecond=0)
        properties.revision = 1


def languages_of(language: str) -> dict[str, str]:
    """The three languages of a paper: for its Latin, East Asian and complex letters."""
    locale = LOCALES.get(language, language)
    found = {"val": LOCALES["en"], "eastAsia": LOCALES["zh-hans"], "bidi": LOCALES["ar"]}
    if is_from_right(language):
        return found | {"bidi": locale}
    return found | {"eastAsia" if language.startswith("zh") else "val": locale}


def _field(name: str) -> str:
    """Something that the program fills in: a page number."""
    kinds = (
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {name} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    )
    return "".join(f"<w:r>{kind}</w:r>" for kind in kinds)


def _w(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/wordprocessingml/2006/main}}{name}"


def _element(tag: str, inside: str = "") -> Any:
    name = tag.split(" ")[0]
    return parse_xml(f"<w:{tag} {NAMESPACES}>{inside}</w:{name}>")
