"""The stylesheet and the templates keep the design's rules: logical sides, colours only as tokens, no inline style."""

import re

import pytest

from activities.choices import Signal, Status
from tests.sources import ROOT, files

SHEETS = [path for path in files() if path.startswith("static/css/") and path.endswith(".css")]
# The administration keeps Django's own stylesheet; letters have none.
TEMPLATES = [
    path
    for path in files()
    if path.startswith("templates/") and path.endswith(".html") and not path.startswith(("templates/admin/",))
]
PYTHON = [
    path
    for path in files()
    if path.endswith(".py") and path.split("/")[0] in ("tracker", "organizations", "activities") and "admin" not in path
]

PHYSICAL = re.compile(
    r"""(?:^|[;{\s])(?:
        (?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*\s*:
        | (?:left|right|top|bottom)\s*:
        | border-(?:top|bottom)-(?:left|right)-radius\s*:
        | (?:text-align|float|clear)\s*:\s*(?:left|right)
        | (?:margin|padding|inset|border-width)\s*:\s*[^\s;]+\s+[^\s;]+\s+[^\s;]+\s+[^\s;]+\s*[;}]
    )""",
    re.VERBOSE | re.MULTILINE,
)
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b(?![\w-]*\s*[\w{.:>])|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|light-dark|color-mix)\("
    r"|:\s*(?:[^;{}]*\s)?(?:white|black|red|green|blue|gr[ae]y|silver|navy|teal|orange|yellow|purple|maroon|brown|pink)\s*[;}]",
    re.IGNORECASE,
)


def sheet(path: str) -> str:
    """A stylesheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", (ROOT / path).read_text(encoding="utf-8"), flags=re.DOTALL)


def layer(css: str, name: str) -> str:
    """The inside of `@layer name { … }`."""
    start = css.index(f"@layer {name} {{") + len(f"@layer {name} {{")
    depth, end = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(css[end], 0)
        end += 1
    return css[start : end - 1]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_there_is_something_to_look_at() -> None:
    assert "static/css/app.css" in SHEETS
    assert len(TEMPLATES) > 20


@pytest.mark.parametrize("path", SHEETS)
def test_only_logical_sides(path: str) -> None:
    assert [match.group().strip() for match in PHYSICAL.finditer(sheet(path))] == []


@pytest.mark.parametrize("path", SHEETS)
def test_no_colour_outside_the_tokens(path: str) -> None:
    """The site's tokens are a layer; the administration's are the custom properties that Django gave their names."""
    css = sheet(path)
    if "@layer tokens {" in css:
        outside = css.replace(layer(css, "tokens"), "")
    else:
        outside = re.sub(r"@supports[^{]*|--[\w-]+\s*:[^;}]*", "", css)
    assert [match.group() for match in COLOUR.finditer(outside)] == []


@pytest.mark.parametrize(
    "rule",
    [
        "a { margin-left: 0; }",
        "a { inset: 0 auto auto 1rem; }",
        "a { text-align: right; }",
        "a { position: absolute; left: 0 }",
        "a { border-top: 0 }",
    ],
)
def test_a_physical_side_would_be_seen(rule: str) -> None:
    assert PHYSICAL.search(rule)


@pytest.mark.parametrize("rule", ["a { color: #abc; }", "a { color: rgb(0 0 0) }", "a { border: 1px solid red; }"])
def test_a_colour_would_be_seen(rule: str) -> None:
    assert COLOUR.search(rule)


def test_every_layer_is_named_at_the_head() -> None:
    css = sheet("static/css/app.css")
    order = re.search(r"@layer ([\w, ]+);", css)
    assert order
    assert re.findall(r"@layer (\w+) \{", css) == order[1].split(", ")


INLINE = re.compile(
    r"\sstyle\s*=|\son\w+\s*=\s*[\"']|<style\b|<script(?![^>]*\bsrc=)|javascript:|fill=\"#", re.IGNORECASE
)


# Mail has no other place for its styles, and no page of ours shows it.
PAGES = [path for path in TEMPLATES if not path.startswith("templates/emails/")]


@pytest.mark.parametrize("path", PAGES)
def test_no_inline_style_or_script(path: str) -> None:
    """The Content-Security-Policy would refuse it, and say so only in the browser's console."""
    assert INLINE.findall(text(path)) == []


def used_classes(source: str) -> set[str]:
    """Whole class names in class="…"; those put together from a value are left out."""
    names: set[str] = set()
    for value in re.findall(r"""\bclass=(?:"([^"]*)"|'([^']*)')|"class":\s*"([^"]*)\"""", source):
        plain = "".join(value)
        plain = re.sub(r"\{\{.*?\}\}|\{\d*\}|\{\w+\}", "\0", plain)
        plain = re.sub(r"\{%.*?%\}", " ", plain)
        names |= {name for name in plain.split() if "\0" not in name and "." not in name}
    return names


def known_classes() -> set[str]:
    return {name for path in SHEETS for name in re.findall(r"\.([A-Za-z][\w-]*)", sheet(path))}


def test_every_class_in_use_is_in_the_stylesheet() -> None:
    known = known_classes()
    unknown = {path: used_classes(text(path)) - known for path in [*TEMPLATES, *PYTHON]}
    # "c-…" names a column, which need not have a rule of its own; "vTextField" and the like are the administration's.
    found = {path: sorted(n for n in names if not re.match(r"c-|v[A-Z]", n)) for path, names in unknown.items()}
    assert {path: names for path, names in found.items() if names} == {}


def test_classes_are_found_in_templates() -> None:
    source = '<p class="note {% if x == \'a\' %}good{% else %}warn{% endif %} st-{{ code }}">{"class": "y"}'
    assert used_classes(source) == {"note", "good", "warn", "y"}


def test_every_status_and_signal_has_its_mark() -> None:
    css, symbols = sheet("static/css/app.css"), set(re.findall(r'id="i-([\w-]+)"', text("static/img/icons.svg")))
    assert {*Status.values, *Signal.values} - symbols == set()
    assert {f"st-{code}" for code in Status.values} | {f"sig-{code}" for code in Signal.values} <= known_classes()
    assert {code for code in Status.values if f".f-{code} " not in css} == set()


def test_every_icon_in_use_is_drawn() -> None:
    symbols = set(re.findall(r'id="i-([\w-]+)"', text("static/img/icons.svg")))
    used = {name for path in TEMPLATES for name in re.findall(r"\{% icon [\"']([\w-]+)[\"']", text(path))}
    assert used
    assert used - symbols == set()


def tokens(dark: bool) -> dict[str, tuple[float, float, float]]:
    """The colour tokens of one theme as linear light."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", layer(sheet("static/css/app.css"), "tokens"))
    return {name: linear(pair[dark]) for name, *pair in found}


def linear(colour: str) -> tuple[float, float, float]:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    light, dark = sorted((0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("front", "behind", "needed"),
    [
        *[("ink", behind, 4.5) for behind in ("bg", "sunk", "hover", "tint")],
        *[("ink-2", behind, 4.5) for behind in ("bg", "sunk", "hover")],
        *[("accent", behind, 4.5) for behind in ("bg", "sunk")],
        *[(front, "bg", 4.5) for front in ("good", "bad", "warn")],
        *[(front, "sunk", 4.5) for front in ("bad", "warn")],
        ("on-accent", "accent", 4.5),
        *[("edge", behind, 3) for behind in ("bg", "hover")],
        ("mute", "bg", 3),
        ("bad", "bad-tint", 3),
        ("ink-2", "line", 3),
    ],
)
def test_contrast(front: str, behind: str, needed: float, dark: bool) -> None:
    """WCAG 2.2: 4.5 for text, 3 for marks and the edges of controls."""
    colours = tokens(dark)
    assert contrast(colours[front], colours[behind]) >= needed


def test_both_themes_name_the_same_tokens() -> None:
    """The fallback for browsers without light-dark() holds the light values."""
    css = layer(sheet("static/css/app.css"), "tokens")
    plain = dict(re.findall(r"--([\w-]+): (#\w+)", css))
    assert plain == {name: light for name, light, _ in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)}
