"""The form that logs an update: only what changed is asked."""

import datetime
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate, PartialDateFormField

from ..choices import TRANSITIONS, Closing, Status, UpdateKind, needs_reason
from ..models import Activity, ObstacleKind, StatusUpdate
from ..permissions import may_set_status_for
from ..workflow import post_update
from ..workflow.chain import State, before_correction
from .files import EvidenceFilesField, EvidenceLinksField
from .oddities import OddityForm
from .statuses import StatusOption, options
from .words import BIGGEST_ID, SeveralField, WordsField

MAX_TEXT = 10_000
A_YEAR = datetime.timedelta(days=366)

STATE_FIELDS = ("status", "progress", "reason", "closing")
SEVERAL = {"obstacle_kinds"}


class ProgressField(forms.IntegerField):
    """A number from 0 to 100, with or without its per cent sign."""

    default_error_messages = {
        name: _("Progress must be a number from 0 to 100, like 60.") for name in ("invalid", "min_value", "max_value")
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "y", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=100, widget=widget, **kwargs)

    def to_python(self, value: Any) -> int | None:
        return super().to_python(value.strip().rstrip("%٪").strip() if isinstance(value, str) else value)


def _text(label: Any, help_text: Any = "", *, short: bool = True) -> forms.CharField:
    return WordsField(label=label, help_text=help_text, max_length=MAX_TEXT, rows=3 if short else 5)


class UpdateForm(OddityForm):
    """One entry of the log, for one of `organizations`; `corrects` makes it the correction of an earlier one.

    The state fields exist only for those who may set the status, for at least one of the organizations.
    """

    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("You are reporting for"))
    status = forms.ChoiceField(
        label=_("Where does the activity stand?"),
        choices=[("", ""), *Status.choices],
        required=False,
        widget=forms.RadioSelect,
    )
    reason = _text(_("Why does the status change?"), _("Needed to stall, discontinue or reopen the activity."))
    closing = forms.ChoiceField(
        label=_("How did it end?"),
        help_text=_("Needed when the activity is completed."),
        choices=Closing.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    progress = ProgressField(label=_("How far along is it?"), required=False)
    done = _text(
        _("What was done?"), _("Two or three sentences a minister could read. This appears in reports."), short=False
    )
    obstacle_kinds = SeveralField(
        ObstacleKind.objects.all(),
        label=_("What stands in the way?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    obstacles = _text(_("Explain in a sentence"))
    next_steps = _text(_("What happens next, and by whom?"))
    next_steps_due_on = PartialDateFormField(
        label=_("By when?"),
        help_text=_("Year-month-day, or only year-month or year, like 2027-03-31, 2027-03 or 2027."),
        required=False,
        widget=forms.TextInput(attrs={"class": "date"}),
    )
    links = EvidenceLinksField(
        label=_("Evidence: links"), help_text=_("Addresses of documents or pages, one on each line."), required=False
    )
    files = EvidenceFilesField(
        label=_("Evidence: files"),
        help_text=_(
            "Up to 3 files: PDF, image, Word, Excel, PowerPoint, OpenDocument or plain text. "
            "On a slow line, save without them and add them later."
        ),
        required=False,
    )
    as_of = forms.DateField(
        label=_("True as of"),
        help_text=_("The day for which this update is true."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a day as year-month-day, like 2026-11-23.")},
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=BIGGEST_ID)

    def __init__(
        self,
        *args: Any,
        user: User,
        activity: Activity,
        organizations: list[Organization],
        corrects: StatusUpdate | None = None,
        **kwargs: Any,
    ) -> None:
        self.user, self.activity, self.organizations, self.corrects = user, activity, organizations, corrects
        newest = None
        if not args and "data" not in kwargs:  # what was sent says itself what its author had seen
            newest = StatusUpdate.objects.filter(activity=activity).order_by("-pk").values_list("pk", flat=True).first()
        kwargs["initial"] = {
            "as_of": timezone.localdate(),
            "language": get_language() or settings.LANGUAGE_CODE,
            "seen": newest or 0,
            **kwargs.get("initial", {}),
            "token": uuid4(),
        }
        super().__init__(*args, **kwargs)
        today = timezone.localdate().isoformat()
        self.fields["as_of"].widget.attrs["max"] = today
        self.fields["done"].mark_optional = False
        for name in STATE_FIELDS:  # their hints say when they are needed
            self.fields[name].mark_optional = False
        if len(organizations) == 1:
            del self.fields["organization"]
        else:
            choice = self.fields["organization"]
            choice.queryset = Organization.objects.by_acronym().filter(pk__in=[o.pk for o in organizations])
        if not self.sets_status:
            for name in STATE_FIELDS:
                del self.fields[name]
        elif self.before.progress is None:
            self.fields["progress"].help_text = gettext("Your best estimate, 0 to 100.")
        else:
            self.fields["progress"].help_text = gettext("Your best estimate, 0 to 100. It says %(progress)d now.") % {
                "progress": self.before.progress
            }

    @cached_property
    def sets_status(self) -> bool:
        """Whether this person may set the status for one of the organizations at least."""
        return any(may_set_status_for(self.user, self.activity, each) for each in self.organizations)

    @cached_property
    def before(self) -> State:
        """Where the activity stands before this entry."""
        if self.corrects:
            return before_correction(self.activity, self.corrects)
        return State(self.activity.status, self.activity.status_as_of, self.activity.progress)

    @property
    def next_statuses(self) -> list[Status]:
        """The statuses that may follow."""
        return [Status(code) for code in TRANSITIONS[self.before.status]]

    @property
    def status_options(self) -> list[StatusOption]:
        return options(self.before.status, self.next_statuses)

    @property
    def before_label(self) -> str:
        return str(Status(self.before.status).label)

    @property
    def may_need_reason(self) -> bool:
        return any(needs_reason(self.before.status, status) for status in self.next_statuses)

    @property
    def may_close(self) -> bool:
        return Status.COMPLETED in self.next_statuses

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if self.corrects:
            cleaned["organization"] = self.corrects.organization
        elif "organization" not in self.fields:
            cleaned["organization"] = self.organizations[0]
        self._refuse_state_of_others(cleaned.get("organization"))
        self._refuse_nothing()
        return super().clean()

    def _refuse_state_of_others(self, organization: Organization | None) -> None:
        """Somebody may speak for a leader and for a partner, or may have lost the lead since the form was opened."""
        if organization is None or may_set_status_for(self.user, self.activity, organization):
            return
        sent = [name for name in ("status", "progress") if str(self.data.get(name) or "").strip()]
        for name in sent:
            self.add_error(
                name if name in self.fields else None,
                gettext("Status and progress are set by the lead, a co-lead or a coordinator. Leave them as they are."),
            )

    def _refuse_nothing(self) -> None:
        said = [self.cleaned_data.get(name) for name in ("done", "obstacles", "next_steps", "status")]
        told = self.cleaned_data.get("progress") is not None or self.cleaned_data.get("obstacle_kinds")
        wrong = {"done", "obstacles", "next_steps", "progress"} & set(self.errors)
        if not any(said) and not told and not wrong:
            self.add_error("done", gettext("Enter what was done, or choose “No change to report”."))

    def oddities(self) -> Iterator[tuple[str, str, str]]:
        cleaned, today = self.cleaned_data, timezone.localdate()
        if cleaned["as_of"] < today - A_YEAR:
            yield "old", "as_of", gettext("The day is more than a year ago. Check the year.")
        due = cleaned.get("next_steps_due_on")
        if due and PartialDate(due).last_day < cleaned["as_of"]:
            yield "due_past", "next_steps_due_on", gettext("The next steps are due before the day of this update.")
        if not self.sets_status:
            return
        before, progress = self.before.progress, cleaned.get("progress")
        if progress is not None and before is not None and progress < before:
            yield (
                "lower",
                "progress",
                gettext("Progress was %(before)d%% and would fall to %(after)d%%.")
                % {"before": before, "after": progress},
            )
        reached = before if progress is None else progress
        if cleaned.get("status") == Status.COMPLETED and reached is not None and reached < 100:
            yield (
                "unfinished",
                "progress",
                gettext("The activity would be completed with progress of %(progress)d%%.") % {"progress": reached},
            )

    def save(self) -> StatusUpdate:
        """Log the entry. Raises what `post_update` raises."""
        cleaned = self.cleaned_data
        organization = cleaned["organization"]
        names = ("status", "progress", "reason", "closing", "done", "obstacles", "next_steps")
        said = {name: cleaned[name] for name in names if name in self.fields}
        return post_update(
            activity=self.activity,
            organization=organization,
            author=self.user,
            as_of=cleaned["as_of"],
            may_set_status=may_set_status_for(self.user, self.activity, organization),
            kind=UpdateKind.UPDATE,
            obstacle_kinds=cleaned["obstacle_kinds"],
            next_steps_due_on=cleaned["next_steps_due_on"],
            language=cleaned["language"],
            on_behalf=organization.pk not in self.user.reporting_organization_ids,
            corrects=self.corrects,
            evidence=[*cleaned["files"], *cleaned["links"]],
            token=cleaned["token"],
            seen=cleaned["seen"],
            **said,
        )


def values_of(entry: StatusUpdate) -> dict[str, Any]:
    """The initial values of a form that corrects this entry."""
    return {
        "status": entry.status,
        "progress": entry.progress,
        "reason": entry.reason,
        "closing": entry.closing,
        "done": entry.done,
        "obstacle_kinds": list(entry.obstacle_kinds.values_list("pk", flat=True)),
        "obstacles": entry.obstacles,
        "next_steps": entry.next_steps,
        "next_steps_due_on": entry.next_steps_due_on,
        "links": "\n".join(entry.evidence.exclude(url="").values_list("url", flat=True)),
        "as_of": PartialDate(entry.as_of).first_day,
        "language": entry.language,
    }
