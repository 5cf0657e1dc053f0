"""What somebody asked for: the parameters of one address, as rows, in words, and as addresses that ask for less."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from ..models import Activity, Participation
from ..models.names import Names
from ..models.participation import ParticipationQuerySet
from ..models.querysets import ActivityQuerySet, scope_of
from .declared import ActivityFilters
from .parameters import shown

# The register's own eyes: what is asked for a round hangs on nobody's rights.
KEEPER = SimpleNamespace(is_authenticated=True, is_coordinator=True, organization_ids=set(), pk=None)


@dataclass(frozen=True, slots=True)
class Chip:
    """One value in use: in words, and the query string without it."""

    parameter: str
    value: str
    text: str
    query: str


class Selection:
    """The activities one person asked for: what a filter set does not say of itself.

    `given` maps each parameter to the texts of its values. What is not understood stands in `problems` as
    (parameter, sentence); while there are any, `rows` raises ValueError.
    """

    def __init__(self, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date | None = None) -> None:
        self.user = user
        self.today = today or timezone.localdate()
        self.given = {name: list(values) for name, values in given.items() if values}
        self.filters = ActivityFilters(MultiValueDict(self.given), queryset=self.visible(), user=user, today=self.today)
        # A filter set passes over what it does not know.
        self.problems = [
            (shown(name), _("There is no such parameter.")) for name in given if name not in self.filters.offered
        ]
        self.problems += [(name, sentences[0]) for name, sentences in self.filters.errors.items()]
        self.values: dict[str, list[Any]] = {
            name: value if isinstance(value, list) else [value]
            for name, value in self.filters.form.cleaned_data.items()
        }

    @property
    def names(self) -> Names:
        return self.filters.names

    def visible(self) -> ActivityQuerySet:
        """Everything this person may read."""
        return Activity.objects.rewrite(False).visible_to(self.user).order_by()

    def rows(self) -> ActivityQuerySet:
        """What was asked for, in no order, every activity once."""
        if self.problems:
            raise ValueError(f"not understood: {self.problems}")
        return self.filters.qs.all()

    def participations(self) -> ParticipationQuerySet:
        """Those that the parameters `organization` and `role` speak of: accepted, at any time."""
        return Participation.objects.taking_part()

    def column(self, name: str) -> str:
        """The column of `rows` that tells a derived fact: `status`, `progress`, `lead_id`, `last_update_at`."""
        return name

    def without(self, name: str) -> "Selection":
        """The same but for one parameter."""
        return Selection({**self.given, name: []}, self.user, self.today)

    def scope(self) -> str:
        """Persons with the same scope see the same rows."""
        return scope_of(self.user)

    def query(self, **changes: Sequence[str]) -> str:
        """The parameters as a query string; `changes` replaces values, none leaves the parameter out."""
        pairs = {**self.given, **changes}
        return urlencode([(name, value) for name, values in pairs.items() for value in values])

    def tidy(self) -> str:
        """The same query string in whatever order the parameters were given: equal ones ask for the same."""
        pairs = [(name, value) for name, values in sorted(self.given.items()) for value in sorted(set(values))]
        return urlencode(pairs)

    def words(self) -> list[tuple[str, str, list[str]]]:
        """Each parameter in use with its label and values in words: [("area", "Area", ["A …", "B …"])]."""
        filters = self.filters.filters
        return [
            (name, str(filters[name].label), [filters[name].words(value) for value in values])
            for name, values in self.values.items()
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
        for name, label, words in self.words():
            for value, said in zip(self.values[name], words, strict=True):
                rest = [text for text in self.given[name] if text != str(value)] if len(words) > 1 else []
                chips.append(Chip(name, said, labelled(label, said), self.query(**{name: rest})))
        return chips


def labelled(label: Any, value: str) -> str:
    """A filter and its value: “Area: A Capacity-building”."""
    # Translators: a filter and its value.
    return _("%(label)s: %(value)s") % {"label": label, "value": value}
