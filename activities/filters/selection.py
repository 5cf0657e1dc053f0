"""What somebody asked for: the parameters of one address, as rows, in words, and as addresses that ask for less."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from ..models import Activity, Participation
from ..models.names import Names
from ..models.participation import ParticipationQuerySet
from ..models.querysets import ActivityQuerySet, scope_of, signal_rule, then
from .declared import ActivityFilters
from .parameters import past_day, shown

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

    `as_of` is the day asked for, if any, and `today` the day of which the rows speak. Of a day before the present one
    (`is_past`) they hold what was known then, in columns of their own: ask for them by `column`. What a person may see
    is always decided as of now.
    """

    filter_set = ActivityFilters
    # The earlier day, where two are compared.
    since: datetime.date | None = None
    # Whether a round or a follower may ask for the same again.
    can_be_kept = True

    def __init__(self, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date | None = None) -> None:
        self.user = user
        self.given = {name: list(values) for name, values in given.items() if values}
        self.present = today or timezone.localdate()
        self.as_of = past_day(self.given.get("as_of", ()))
        self.today = self.as_of or self.present
        self.is_past = self.today < self.present
        if self.as_of:
            self.can_be_kept = False  # what was known on one day does not change any more
        self.filters = self.filter_set(
            MultiValueDict(self.given),
            queryset=self.visible(),
            user=user,
            today=self.today,
            column=self.column,
            participations=self.participations(),
        )
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

    def activities(self) -> ActivityQuerySet:
        """All activities, of a day in the past those known then: for rows whose keys `rows` has found."""
        activities = Activity.objects.rewrite(False).order_by()
        return activities.as_known_on(self.today) if self.is_past else activities

    def visible(self) -> ActivityQuerySet:
        """Everything this person may read."""
        return self.activities().visible_to(self.user)

    def rows(self) -> ActivityQuerySet:
        """What was asked for, in no order, every activity once."""
        if self.problems:
            raise ValueError(f"not understood: {self.problems}")
        return self.filters.qs.all()

    def participations(self) -> ParticipationQuerySet:
        """Those that the parameters `organization` and `role` speak of: accepted, at any time up to the day."""
        participations = Participation.objects.all()
        return participations.known_on(self.today) if self.is_past else participations.taking_part()

    def column(self, name: str) -> str:
        """The column of `rows` that tells a derived fact: `status`, `progress`, `lead_id`, `last_update_at`."""
        return then(name) if self.is_past else name

    def signal(self, signal: str) -> Q:
        """The rule of a signal as a condition on `rows`."""
        return signal_rule(signal, self.today, self.column)

    def without(self, name: str) -> "Selection":
        """The same but for one parameter."""
        return type(self)({**self.given, name: []}, self.user, self.present)

    @property
    def note(self) -> str:
        """What rows of a day in the past say all the same of today, for the reader; "" for the present day."""
        if not self.is_past:
            return ""
        return _(
            "Status, progress, updates, lead and participants as they were known on that day; titles, texts, dates, "
            "classification and who may see what are today’s."
        )

    @property
    def days(self) -> dict[str, list[str]]:
        """The parameters that name days of the past."""
        return {name: self.given[name] for name in ("as_of", "compare") if name in self.given}

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything of its day."""
        return len(self.values) > len(self.days)

    @property
    def today_href(self) -> str:
        """The address, on whatever page, that asks for the same today."""
        return "?" + self.query(as_of=[], compare=[])

    def scope(self) -> str:
        """Persons with the same scope see the same rows."""
        return scope_of(self.user)

    def cache_key(self, what: str) -> str:
        """A key for what is remembered of the result; nobody is shown a number that counts what another may read."""
        wanted = f"{self.scope()}|{self.today}|{self.query()}"
        return f"{what}:{hashlib.sha256(wanted.encode()).hexdigest()}"

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


class StandingSelection(Selection):
    """A filter that is kept and asked again, as a round does: it speaks of the day on which it is asked."""

    def __init__(self, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date | None = None) -> None:
        super().__init__({name: values for name, values in given.items() if name != "as_of"}, user, today)
        if "as_of" in given:
            self.problems.append(("as_of", _("This filter is asked again later, always as of that day. Leave it out.")))


def labelled(label: Any, value: str) -> str:
    """A filter and its value: “Area: A Capacity-building”; the value alone where it says everything."""
    if not label:
        return value
    # Translators: a filter and its value.
    return _("%(label)s: %(value)s") % {"label": label, "value": value}
