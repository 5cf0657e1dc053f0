"""The filter form of the report: its controls, each written in one pass, with the counts of the present result."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.core.cache import caches
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tracker.toolkit.templatetags import ui

from ..choices import Level, Role, Signal, Status, Visibility
from ..filters import Counts, Selection
from ..models.names import ACTIVITY_KINDS, Name, country_names

TICK = (
    '<div class="choice"><input type="checkbox" name="{0}" value="{1}" id="f-{0}-{1}"{2}>'
    '<label for="f-{0}-{1}">{3}</label>{4}</div>'
)


NOTHING = SafeString("")


def form_context(selection: Selection, counts: Counts) -> dict[str, Any]:
    """Everything that templates/activities/report/filters.html shows."""
    names = selection.names
    given = selection.given
    chosen = {name: set(values) for name, values in given.items()}

    def ticks(name: str, options: Iterable[tuple[str, Any]]) -> SafeString:
        if name in counts.by_option:
            return tick_boxes(name, options, chosen.get(name, set()), counts.by_option[name])
        return written_boxes(
            name, tuple((code, str(label)) for code, label in options), frozenset(chosen.get(name, ()))
        )

    def select(name: str, label: Any, anything: Any, options: Iterable[tuple[str, Any]]) -> SafeString:
        return select_box(name, label, anything, options, chosen.get(name, set()))

    groups = [
        (_("Functional field"), ("field",), ticks("field", titled(names.fields))),
        (_("Cross-cutting theme"), ("theme",), ticks("theme", titled(names.themes))),
        (_("Principle"), ("principle",), ticks("principle", coded(names.principles))),
        (_("Kind"), ("kind",), ticks("kind", ACTIVITY_KINDS.items())),
        (_("Level"), ("level",), ticks("level", Level.choices)),
    ]
    if len(names.frameworks) > 1:
        groups.append((_("Framework"), ("framework",), ticks("framework", titled(names.frameworks))))
    if "visibility" in selection.filters.offered:
        groups.append((_("Visible to"), ("visibility",), ticks("visibility", Visibility.choices)))
    return {
        "selection": selection,
        "area_ticks": ticks("area", coded(names.areas)),
        "status_ticks": ticks("status", [(code, ui.status(code, str(label))) for code, label in Status.choices]),
        "signal_ticks": ticks("signal", [(code, ui.signal(code, str(label))) for code, label in Signal.choices]),
        "organization_select": select(
            "organization", _("Organization"), _("Any organization"), titled(names.organizations)
        ),
        "role_select": select("role", _("in the role of"), _("Any role"), Role.choices),
        "country_select": select("country", _("Country"), _("Any country"), countries_in_use(selection)),
        "parent_select": select("parent", _("Main item"), _("Any item"), coded(names.items, as_text=True)),
        "groups": [(label, any(name in given for name in used), boxes) for label, used, boxes in groups],
        "text": {name: values[0] for name, values in given.items()},
        "updated_open": bool(given.keys() & {"updated_after", "updated_before"}),
    }


def titled(names: dict[str, Name]) -> list[tuple[str, str]]:
    return [(code, name.title) for code, name in names.items()]


def coded(names: dict[str, Name], *, as_text: bool = False) -> list[tuple[str, Any]]:
    if as_text:
        return [(code, f"{code} {name.title}") for code, name in names.items()]
    return [(code, format_html("<bdi>{}</bdi> {}", code, name.title)) for code, name in names.items()]


def tick_boxes(
    name: str, options: Iterable[tuple[str, Any]], chosen: Collection[str], counts: Mapping[str, int] | None
) -> SafeString:
    return format_html_join(
        "",
        TICK,
        (
            (
                name,
                code,
                SafeString(" checked") if code in chosen else NOTHING,
                label,
                format_html('<span class="n">{}</span>', counts.get(code, 0)) if counts is not None else NOTHING,
            )
            for code, label in options
        ),
    )


@lru_cache(maxsize=64)
def written_boxes(name: str, options: tuple[tuple[str, str], ...], chosen: frozenset[str]) -> SafeString:
    """Boxes without counts, which are the same on nearly every page."""
    return tick_boxes(name, options, chosen, None)


def select_box(
    name: str, label: Any, anything: Any, options: Iterable[tuple[str, Any]], chosen: set[str]
) -> SafeString:
    """A list to choose one from; where an address chose several, a list of several, so that sending it loses none."""
    several = len(chosen) > 1
    written = written_options(tuple((code, str(label)) for code, label in options), frozenset(chosen))
    return format_html(
        '<label class="label" for="f-{0}">{1}</label><select class="in" id="f-{0}" name="{0}"{2}>{3}{4}</select>',
        name,
        label,
        SafeString(" multiple") if several else "",
        "" if several else format_html('<option value="">{}</option>', anything),
        written,
    )


@lru_cache(maxsize=64)
def written_options(options: tuple[tuple[str, str], ...], chosen: frozenset[str]) -> SafeString:
    """Some hundred options that are the same on nearly every page."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, SafeString(" selected") if code in chosen else "", label) for code, label in options),
    )


def countries_in_use(selection: Selection) -> list[tuple[str, str]]:
    """Countries of activities this person may read, and those chosen, by name."""
    key = f"countries:{selection.scope()}|{selection.as_of or ''}"
    codes = caches["process"].get(key)
    if codes is None:
        lists = selection.visible().exclude(countries="").values_list("countries", flat=True).distinct()
        codes = sorted({code for listed in lists for code in str(listed).split(",") if code})
        caches["process"].set(key, codes)
    names = country_names()
    in_use = {*codes, *selection.given.get("country", ())}
    return sorted(((code, names.get(code, code)) for code in in_use), key=lambda option: option[1])
