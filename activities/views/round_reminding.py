"""Reminding organizations that have not answered: first what each would get, then the reminder itself."""

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from organizations.models import Organization, User

from ..forms.rounds import ReminderForm
from ..models import Notification, ReportingRound, UpdateRequest
from ..notifications import Recipient, Telling, Words, words_of
from ..workflow import remind
from ..workflow.nudging import Reminder, plan_reminder
from .person import person
from .rounds import find_round


@require_POST
def round_remind(request: HttpRequest, number: int) -> HttpResponse:
    """`step=send` sends; anything else shows the reminder as each organization would get it."""
    if not request.user.has_perm("activities.keep_register"):
        raise PermissionDenied(_("Reminders are sent by coordinators."))
    made = find_round(number)
    if not made.is_open:
        messages.warning(request, _("This round is closed. Nobody is asked any more."))
        return redirect(made)
    asked = UpdateRequest.objects.filter(round=made).standing().values_list("organization", flat=True)
    form = ReminderForm(request.POST, asked=asked)
    if not form.is_valid():
        return render(request, "activities/round/remind.html", {"form": form, "round": made}, status=422)
    chosen = list(form.cleaned_data["org"])
    words = {name: form.cleaned_data[name] for name in ("sentence", "language")}
    organization_ids = {organization.pk for organization in chosen}
    if request.POST.get("step") != "send":
        plan = plan_reminder(made=made, organization_ids=organization_ids, by=person(request), **words)
        return _preview(request, made, form, plan, chosen)
    try:
        done = remind(made=made, organization_ids=organization_ids, by=person(request), **words)
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
        return redirect(made)
    _tell(request, done)
    return redirect(made)


class Letter(NamedTuple):
    """What one organization gets, in one language, and who gets it."""

    words: Words
    language: str
    recipients: list[Recipient]


def _preview(
    request: HttpRequest, made: ReportingRound, form: ReminderForm, plan: Reminder, chosen: list[Organization]
) -> HttpResponse:
    tellings: dict[int, list[Telling]] = {}
    for telling in plan.tellings:
        tellings.setdefault(telling.rows["organization_id"], []).append(telling)
    context = {
        "round": made,
        "form": form,
        "letters": [(row, _letters(row, tellings[row.pk], person(request))) for row in chosen if row.pk in plan.due],
        "spared": [row for row in chosen if row.pk in plan.spared],
        "answered": [row for row in chosen if row.pk in plan.answered],
        "unreached": [row for row in chosen if row.pk in plan.unreached],
    }
    return render(request, "activities/round/remind.html", context)


def _letters(organization: Organization, tellings: list[Telling], by: User) -> list[Letter]:
    """The words as they will be made for each recipient, from rows that are never saved."""
    letters: dict[Words, Letter] = {}
    for telling in tellings:
        to = telling.recipient
        unsaved = Notification(
            user=to.user,
            address="" if to.user else to.address,
            kind=telling.kind,
            language=to.language,
            organization=organization,
            round=telling.rows["round"],
            by=by,
            facts={**telling.facts, **to.reason},
        )
        with translation.override(to.language):
            words = words_of(unsaved)
        letters.setdefault(words, Letter(words, to.language, [])).recipients.append(to)
    return list(letters.values())


def _tell(request: HttpRequest, done: Reminder) -> None:
    number, left = len(done.due), len(done.spared) + len(done.answered) + len(done.unreached)
    if number:
        said = ngettext(
            "A reminder goes to %(number)d organization.", "A reminder goes to %(number)d organizations.", number
        )
        messages.success(request, said % {"number": number})
    if left:
        said = ngettext(
            "%(number)d organization was left alone: it has answered, was reminded lately, or has nobody to write to.",
            "%(number)d organizations were left alone: they have answered, were reminded lately, or have nobody to "
            "write to.",
            left,
        )
        messages.info(request, said % {"number": left})
