"""The columns a table may have, for each kind of sheet: stable names, labels in six languages, and what they take."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ..choices import Closing, CounterpartStance, Level, Response, Role, Status, Visibility
from ..filters import KEEPER
from ..forms.undertakings import TEXTS
from ..models import Activity, Participation, StatusUpdate
from ..models.imports import SheetKind
from ..reports import columns_for
from . import cells
from .cells import Kind
from .lists import plain

# What a column is for.
KEY, WRITTEN, COMPUTED, PASSED_OVER = "key", "written", "computed", "passed over"


@dataclass(frozen=True, kw_only=True)
class ImportColumn:
    """One column. `field` is the fact it fills; `language` that of its text, "" for the language of the table."""

    name: str
    labels: tuple[Any, ...]
    kind: Kind = cells.TEXT
    use: str = WRITTEN
    field: str = ""
    language: str = ""
    note: Any = ""
    aliases: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return str(self.labels[0])


class InLanguage:
    """“Title (French)”, as a label that follows the reader's language."""

    def __init__(self, label: Any, language: str) -> None:
        self.label, self.language = label, language

    def __str__(self) -> str:
        words = {"field": str(self.label), "language": str(dict(settings.LANGUAGES)[self.language])}
        return _("%(field)s (%(language)s)") % words


def _of(model: Any, name: str) -> Any:
    return model._meta.get_field(name).verbose_name


def _column(model: Any, name: str, kind: Kind = cells.TEXT, **more: Any) -> ImportColumn:
    if "labels" not in more:
        more["labels"] = (_of(model, name),)
    return ImportColumn(name=name, kind=kind, **{"field": name, **more})


@cache
def report_labels() -> dict[str, Any]:
    """Every column that a report may show, with its label."""
    return {column.name: column.label for column in columns_for(KEEPER)}


def _which() -> list[ImportColumn]:
    return [
        ImportColumn(
            name="code",
            labels=(report_labels()["code"], _of(Activity, "code")),
            use=KEY,
            aliases=("reference",),
            note=gettext_lazy("Which activity: its reference, like A.5.1."),
        ),
        ImportColumn(
            name="framework",
            labels=(_of(Activity, "framework"),),
            use=KEY,
            note=gettext_lazy("Needed only where the reference exists in several frameworks: S-2001-138."),
        ),
    ]


def _texts() -> list[ImportColumn]:
    found = []
    for name in TEXTS:
        label = _of(Activity, name)
        report = (report_labels()["title"],) if name == "title" else ()
        found.append(
            _column(
                Activity,
                name,
                labels=(*report, label),
                note=gettext_lazy("In the language of the names of columns; or use one column for each language."),
            )
        )
        found += [
            _column(
                Activity,
                f"{name}_{language.replace('-', '_')}",
                field=name,
                language=language,
                labels=(InLanguage(label, language),),
            )
            for language, _name in settings.LANGUAGES
        ]
    return found


def _report(name: str, model_field: str) -> dict[str, Any]:
    """Under the report's own name and label, and under those of the field."""
    labels = (report_labels()[name], _of(Activity, model_field))
    return {"field": model_field, "labels": labels, "aliases": (model_field,) if model_field != name else ()}


def _undertakings() -> list[ImportColumn]:
    return [
        *_which(),
        ImportColumn(
            name="parent",
            labels=(report_labels()["parent"], _of(Activity, "parent")),
            use=KEY,
            note=gettext_lazy("For a new undertaking: the agreed item it carries out, like A.5; no reference."),
        ),
        *_texts(),
        _column(Activity, "language", cells.LANGUAGE),
        *(_column(Activity, name) for name in ("aim", "closing_condition", "legal_basis", "national_counterpart")),
        _column(Activity, "counterpart_stance", cells.choice(CounterpartStance)),
        _column(Activity, "level", cells.choice(Level), **_report("level", "level")),
        _column(Activity, "countries", cells.COUNTRIES, **_report("countries", "countries")),
        _column(Activity, "place"),
        _column(Activity, "fields", cells.vocabulary("fields"), **_report("fields", "functional_fields")),
        _column(Activity, "themes", cells.vocabulary("themes"), **_report("themes", "themes")),
        _column(Activity, "principles", cells.PRINCIPLES),
        _column(Activity, "also_serves", cells.ITEMS),
        _column(Activity, "follows"),
        _column(Activity, "planned_start_on", cells.DATE),
        _column(Activity, "due", cells.DATE, **_report("due", "planned_end_on")),
        _column(Activity, "actual_start_on", cells.DATE),
        _column(Activity, "actual_end_on", cells.DATE),
        _column(Activity, "review_on", cells.DAY),
        _column(Activity, "update_interval_days", cells.NUMBER),
        _column(Activity, "visibility", cells.choice(Visibility), **_report("visibility", "visibility")),
        _column(
            Activity,
            "lead",
            cells.ORGANIZATION,
            labels=(report_labels()["lead"],),
            use=COMPUTED,
            note=gettext_lazy("For a new undertaking: the organization that is invited to lead it."),
        ),
    ]


def _participations() -> list[ImportColumn]:
    texts = ("responsibility", "mandate", "accepted_part", "note", "answered_for")
    return [
        *_which(),
        _column(Participation, "organization", cells.ORGANIZATION, use=KEY),
        _column(Participation, "role", cells.choice(Role), use=KEY),
        _column(Participation, "since", cells.DATE),
        _column(Participation, "response", cells.choice(Response)),
        _column(Participation, "until", cells.DATE),
        *(_column(Participation, name) for name in texts),
        _column(
            Participation,
            "answered_where",
            labels=(gettext_lazy("answer given where"),),
            note=gettext_lazy("For a new answer: where it was given, such as a letter and its date."),
        ),
        _column(Participation, "focal_point", cells.PERSON),
    ]


def _updates() -> list[ImportColumn]:
    return [
        *_which(),
        _column(StatusUpdate, "organization", cells.ORGANIZATION, use=KEY),
        _column(StatusUpdate, "as_of", cells.DAY, use=KEY),
        _column(StatusUpdate, "status", cells.choice(Status)),
        _column(StatusUpdate, "progress", cells.PERCENT),
        _column(StatusUpdate, "reason"),
        _column(StatusUpdate, "closing", cells.choice(Closing)),
        _column(StatusUpdate, "done"),
        _column(StatusUpdate, "obstacle_kinds", cells.vocabulary("obstacles")),
        _column(StatusUpdate, "obstacles"),
        _column(StatusUpdate, "next_steps"),
        _column(StatusUpdate, "next_steps_due_on", cells.DATE),
        _column(StatusUpdate, "language", cells.LANGUAGE),
        _column(
            StatusUpdate,
            "links",
            labels=(gettext_lazy("Evidence: links"),),
            note=gettext_lazy("Addresses of documents or pages, one on each line of the cell."),
        ),
    ]


MAKERS = {
    SheetKind.UNDERTAKINGS: _undertakings,
    SheetKind.PARTICIPATIONS: _participations,
    SheetKind.UPDATES: _updates,
}


# Why a row was refused, in the file in which it comes back: not read when it is sent again.
REFUSED_WHY = ImportColumn(name="refused", labels=(gettext_lazy("Refused because"),), use=PASSED_OVER)


@cache
def columns_of(kind: str) -> tuple[ImportColumn, ...]:
    """The columns a table of this kind may have: for undertakings all that a report shows among them."""
    columns = [*MAKERS[SheetKind(kind)](), REFUSED_WHY]
    if kind == SheetKind.UNDERTAKINGS:
        known = {column.name for column in columns}
        columns += [
            ImportColumn(name=name, labels=(label,), use=COMPUTED)
            for name, label in report_labels().items()
            if name not in known
        ]
    return tuple(columns)


def columns_by_label(kind: str, language: str) -> dict[str, ImportColumn]:
    """Every name a column has in one language."""
    with override(language):
        return {plain(str(label)): column for column in reversed(columns_of(kind)) for label in reversed(column.labels)}


def needed(kind: str) -> Sequence[str]:
    """Names of columns without which a row says nothing."""
    return {
        SheetKind.UNDERTAKINGS: (),
        SheetKind.PARTICIPATIONS: ("code", "organization", "role"),
        SheetKind.UPDATES: ("code", "organization", "as_of"),
    }[SheetKind(kind)]
