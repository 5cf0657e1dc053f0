"""Writes rows that a data file describes, and counts what that created, changed or left alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from django.db.models import Model

# What the history of a row says when a loader wrote it.
REFERENCE = "Reference data"
EXAMPLES = "Documented examples"
DEMONSTRATION = "Demonstration"

Row = TypeVar("Row", bound=Model)


class Tally:
    """What one run of a loader did, kind by kind. Rows that already say what the file says are not written at all."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.created: Counter[str] = Counter()
        self.unchanged: Counter[str] = Counter()
        self.changed: list[tuple[str, str, list[str]]] = []
        self.left_as_edited: list[tuple[str, str]] = []

    def keep(
        self,
        model: type[Row],
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        until_edited: Mapping[str, Any] | None = None,
        first: Mapping[str, Any] | None = None,
    ) -> Row:
        """Return the row that `key` finds, created if need be.

        The file decides `values` always, `until_edited` until somebody edits the row, `first` only at its creation.
        """
        row = model._default_manager.filter(**key).first()
        if row is None:
            row = model(**key, **values, **(until_edited or {}), **(first or {}))
            row._change_reason = self.reason  # type: ignore[attr-defined]
            row.save()
            self.created[self._kind(model)] += 1
            return row
        wanted = {**values, **(until_edited or {})}
        differing = [name for name, value in wanted.items() if _plain(getattr(row, name)) != _plain(value)]
        if until_edited and not until_edited.keys().isdisjoint(differing) and self._was_edited(row):
            differing = [name for name in differing if name in values]
            self.left_as_edited.append((self._kind(model), str(row)))
        if not differing:
            self.unchanged[self._kind(model)] += 1
            return row
        for name in differing:
            setattr(row, name, wanted[name])
        row._change_reason = self.reason  # type: ignore[attr-defined]
        row.save(update_fields=_with_shared_columns(model, differing))
        self.changed.append((self._kind(model), str(row), differing))
        return row

    def _was_edited(self, row: Model) -> bool:
        """Whether the row's history knows a change that no loader made."""
        return row.history.exclude(history_change_reason__in=(REFERENCE, EXAMPLES)).exists()  # type: ignore[attr-defined]

    @property
    def wrote(self) -> bool:
        return bool(self.created or self.changed)

    def lines(self, every_kind: bool = False) -> Iterator[str]:
        """The report: a line for each kind of which rows were written (or for each kind), then the rows by name."""
        changed = Counter(kind for kind, _, _ in self.changed)
        written = {*self.created, *changed}
        for kind in sorted(written | {*self.unchanged} if every_kind else written):
            yield f"{kind}: {self.created[kind]} created, {changed[kind]} changed, {self.unchanged[kind]} unchanged"
        for kind, row, names in self.changed:
            yield f"changed in {kind}: {row} ({', '.join(names)})"
        for kind, row in self.left_as_edited:
            yield f"left as edited here in {kind}: {row}"
        if not written:
            yield f"nothing to do, {self.unchanged.total()} rows are as the file says"

    @staticmethod
    def _kind(model: type[Model]) -> str:
        return str(model._meta.verbose_name_plural)


def _plain(value: Any) -> Any:
    """Empty text and no text mean the same in a language column."""
    return "" if value is None else value


def _with_shared_columns(model: type[Model], names: list[str]) -> list[str]:
    """The column without a language repeats the default language: it is saved along with any of its translations."""
    columns = {field.name for field in model._meta.concrete_fields}
    shared = (getattr(model._meta.get_field(name), "translated_field", None) for name in names)
    return [*names, *{field.name for field in shared if field is not None and field.name in columns} - {*names}]
