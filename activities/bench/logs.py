"""One synthetic log: ten entries that walk a status along the table of transitions, and what they derive."""

import datetime
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ..choices import DEFAULT_UPDATE_INTERVAL_DAYS, Closing, Status, UpdateKind, needs_reason
from .texts import DONE, NEXT_STEPS, NOTHING, OBSTACLES, Phrase, phrases

ENTRIES = 10

S = Status
# Ways an undertaking goes, and how often of a hundred.
WALKS: tuple[tuple[int, Sequence[str]], ...] = (
    (34, (S.AGREED, S.UNDER_WAY, S.COMPLETED)),
    (24, (S.AGREED, S.UNDER_WAY)),
    (10, (S.UNDER_WAY,)),
    (8, (S.AGREED,)),
    (6, ()),
    (6, (S.UNDER_WAY, S.STALLED)),
    (4, (S.UNDER_WAY, S.STALLED, S.UNDER_WAY, S.COMPLETED)),
    (4, (S.AGREED, S.DISCONTINUED)),
    (2, (S.UNDER_WAY, S.COMPLETED, S.UNDER_WAY)),
    (2, (S.AGREED, S.STALLED)),
)
CHANCES = [chance for chance, _ in WALKS]
PATHS = [path for _, path in WALKS]

DONE_PHRASES = phrases(DONE, 6, seed=1)
OBSTACLE_PHRASES = phrases(OBSTACLES, 4, seed=2)
NEXT_PHRASES = phrases(NEXT_STEPS, 4, seed=3)

COLUMNS = (
    "id", "activity_id", "organization_id", "author_id", "kind", "as_of", "created_at", "status", "progress",
    "status_before", "progress_before", "reason", "closing", "done", "obstacles", "next_steps", "language",
    "corrects_id", "token",
)  # fmt: skip


class Log:
    """The entries of one activity's log as rows of COLUMNS, oldest first, and the derived columns they give."""

    def __init__(
        self,
        rng: random.Random,
        *,
        activity_id: int,
        first_id: int,
        language: str,
        lead: tuple[int, int],
        others: Sequence[tuple[int, int]],
        now: datetime.datetime,
    ) -> None:
        """`lead` and `others` are (organization, person) ids of those who report."""
        path = rng.choices(PATHS, CHANCES)[0]
        changes = dict(zip(sorted(rng.sample(range(ENTRIES), len(path))), path, strict=True))
        closed = bool(path) and path[-1] in (S.COMPLETED, S.DISCONTINUED)
        # What is closed was heard of long ago, what is open mostly within months.
        quiet = rng.uniform(30, 6000) if closed else rng.expovariate(1 / 60)
        at = now - datetime.timedelta(days=quiet + ENTRIES * 45, minutes=rng.uniform(1, 1440))
        self.began_on = at.date()
        self.rows: list[tuple[Any, ...]] = []
        self.obstacle_ids: list[int] = []
        self.searched: list[str] = []
        self.status, self.status_as_of, self.progress = str(S.PROPOSED), "", None
        # What was known of it from each day on, but for who leads.
        self.told: dict[datetime.date, dict[str, Any]] = {}
        measured = 0
        for number in range(ENTRIES):
            at += datetime.timedelta(days=rng.uniform(20, 65) * 0.9, seconds=rng.random())
            at = min(at, now - datetime.timedelta(minutes=ENTRIES - number, seconds=rng.uniform(0, 50)))
            status = changes.get(number, "")
            organization, person = lead if status or rng.random() < 0.5 or not others else rng.choice(others)
            speaks_for_all = organization == lead[0]
            before_status, before_progress = self.status, self.progress
            progress = None
            if speaks_for_all and status != S.DISCONTINUED and rng.random() < 0.6:
                measured = progress = 100 if status == S.COMPLETED else min(95, measured + rng.randint(0, 15))
            silent = not status and progress is None and rng.random() < 0.3
            done, obstacles, next_steps = (NOTHING,) * 3 if silent else self._words(rng, language)
            reason = NOTHING
            if status and needs_reason(before_status, status):
                reason = rng.choice(OBSTACLE_PHRASES[language])
            day = at.date().isoformat()
            identity = first_id + number
            # An organization corrects its own entry; the corrected one no longer stands.
            previous = self.rows[-1] if self.rows else None
            corrects = (
                previous[0]
                if previous and previous[2] == organization and not previous[7] and previous[8] is None
                and not status and rng.random() < 0.04
                else None
            )  # fmt: skip
            self.rows.append((
                identity, activity_id, organization, person, UpdateKind.NO_CHANGE if silent else UpdateKind.UPDATE,
                day, at, status, progress, before_status if status and status != before_status else "",
                before_progress, reason.text, Closing.OBJECTIVE_MET if status == S.COMPLETED else "", done.text,
                obstacles.text, next_steps.text, language, corrects, UUID(int=rng.getrandbits(128)),
            ))  # fmt: skip
            if obstacles is not NOTHING:
                self.obstacle_ids.append(identity)
            self.searched += (part.normalised for part in (done, obstacles, next_steps, reason) if part.normalised)
            if status:
                self.status, self.status_as_of = status, day
            if progress is not None:
                self.progress = progress
            if number == 0:
                self.created_at = at - datetime.timedelta(days=5)
                self._tell(self.created_at, None)
            self._tell(at, at)
        self.heard_at = at

    def _tell(self, since: datetime.datetime, heard: datetime.datetime | None) -> None:
        day = since.date()
        self.told[day] = {
            "status": self.status if heard else str(S.PROPOSED),
            "status_as_of": self.status_as_of if heard else "",
            "progress": self.progress if heard else None,
            "last_update_at": heard,
            "silent_on": day + datetime.timedelta(days=DEFAULT_UPDATE_INTERVAL_DAYS + 1),
        }

    @staticmethod
    def _words(rng: random.Random, language: str) -> tuple[Phrase, Phrase, Phrase]:
        return (
            rng.choice(DONE_PHRASES[language]),
            rng.choice(OBSTACLE_PHRASES[language]) if rng.random() < 0.25 else NOTHING,
            rng.choice(NEXT_PHRASES[language]) if rng.random() < 0.5 else NOTHING,
        )
