"""Review: a coordinator accepts an entry of the log, or returns it with reasons; the author hears of it."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User

from ..choices import NotificationKind, ReturnReason, ReviewState
from ..models import Review, ReviewReason, StatusUpdate
from ..notifications import AddressBook, Telling, write


class AlreadyDecided(Exception):
    """Somebody else reviewed the entry meanwhile: `review` says what was decided. Or its author has corrected it, and
    the correction waits instead: then the review is still open (`is_corrected`).
    """

    def __init__(self, review: Review) -> None:
        super().__init__(f"review {review.pk} is {review.state}")
        self.review = review
        self.is_corrected = review.state == ReviewState.SUBMITTED


class Outcome(NamedTuple):
    """Of a decision on several entries: those decided now, those that could not be, and why not."""

    decided: list[Review]
    refused: list[tuple[Review, str]]


def submit(update: StatusUpdate) -> None:
    """Put a new entry into the queue."""
    Review.objects.create(update=update, submitted_at=update.created_at)


def why_not(review: Review, by: User) -> str:
    """Why this person may not decide on it; "" where it may."""
    if review.update.author_id == by.pk:
        return _("Nobody reviews what they wrote themselves. Another coordinator decides.")
    return ""


def accept(reviews: Iterable[Review], by: User) -> Outcome:
    """Accept these entries, each for itself: one that cannot be accepted stops no other."""
    decided, refused = [], []
    for review in reviews:
        try:
            decided.append(_decide(review, by, ReviewState.ACCEPTED))
        except ValidationError as error:
            refused.append((review, " ".join(error.messages)))
        except AlreadyDecided as late:
            refused.append((late.review, why_late(late)))
    return Outcome(decided, refused)


def why_late(late: AlreadyDecided) -> str:
    """What happened meanwhile, in a sentence."""
    if late.is_corrected:
        return _("This entry was corrected meanwhile. The correction waits for review instead.")
    return _("%(name)s has already decided: %(state)s.") % {
        "name": late.review.decided_by,
        "state": late.review.get_state_display(),
    }


def return_update(
    review: Review, *, by: User, reasons: Collection[str], sentence: str = "", language: str = "en"
) -> Review:
    """Return an entry with one or more coded reasons and a sentence; it stays visible, marked.

    Raises ValidationError by field, AlreadyDecided when somebody else was there first.
    """
    problems = {}
    if not reasons or not set(reasons) <= set(ReturnReason.values):
        problems["reasons"] = _("Choose at least one reason.")
    if not sentence.strip():
        problems["sentence"] = _("Say in a sentence what is missing.")
    if problems:
        raise ValidationError(problems)
    return _decide(review, by, ReviewState.RETURNED, reasons, sentence, language)


def _decide(
    review: Review, by: User, state: str, reasons: Collection[str] = (), sentence: str = "", language: str = "en"
) -> Review:
    if reason := why_not(review, by):
        raise ValidationError(reason)
    with transaction.atomic():
        # Compare and set: of two coordinators at once, one decides. The state is asked of the row itself, not of a
        # join: whoever waited for the lock asks again of the row alone.
        corrected = StatusUpdate.objects.filter(corrects=OuterRef("update"))
        changed = Review.objects.filter(~Exists(corrected), pk=review.pk, state=ReviewState.SUBMITTED).update(
            state=state, sentence=sentence, language=language, decided_at=timezone.now(), decided_by=by
        )
        current = Review.objects.select_related("update__author", "update__activity", "decided_by").get(pk=review.pk)
        if not changed:
            raise AlreadyDecided(current)
        ReviewReason.objects.bulk_create([ReviewReason(review=current, code=code) for code in dict.fromkeys(reasons)])
        _tell_author(current, by)
    return current


def _tell_author(review: Review, by: User) -> None:
    update = review.update
    kind = NotificationKind.ACCEPTED if review.state == ReviewState.ACCEPTED else NotificationKind.RETURNED
    book = AddressBook([update.organization_id] if update.organization_id else [])
    rows = {"update": update, "activity": update.activity, "organization_id": update.organization_id}
    write(
        [
            Telling(kind=kind, recipient=recipient, key=str(update.pk), rows=rows)
            for recipient in book.for_author(update.author, update.organization_id)
        ],
        by=by,
    )
