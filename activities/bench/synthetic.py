"""Fills an empty register with synthetic undertakings: five participations, ten updates and derived columns each."""

import contextlib
import datetime
import functools
import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from tracker.toolkit.search import searchable

from ..choices import CounterpartStance, Level, Response, Role, Visibility
from ..models import Activity, ActivityState, FunctionalField, ObstacleKind, Participation, StatusUpdate, Theme
from ..workflow.derived import names_of, names_of_country
from ..workflow.facts import STATE, Leading, day_by_day
from ..workflow.undertakings import sort_key_of
from .bulk import insert, loading, next_id, settle
from .logs import COLUMNS as LOG_COLUMNS
from .logs import ENTRIES, Log
from .people import make_organizations, make_people
from .texts import LANGUAGES, RESPONSIBILITIES, TITLES, WEIGHTS, phrases, proper_name

BATCH = 5_000
PARTICIPATIONS = 5
COUNTRIES = "AF BI CF CD CI GT GW HT KG KH LR ML MZ NP SL SO SS TJ TL XK".split()

ACTIVITY_COLUMNS = (
    "id", "framework_id", "area_id", "parent_id", "code", "sort_key", "language", "title", "title_en", "title_zh_hans",
    "title_fr", "title_es", "title_ru", "title_ar", "closing_condition", "national_counterpart", "counterpart_stance",
    "level", "countries", "planned_start_on", "planned_end_on", "review_on", "visibility", "import_key", "status",
    "status_as_of", "progress", "last_update_at", "lead_id", "lead_withdrew_on", "silent_on", "search_text",
    "created_at",
)  # fmt: skip
PARTICIPATION_COLUMNS = (
    "activity_id", "organization_id", "role", "response", "responsibility", "since", "until", "invited_at",
)  # fmt: skip

STATE_COLUMNS = ("activity_id", *STATE)

TITLE_PHRASES = phrases(TITLES, 1, seed=4)
RESPONSIBILITY_PHRASES = phrases(RESPONSIBILITIES, 5, seed=5)
SUFFIX = {"zh-hans": "zh_hans"}


@functools.cache
def country_names(code: str) -> list[str]:
    return [name for name in map(searchable, names_of_country(code)) if name]


class Register:
    """Makes the rows of undertakings and keeps them until `save`. The same seed makes the same rows but for the day."""

    def __init__(self, seed: int = 20010212) -> None:
        self.rng = random.Random(seed + Activity.objects.count())
        self.now = timezone.now()
        self.today = timezone.localdate()
        self.items = list(Activity.objects.agreed_items().select_related("area").order_by("sort_key"))
        with transaction.atomic():
            self.organizations = make_organizations()
            speakers = make_people(self.organizations)
        self.people = {organization: user.pk for organization, user in speakers.items()}
        self.names = {o.pk: [n for n in map(searchable, names_of([o.pk])) if n] for o in self.organizations}
        # Few organizations take part in much, most in little.
        weights = itertools.accumulate(1 / (rank + 4) for rank in range(len(self.organizations)))
        self.weights = list(weights)
        self.fields = list(FunctionalField.objects.values_list("pk", flat=True))
        self.themes = list(Theme.objects.values_list("pk", flat=True))
        self.obstacle_kinds = list(ObstacleKind.objects.values_list("pk", flat=True))
        self.next_activity, self.next_update = next_id(Activity), next_id(StatusUpdate)
        self._empty()

    def _empty(self) -> None:
        self.activities: list[tuple[Any, ...]] = []
        self.participations: list[tuple[Any, ...]] = []
        self.updates: list[tuple[Any, ...]] = []
        self.states: list[tuple[Any, ...]] = []
        self.links: dict[Any, list[tuple[int, int]]] = {
            Activity.functional_fields.through: [],
            Activity.themes.through: [],
            Activity.also_serves.through: [],
            StatusUpdate.obstacle_kinds.through: [],
        }

    def add(self, count: int) -> Iterator[int]:
        """Add `count` undertakings, saving every few thousand; yields how many are saved so far."""
        tables = [Activity, Participation, StatusUpdate, ActivityState, *self.links]
        with loading(tables) if count >= BATCH else contextlib.nullcontext():
            for number in range(1, count + 1):
                self._undertaking()
                if number % BATCH == 0 or number == count:
                    self.save()
                    yield number
        settle(tables)

    def save(self) -> None:
        with transaction.atomic():
            insert(Activity, ACTIVITY_COLUMNS, self.activities)
            insert(Participation, PARTICIPATION_COLUMNS, self.participations)
            insert(StatusUpdate, LOG_COLUMNS, self.updates)
            insert(ActivityState, STATE_COLUMNS, self.states)
            for through, pairs in self.links.items():
                insert(through, [field.attname for field in through._meta.concrete_fields[1:]], pairs)
            Activity.objects.bulk_update(self.items, ["last_child_number"])
        self._empty()

    def _undertaking(self) -> None:
        rng = self.rng
        identity, self.next_activity = self.next_activity, self.next_activity + 1
        item = rng.choice(self.items)
        item.last_child_number += 1
        code = f"{item.code}.{item.last_child_number}"
        language = rng.choices(LANGUAGES, WEIGHTS)[0]
        participants = self._participants(identity, language)
        lead, withdrew_on = participants.lead, participants.withdrew_on
        speaking = [(organization, self.people[organization]) for organization in participants.organizations]
        log = Log(
            rng,
            activity_id=identity,
            first_id=self.next_update,
            language=language,
            lead=speaking[0],
            others=speaking[1:4],
            now=self.now,
        )
        self.next_update += ENTRIES
        self.updates += log.rows
        titles, searched_titles = self._titles(language)
        chosen = rng.sample(COUNTRIES, rng.choice((1, 1, 1, 2, 3)))
        ends = log.began_on + datetime.timedelta(days=rng.randint(200, 900))
        ending = ends.isoformat()[: rng.choice((10, 10, 10, 7, 4))]
        closing = "When the final report is adopted." if rng.random() < 0.8 else ""
        parts = [
            searchable(code),
            searchable(closing),
            *searched_titles,
            *(n for c in chosen for n in country_names(c)),
        ]
        parts += participants.searched
        parts += log.searched
        visibility = rng.choices(Visibility.values, (85, 10, 5))[0]
        review = self.today + datetime.timedelta(days=rng.randint(-60, 300)) if rng.random() < 0.4 else None
        self.activities.append((
            identity, item.framework_id, item.area_id, item.pk, code, sort_key_of(code), language, *titles, closing,
            "Ministry of Foreign Affairs" if rng.random() < 0.5 else "", rng.choice(CounterpartStance.values),
            rng.choice(Level.values), ",".join(chosen), log.began_on.isoformat(), ending, review, visibility,
            f"synthetic-{identity}", log.status, log.status_as_of, log.progress, log.heard_at, lead, withdrew_on,
            log.heard_at.date() + datetime.timedelta(days=91), " | ".join(filter(None, parts)),
            log.created_at,
        ))  # fmt: skip
        states = day_by_day(log.created_at.date(), log.told, participants.leading)
        self.states += ((identity, *(state[name] for name in STATE)) for state in states)
        self._classify(identity, item.pk, log.obstacle_ids)

    def _titles(self, language: str) -> tuple[tuple[str | None, ...], list[str]]:
        """The title columns (shared, then by language), and their searched forms: English as well for most."""
        name = proper_name(self.rng)
        written = {language: self.rng.choice(TITLE_PHRASES[language])}
        if self.rng.random() < 0.6:
            written.setdefault("en", self.rng.choice(TITLE_PHRASES["en"]))
        texts = {code: f"{phrase.text} ({name})" for code, phrase in written.items()}
        columns = (texts.get("en", texts[language]), *(texts.get(c) for c in ("en", "zh-hans", "fr", "es", "ru", "ar")))
        return columns, [searchable(f"{phrase.text} ({name})") for phrase in written.values()]

    def _participants(self, identity: int, language: str) -> "Participants":
        rng = self.rng
        chosen: dict[int, None] = {}
        while len(chosen) < PARTICIPATIONS:
            chosen.setdefault(rng.choices(self.organizations, cum_weights=self.weights)[0].pk)
        participants = Participants(list(chosen))
        since = self.today - datetime.timedelta(days=rng.randint(500, 7000))
        fate = rng.random()
        taking_part: list[int] = []
        for place, organization in enumerate(participants.organizations):
            role = Role.LEAD if place == 0 else rng.choice(LATER_ROLES)
            response, until, begun = str(Response.ACCEPTED), "", since.isoformat()
            if place == 0 and fate < 0.04:
                response, until = Response.WITHDRAWN, (since + datetime.timedelta(rng.randint(30, 400))).isoformat()
                participants.withdrew_on = until
            elif place == 0 and fate < 0.07:
                role = Role.PARTNER
            elif place == 0:
                participants.lead = organization
            elif rng.random() < 0.08:
                response, begun = Response.INVITED, ""
            if role == Role.LEAD:
                ended = datetime.date.fromisoformat(until) if until else None
                participants.leading.append(Leading(0, organization, role, response, since, ended))
            duty = rng.choice(RESPONSIBILITY_PHRASES[language])
            at = datetime.datetime.combine(since, datetime.time(9), tzinfo=datetime.UTC)
            if response == Response.INVITED:
                at = self.now - datetime.timedelta(days=rng.randint(1, 40))
            self.participations.append((identity, organization, role, response, duty.text, begun, until, at))
            if response == Response.ACCEPTED:
                taking_part.append(organization)
                participants.searched.append(duty.normalised)
        participants.searched += dict.fromkeys(name for o in taking_part for name in self.names[o])
        return participants

    def _classify(self, identity: int, item: int, obstacle_ids: Sequence[int]) -> None:
        links = self.links
        links[Activity.functional_fields.through] += ((identity, pk) for pk in self._some(self.fields, 1, 1, 2))
        links[Activity.themes.through] += ((identity, pk) for pk in self._some(self.themes, 0, 1, 1, 2))
        further = {other.pk for other in self._some(self.items, 0, 0, 1, 2)} - {item}
        links[Activity.also_serves.through] += ((identity, other) for other in further)
        links[StatusUpdate.obstacle_kinds.through] += (
            (update, pk) for update in obstacle_ids for pk in self._some(self.obstacle_kinds, 1)
        )

    def _some(self, pool: list[Any], *numbers: int) -> list[Any]:
        """As many of the pool as one of `numbers` says, or all there are."""
        return self.rng.sample(pool, min(len(pool), self.rng.choice(numbers)))


LATER_ROLES = (Role.PARTNER, Role.PARTNER, Role.PARTNER, Role.HOST, Role.FUNDER, Role.TECHNICAL_SUPPORT, Role.OBSERVER)


class Participants:
    """Who takes part in one undertaking, the first of them leading or having led, and what is searched of them."""

    def __init__(self, organizations: list[int]) -> None:
        self.organizations = organizations
        self.lead: int | None = None
        self.withdrew_on = ""
        self.leading: list[Leading] = []
        self.searched: list[str] = []
