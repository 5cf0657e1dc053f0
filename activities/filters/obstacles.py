"""Which entries name an obstacle: those on the activities of a selection, by kind, by who says so, by round."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import ReportingRound, StatusUpdate
from ..models.log import StatusUpdateQuerySet
from ..models.names import Name, obstacle_names
from ..models.querysets import ActivityQuerySet
from .parameters import shown
from .selection import Chip, Selection, labelled

# Parameters beside those of the activities.
OWN = ("obstacle", "speaker", "round")
NONE = "none"  # an obstacle in words of which no kind was named; an entry outside a round
REGISTER = "register"  # what was recorded from public sources, for no organization


def entries_known_on(day: datetime.date) -> StatusUpdateQuerySet:
    """The entries that stand; of a day in the past, those that stood then."""
    entries = StatusUpdate.objects.all()
    return entries.standing_on(day) if day < timezone.localdate() else entries.standing()


class ObstacleSelection:
    """The standing entries that name an obstacle, on activities one person may read and asked for.

    `selection` holds the filters of the activities; `given` all parameters. While there are `problems`, `entries`
    raises ValueError.
    """

    def __init__(self, given: Mapping[str, Sequence[str]], user: Any, today: datetime.date | None = None) -> None:
        self.given = {name: list(dict.fromkeys(values)) for name, values in given.items() if values}
        self.selection = Selection({name: values for name, values in given.items() if name not in OWN}, user, today)
        self.problems = list(self.selection.problems)
        self.kinds: dict[int, Name] = obstacle_names()
        self.rounds = {row.number: row for row in ReportingRound.objects.order_by("number")}
        known = {
            "obstacle": {NONE, *(name.code for name in self.kinds.values())},
            "round": {NONE, *map(str, self.rounds)},
        }
        for name, allowed in known.items():
            self._refuse(name, allowed)
        if wanted := set(self.given.get("speaker", ())) - {REGISTER}:
            filters = self.selection.filters
            fresh = wanted - filters.names.organizations.keys()
            self._refuse("speaker", {REGISTER, *filters.read_names(fresh=bool(fresh)).organizations})

    def _refuse(self, name: str, allowed: set[str]) -> None:
        unknown = [value for value in self.given.get(name, ()) if value not in allowed]
        if unknown:
            words = _("“%(value)s” is not one of the values that can be asked for.") % {"value": shown(unknown[0])}
            self.problems.append((name, words))

    @property
    def user(self) -> Any:
        return self.selection.user

    @property
    def today(self) -> datetime.date:
        return self.selection.today

    def entries(self) -> StatusUpdateQuerySet:
        """In no order, every entry once."""
        if self.problems:
            raise ValueError(f"not understood: {self.problems}")
        kinds = StatusUpdate.obstacle_kinds.through.objects.filter(statusupdate=OuterRef("pk"))
        rows = self._on(self.selection.rows())
        if asked := self.given.get("obstacle"):
            named = Q(Exists(kinds.filter(obstaclekind__code__in=asked)))
            rows = rows.filter(named | ~Q(Exists(kinds)) if NONE in asked else named)
        if asked := self.given.get("speaker"):
            ids = [self.selection.names.organizations[slug].pk for slug in asked if slug != REGISTER]
            said = Q(organization__in=ids)
            rows = rows.filter(said | Q(organization__isnull=True) if REGISTER in asked else said)
        if asked := self.given.get("round"):
            within = Q(round__number__in=[int(number) for number in asked if number != NONE])
            rows = rows.filter(within | Q(round__isnull=True) if NONE in asked else within)
        return rows

    def everything(self) -> StatusUpdateQuerySet:
        """The same without any filter."""
        return self._on(self.selection.visible())

    def _on(self, activities: ActivityQuerySet) -> StatusUpdateQuerySet:
        kinds = StatusUpdate.obstacle_kinds.through.objects.filter(statusupdate=OuterRef("pk"))
        rows = entries_known_on(self.today).filter(~Q(obstacles="") | Exists(kinds))
        return rows.filter(activities.include("activity")).order_by()

    def query(self, **changes: Sequence[str]) -> str:
        pairs = {**self.given, **changes}
        return urlencode([(name, value) for name, values in pairs.items() for value in values])

    def words(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """The parameters of the entries with their labels, each value with its words."""
        kinds = {name.code: name.title for name in self.kinds.values()} | {NONE: _("No kind named")}
        rounds = {str(number): row.title for number, row in self.rounds.items()}
        rounds[NONE] = _("Outside a round")
        speakers = {slug: name.title for slug, name in self.selection.names.organizations.items()}
        speakers[REGISTER] = _("Register")
        lists = (
            ("obstacle", _("Kind of obstacle"), kinds),
            ("speaker", _("Said by"), speakers),
            ("round", _("Reporting round"), rounds),
        )
        return [
            (name, label, [(value, options[value]) for value in self.given[name]])
            for name, label, options in lists
            if name in self.given
        ]

    def sentence(self) -> str:
        # Translators: between two values of one filter, any of which fits.
        between = _(" or ")
        own = [
            labelled(label, between.join([text for _value, text in values])) for _name, label, values in self.words()
        ]
        # Translators: between two filters, both of which must fit.
        return _("; ").join(filter(None, [self.selection.sentence(), *own]))

    def chips(self) -> list[Chip]:
        own = {name: self.given[name] for name in OWN if name in self.given}
        chips = []
        for chip in self.selection.chips():
            rest = "&".join(filter(None, [chip.query, urlencode(own, doseq=True)]))
            chips.append(Chip(chip.parameter, chip.value, chip.text, rest))
        for name, label, values in self.words():
            for value, words in values:
                others = [each for each in self.given[name] if each != value]
                chips.append(Chip(name, value, labelled(label, words), self.query(**{name: others})))
        return chips
