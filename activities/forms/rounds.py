"""Forms of reporting rounds: opening one, changing what may still change, reminding, opening again."""

import datetime
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

from ..models import Framework, ReportingRound
from ..workflow.scope import Scope, round_scope
from .participants import version_field
from .words import LineField, NameField, WordsField, as_typed

PERIOD_DAYS = 90
ANSWER_DAYS = 30
# Parameters of the list that do not say which activities: how they are shown.
OF_THE_PAGE = ("sort", "page", "format")
# What may still be changed of an open round, in the order of the form.
FACTS = ("title", "period_start", "period_end", "due_on", "asked", "language", "call_languages")


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Enter a day as year-month-day, like 2026-11-23.")},
    )


def facts_of(record: Any) -> dict[str, list[str]]:
    """The facts of a round, or of one of its earlier versions in the history, as a form would send them."""
    return {name: as_typed(getattr(record, name)) for name in FACTS}


class RoundFactsForm(forms.Form):
    """What a round is called, which period it covers, what it asks until when and in which languages."""

    title = NameField(label=_("Title"), max_length=200)
    period_start = day_field(_("First day of the period"))
    period_end = day_field(_("Last day of the period"))
    due_on = day_field(_("Answers due on"))
    asked = WordsField(
        label=_("What is asked"),
        help_text=_("In your own words, above what every call says. It is not translated."),
        rows=4,
    )
    language = forms.ChoiceField(label=_("Language of these words"), choices=settings.LANGUAGES)
    call_languages = forms.MultipleChoiceField(
        label=_("Languages of the call"),
        help_text=_("Everybody is written to in their own language where it is one of these, else in the first."),
        choices=settings.LANGUAGES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one language.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.data.get("language") or self.initial.get("language") or ""
        if language in dict(settings.LANGUAGES):
            self.fields["asked"].widget.attrs |= {"lang": language, "dir": "auto"}

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        start, end, due = (cleaned.get(name) for name in ("period_start", "period_end", "due_on"))
        if start and end and end < start:
            self.add_error("period_end", gettext("The period must end after it begins."))
        if start and due and due < start:
            self.add_error("due_on", gettext("Answers cannot be due before the period begins."))
        return cleaned


class NewRoundForm(RoundFactsForm):
    """A round that is not open yet. `filters` is a query string of the list of activities, or such an address."""

    framework = forms.ModelChoiceField(
        Framework.objects.order_by("position", "pk"), label=_("Framework"), empty_label=None
    )
    filters = forms.CharField(
        label=_("Which activities"),
        help_text=_(
            "The address of the list of activities with the filters you want, or what stands in it after the question "
            "mark. Leave it empty for all activities."
        ),
        required=False,
        max_length=4000,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )

    field_order = ("framework", "title", "period_start", "period_end", "due_on", "filters")

    def __init__(self, *args: Any, filters: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {**suggested(), "filters": filters, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def clean_filters(self) -> str:
        return tidy_filters(self.cleaned_data["filters"])

    def clean_due_on(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["due_on"]
        if day < timezone.localdate():
            raise ValidationError(gettext("This day is past. Enter today or a later day."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.scope: Scope | None = None
        if "framework" in cleaned and "filters" in cleaned:
            try:
                self.scope = round_scope(cleaned["framework"], cleaned["filters"])
            except ValidationError as refused:
                self.add_error("filters", refused.error_dict["filters"])
            else:
                if not self.scope.requests:
                    self.add_error(
                        "filters", gettext("Nobody takes part in these activities, so nobody would be asked.")
                    )
        return cleaned


def tidy_filters(text: str) -> str:
    """The query string in what somebody gave: an address, a query string with or without its question mark."""
    query = text.strip().partition("#")[0]
    if "?" in query or "://" in query or query.startswith("/"):
        query = query.partition("?")[2]
    pairs = parse_qsl(query, keep_blank_values=True)
    # Words without a value would be left out as if nothing had been asked for.
    if any("=" not in part for part in query.split("&") if part):
        raise ValidationError(gettext("This is no filter of the list of activities."))
    return urlencode([(name, value) for name, value in pairs if value and name not in OF_THE_PAGE])


def suggested() -> dict[str, Any]:
    """What a new round would usually say: the next number, the time since the last period, a month to answer."""
    newest = ReportingRound.objects.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    today = timezone.localdate()
    start = today - datetime.timedelta(days=PERIOD_DAYS)
    if newest and newest.period_end < today:
        start = newest.period_end + datetime.timedelta(days=1)
    return {
        "framework": Framework.objects.order_by("position", "pk").first(),
        "title": gettext("Round %(number)d") % {"number": number},
        "period_start": start,
        "period_end": today,
        "due_on": today + datetime.timedelta(days=ANSWER_DAYS),
        "language": get_language() or settings.LANGUAGE_CODE,
        "call_languages": [code for code, _name in settings.LANGUAGES],
    }


class EditRoundForm(RoundFactsForm):
    """What may still change of an open round; `was` holds its facts when the form was opened."""

    reason = LineField(label=_("Why this change?"), help_text=_("Kept in the history."), required=False, max_length=100)
    version = version_field()

    def __init__(self, *args: Any, was: dict[str, list[str]], **kwargs: Any) -> None:
        self.was = was
        initial: dict[str, Any] = {name: (values or [""])[0] for name, values in was.items()}
        initial["call_languages"] = was["call_languages"]
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, list[str]]:
        """The cleaned facts, comparable with `was`."""
        return {name: as_typed(self.cleaned_data[name]) for name in FACTS}

    def changes(self, leave: Collection[str] = ()) -> dict[str, Any]:
        """Columns that differ from what they were, but for those to leave as they are."""
        return {
            name: self.cleaned_data[name]
            for name, values in self.values().items()
            if name not in leave and values != self.was[name]
        }


class ReminderForm(forms.Form):
    """A sentence to organizations that were asked in a round; `asked` are those one can tick."""

    org = forms.ModelMultipleChoiceField(
        Organization.objects.none(),
        label=_("Organizations"),
        to_field_name="slug",
        error_messages={
            "required": _("Tick at least one organization."),
            "invalid_choice": _("“%(value)s” is not asked in this round."),
        },
    )
    sentence = WordsField(
        label=_("Your own sentence"),
        help_text=_("Stands in the reminder as you write it; it is not translated."),
        max_length=1000,
    )
    language = forms.ChoiceField(label=_("Language of the sentence"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, asked: Iterable[int], **kwargs: Any) -> None:
        kwargs["initial"] = {"language": get_language() or settings.LANGUAGE_CODE, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["org"].queryset = Organization.objects.filter(pk__in=asked).by_acronym()
        self.fields["language"].required = False

    def clean_language(self) -> str:
        return self.cleaned_data["language"] or get_language() or settings.LANGUAGE_CODE


class ReopenForm(forms.Form):
    """Why a closed round is opened again."""

    reason = LineField(
        label=_("Why is the round opened again?"),
        help_text=_("Kept in the history of the round, for everybody who reads it."),
        max_length=1000,
        error_messages={"required": _("Say why the round is opened again.")},
    )
