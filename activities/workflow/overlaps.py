"""Answering a hint that two undertakings look alike."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.models import User

from ..choices import OverlapKind
from ..models import Activity, OverlapAnswer
from .errors import StaleEdit


def answer_overlap(
    *, one: Activity, other: Activity, answer: str, by: User, sentence: str = "", seen: int = 0
) -> OverlapAnswer:
    """Answer the hint on these two undertakings, in whichever order; an earlier answer stays in the history.

    `seen` is the version of the answer that the person saw, 0 for none. The same answer sent twice is one. Raises
    StaleEdit with the present answer where another was given meanwhile, or ValidationError by field.
    """
    first, second = sorted((one, other), key=lambda activity: activity.pk)
    if first == second or first.agreed or second.agreed:
        raise ValidationError(_("A hint speaks of two undertakings."))
    if answer == OverlapKind.MERGE and not sentence.strip():
        raise ValidationError({"sentence": _("Say which of the two should remain, and why.")})
    with transaction.atomic():
        present = OverlapAnswer.objects.select_for_update().filter(first=first, second=second).first()
        if present and (present.answer, present.sentence, present.by_id) == (answer, sentence, by.pk):
            return present
        if seen != (present.version if present else 0):
            raise StaleEdit(present)
        row = present or OverlapAnswer(first=first, second=second, version=0)
        row.answer, row.sentence, row.by, row.at = answer, sentence, by, timezone.now()
        row.version += 1
        row._history_user = by
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            # Two first answers at once: the database keeps one of them.
            raise StaleEdit(OverlapAnswer.objects.get(first=first, second=second)) from error
    return row
