"""What somebody asked for: the parameters of one address, as rows, in words, and as addresses that ask for less."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Activity
from ..models.querysets import ActivityQuerySet, scope_of
from .declared import FOR_COORDINATORS, PARAMETERS, takes_part
from .parameters import Parameter, Reading, shown


@dataclass(frozen=True, slots=True)
class Chip:
    """One value in use: in words, and the query string without it."""

    parameter: str
    value: str
    text: str
    query: str


class Selection:
    """The activities one person asked for.

    `given` maps each parameter to the texts of its values. What is not understood stands in `problems` as
    (parameter, sentence); while there are any, `condition` and `rows` must not be used.
    """

    def __init__(self, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date | None = None) -> None:
        self.user = user
        self.reading = Reading(today or timezone.localdate())
        self.given = {name: list(values) for name, values in given.items() if values}
        self.values: dict[str, list[Any]] = {}
        known = {parameter.name: parameter for parameter in self.parameters}
        self.problems = [(shown(name), _("There is no such parameter.")) for name in given if name not in known]
        for name, texts in self.given.items():
            if name not in known:
                continue
            try:
                self.values[name] = known[name].clean(texts, self.reading)
            except ValidationError as error:
                self.problems.append((name, error.messages[0]))

    @property
    def parameters(self) -> list[Parameter]:
        """Those this person may use."""
        return [p for p in PARAMETERS if p.name not in FOR_COORDINATORS or getattr(self.user, "is_coordinator", False)]

    @property
    def today(self) -> datetime.date:
        return self.reading.today

    def condition(self, without: Iterable[str] = ()) -> Q:
        """All parameters together, but for those named."""
        used = {name: values for name, values in self.values.items() if name not in without}
        condition = Q()
        for parameter in PARAMETERS:
            if parameter.name in used:
                condition &= parameter.condition(used[parameter.name], self.reading)
        if "organization" in used or "role" in used:
            condition &= takes_part(used.get("organization", ()), used.get("role", ()), self.reading)
        return condition

    def visible(self) -> ActivityQuerySet:
        """Everything this person may read."""
        return Activity.objects.rewrite(False).visible_to(self.user).order_by()

    def rows(self, without: Iterable[str] = ()) -> ActivityQuerySet:
        """What was asked for, in no order, every activity once."""
        return self.visible().filter(self.condition(without))

    def scope(self) -> str:
        """Persons with the same scope see the same rows."""
        return scope_of(self.user)

    def query(self, **changes: Sequence[str] | None) -> str:
        """The parameters as a query string; `changes` replaces values, None leaves the parameter out."""
        pairs = {**self.given, **changes}
        return urlencode([(name, value) for name, values in pairs.items() for value in values or ()])

    def words(self) -> list[tuple[str, str, list[str]]]:
        """Each parameter in use with its label and values in words: [("area", "Area", ["A …", "B …"])]."""
        return [
            (
                parameter.name,
                str(parameter.label),
                [parameter.words(value, self.reading) for value in self.values[parameter.name]],
            )
            for parameter in PARAMETERS
            if parameter.name in self.values
        ]

    def sentence(self) -> str:
        """The parameters in use as one sentence, "" for none."""
        # Translators: between two values of one filter, any of which fits.
        between = _(" or ")
        parts = [labelled(label, between.join(values)) for _name, label, values in self.words()]
        # Translators: between two filters, both of which must fit.
        return _("; ").join(parts)

    def chips(self) -> list[Chip]:
        chips = []
        for parameter in PARAMETERS:
            for value in self.values.get(parameter.name, ()):
                rest = [text for text in self.given[parameter.name] if text != str(value)]
                if len(self.values[parameter.name]) == 1:
                    rest = []
                words = parameter.words(value, self.reading)
                query = self.query(**{parameter.name: rest or None})
                chips.append(Chip(parameter.name, words, labelled(parameter.label, words), query))
        return chips


def labelled(label: Any, value: str) -> str:
    """A filter and its value: “Area: A Capacity-building”."""
    # Translators: a filter and its value.
    return _("%(label)s: %(value)s") % {"label": label, "value": value}
