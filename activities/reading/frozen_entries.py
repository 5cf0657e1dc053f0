"""Entries of the log in a frozen report: as they were kept, with their names, and in words for one cell of a file."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from tracker.toolkit.dates import PartialDate
from tracker.toolkit.days import day_words
from tracker.toolkit.documents import Pieces, Text, Words
from tracker.toolkit.texts import current_language

from ..choices import Closing, EvidenceKind, ReturnReason, ReviewState, Status, UpdateKind
from ..filters import labelled
from ..models.names import Name
from ..reports import joined, wording

# What a person typed, in the language of the entry.
TYPED = frozenset({"reason", "done", "obstacles", "next_steps"})


class Proof(NamedTuple):
    """A piece of evidence; a link has an address."""

    pk: int
    title: str
    address: str


class Said(NamedTuple):
    """One entry. Texts are in `language`; `organization` is None for what was recorded from public sources."""

    pk: int
    organization: Name | None
    on_behalf: bool
    kind: str
    as_of: PartialDate
    told_on: datetime.date
    status: str
    progress: int | None
    reason: str
    closing: str
    done: str
    obstacle_kinds: list[Name]
    obstacles: str
    next_steps: str
    next_steps_due_on: PartialDate | str
    language: str
    evidence: list[Proof]
    review: str
    reasons: list[str]

    @property
    def is_update(self) -> bool:
        return self.kind == UpdateKind.UPDATE

    @property
    def kind_words(self) -> str:
        return _label(UpdateKind, self.kind)

    @property
    def status_words(self) -> str:
        return _label(Status, self.status)

    @property
    def closing_words(self) -> str:
        return _label(Closing, self.closing)

    @property
    def review_words(self) -> str:
        """What became of it in the review; "" while nobody had decided."""
        return "" if self.review == ReviewState.SUBMITTED else _label(ReviewState, self.review)

    @property
    def reasons_words(self) -> str:
        return joined([_label(ReturnReason, code) for code in self.reasons])

    @property
    def entered_words(self) -> str:
        return entered_on(on_behalf=self.on_behalf) % {"date": day_words(self.told_on)}


def entered_on(*, on_behalf: bool = False) -> str:
    """A sentence with a place for the date."""
    if on_behalf:
        return _("Recorded on behalf of the organization, entered on %(date)s")
    return _("Entered on %(date)s")


def _label(choices: Any, code: str) -> str:
    """A report outlives lists: what is no longer on one keeps its code."""
    try:
        return str(choices(code).label) if code else ""
    except ValueError:
        return code


class Since(NamedTuple):
    """An entry made after the report was frozen: it corrects one that was there, or adds to the round.

    `organization` and `as_of` are those of the entry it corrects; `is_corrected` tells that a later one corrects it.
    `is_late`: the round had closed when it came, and its organization had not answered.
    """

    entry: Said
    corrects: bool
    organization: Name | None
    as_of: PartialDate | None
    is_corrected: bool
    is_late: bool

    @property
    def words(self) -> str:
        """What it does to the report beside which it stands."""
        if self.corrects and self.as_of:
            name = self.organization.title if self.organization else _("Register")
            words = {"organization": name, "date": day_words(self.as_of)}
            if self.is_corrected:
                return _("Corrects the entry of %(organization)s, %(date)s, and was corrected itself.") % words
            return _("Corrects the entry of %(organization)s, %(date)s.") % words
        if self.is_late:
            if self.is_corrected:
                return _("Entered by an organization that had not answered, and corrected later.")
            return _("Entered by an organization that had not answered when the report was frozen.")
        if self.is_corrected:
            return _("Added to the round after the report was frozen, and corrected later.")
        return _("Added to the round after the report was frozen.")


Find = Callable[[int], Name]


def revived(entry: Mapping[str, Any], organization: Find, obstacle: Find) -> Said:
    """An entry as `reports.read_entries` gives it, or as it came back from a frozen row, with its names."""
    speaker = entry["organization_id"]
    told_at = datetime.datetime.fromisoformat(entry["created_at"])
    due = entry["next_steps_due_on"]
    return Said(
        **{name: entry[name] for name in Said._fields if name in entry and name not in ("evidence", "as_of")}
        | {
            "organization": organization(speaker) if speaker else None,
            "as_of": PartialDate(entry["as_of"]),
            "told_on": timezone.localdate(told_at),
            "next_steps_due_on": PartialDate(due) if due else "",
            "obstacle_kinds": [obstacle(pk) for pk in entry["obstacle_kinds"]],
            "evidence": [Proof(pk, title, url) for pk, _kind, title, url in entry["evidence"]],
        }
    )


class Teller:
    """Writes entries out as lines of text, in the language in which it was made; its words are looked up once."""

    def __init__(self) -> None:
        self.language = current_language()
        self.kind, self.status, self.closing = wording(UpdateKind), wording(Status), wording(Closing)
        self.review, self.reason = wording(ReviewState), wording(ReturnReason)
        self.register, self.file = _("Register"), str(EvidenceKind.FILE.label)
        # Translators: who says something, and the day for which it is true.
        self.speaker = _("%(organization)s, %(date)s")
        self.entered, self.on_behalf = entered_on(), entered_on(on_behalf=True)
        labels = {
            "status": _("Status"),
            "progress": _("Progress"),
            "closing": _("Closing statement"),
            "reason": _("Reason"),
            "done": _("Done"),
            "kinds": _("Kinds of obstacle"),
            "obstacles": _("Obstacles"),
            "next_steps": _("Next steps"),
            "due": _("Next steps due"),
            "evidence": _("Evidence"),
            "review": _("Review"),
            "reasons": _("Returned for"),
        }
        self.patterns = {name: labelled(label, "%s") for name, label in labels.items()}

    def said(self, entries: Sequence[Said]) -> str:
        if not entries:
            return ""
        with override(self.language):
            return "\n\n".join(["\n".join(self._lines(entry)) for entry in entries])

    def since(self, entries: Sequence[Since]) -> str:
        if not entries:
            return ""
        with override(self.language):
            return "\n\n".join(["\n".join([later.words, *self._lines(later.entry)]) for later in entries])

    def said_in_paragraphs(self, entries: Sequence[Said]) -> list[Pieces]:
        """The same as paragraphs of a paper: what somebody typed is in the language it was typed in."""
        with override(self.language):
            return [paragraph for entry in entries for paragraph in self._paragraphs(entry)]

    def since_in_paragraphs(self, entries: Sequence[Since]) -> list[Pieces]:
        found: list[Pieces] = []
        with override(self.language):
            for later in entries:
                found += [Words(later.words, bold=True), *self._paragraphs(later.entry)]
        return found

    def _paragraphs(self, entry: Said) -> Iterator[Pieces]:
        first, *heads = self._heads(entry)
        yield Words(first, bold=True)
        yield from heads
        for name, value in self._facts(entry).items():
            before, after = self.patterns[name].split("%s")
            yield (before, Text(value, entry.language if name in TYPED else self.language), after)

    def _lines(self, entry: Said) -> list[str]:
        return self._heads(entry) + [self.patterns[name] % value for name, value in self._facts(entry).items()]

    def _heads(self, entry: Said) -> list[str]:
        """Who speaks, of which day; when it was entered; what it is, if it is no update."""
        name = entry.organization.title if entry.organization else self.register
        lines = [
            self.speaker % {"organization": name, "date": day_words(entry.as_of)},
            (self.on_behalf if entry.on_behalf else self.entered) % {"date": day_words(entry.told_on)},
        ]
        return lines if entry.is_update else [*lines, self.kind(entry.kind)]

    def _facts(self, entry: Said) -> dict[str, str]:
        """What it says, by name, as far as it says anything."""
        due = entry.next_steps_due_on
        decided = entry.review and entry.review != ReviewState.SUBMITTED
        facts = {
            "status": self.status(entry.status),
            "progress": "" if entry.progress is None else f"{entry.progress}%",
            "closing": self.closing(entry.closing),
            "reason": entry.reason,
            "done": entry.done,
            "kinds": joined(entry.obstacle_kinds),
            "obstacles": entry.obstacles,
            "next_steps": entry.next_steps,
            "due": day_words(PartialDate(due)) if due else "",
            "evidence": joined([proof.title or proof.address or self.file for proof in entry.evidence]),
            "review": self.review(entry.review) if decided else "",
            "reasons": joined([self.reason(code) for code in entry.reasons]),
        }
        return {name: value for name, value in facts.items() if value}
