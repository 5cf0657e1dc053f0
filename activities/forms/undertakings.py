"""The form of an undertaking: its text in one language, and the facts about it."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization, User
from tracker.toolkit.dates import PartialDate

from ..choices import Visibility
from ..models import Activity, Framework
from .oddities import OddityForm
from .words import LineField, NameField, SeveralField, WordsField, as_typed

TEXTS = ("title", "description")
WORDS = ("aim", "closing_condition", "legal_basis")
SETS = ("also_serves", "functional_fields", "themes", "principles")
COLUMNS = (
    *WORDS,
    "national_counterpart",
    "counterpart_stance",
    "level",
    "countries",
    "place",
    "planned_start_on",
    "planned_end_on",
    "actual_start_on",
    "actual_end_on",
    "review_on",
    "update_interval_days",
    "visibility",
    *SETS,
)
FACTS = (*TEXTS, *COLUMNS, "follows")
TEN_YEARS = datetime.timedelta(days=3653)


def column_of(name: str, language: str) -> str:
    """The column that holds a fact: the texts have one for each language."""
    return f"{name}_{language.replace('-', '_')}" if name in TEXTS else name


def facts_of(record: Any, language: str) -> dict[str, list[str]]:
    """The facts of an activity, or of one of its earlier versions in the history, as a form would send them."""
    facts = {}
    for name in FACTS:
        if name == "follows":
            earlier = Activity.objects.filter(pk=record.follows_id).values_list("code", flat=True)
            facts[name] = list(earlier)
        elif name in SETS and not isinstance(record, Activity):
            target = f"{Activity._meta.get_field(name).m2m_reverse_field_name()}_id"
            facts[name] = sorted(str(getattr(row, target)) for row in getattr(record, name).all())
        elif name in SETS:
            facts[name] = as_typed(getattr(record, name).all())
        else:
            facts[name] = as_typed(getattr(record, column_of(name, language)))
    return facts


class UndertakingForm(OddityForm):
    """Facts of an undertaking of `framework`; `was` holds those it had when the form was opened (none for a new one).

    `language` is the one of title and description. With `only_text` it edits a translation and nothing else.
    """

    title = NameField(label=_("Title"), max_length=300)
    description = WordsField(label=_("Description"), rows=6)
    follows = forms.CharField(
        label=_("Follows"),
        help_text=_("The reference of the earlier activity that this one continues, like A.5.1."),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"class": "date", "dir": "ltr"}),
    )
    reason = LineField(label=_("Why this change?"), help_text=_("Kept in the history."), required=False, max_length=100)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1, required=False)

    field_order = FACTS

    def __init__(
        self,
        *args: Any,
        user: User,
        framework: Framework,
        language: str,
        was: dict[str, list[str]] | None = None,
        activity: Activity | None = None,
        only_text: bool = False,
        **kwargs: Any,
    ) -> None:
        self.user, self.framework, self.language, self.activity = user, framework, language, activity
        self.was = was or {}
        initial = {
            name: values if name in (*SETS, "countries") else (values or [""])[0] for name, values in self.was.items()
        }
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        if only_text:
            del self.fields["follows"]
            self.fields["title"].required = False
        else:
            self._add_columns()
        for name in TEXTS:
            self.fields[name].widget.attrs["lang"] = language
        self.order_fields(FACTS)

    def _add_columns(self) -> None:
        widgets: dict[str, type[forms.Widget] | forms.Widget] = {
            **dict.fromkeys(SETS, forms.CheckboxSelectMultiple),
            "level": forms.RadioSelect,
            "visibility": forms.RadioSelect,
            "review_on": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "date"}),
            "update_interval_days": forms.TextInput(attrs={"inputmode": "numeric", "class": "y"}),
        }
        made = fields_for_model(
            Activity,
            fields=COLUMNS,
            widgets=widgets,
            field_classes={**dict.fromkeys(WORDS, WordsField), **dict.fromkeys(SETS, SeveralField)},
        )
        self.fields |= made
        for name in COLUMNS:
            if name.endswith(("start_on", "end_on")):
                self.fields[name].widget.attrs["class"] = "date"
                self.fields[name].help_text = gettext("Year-month-day, or only year-month or year, like 2027-03.")
        self.fields["level"].choices = [choice for choice in self.fields["level"].choices if choice[0]]
        stance = self.fields["counterpart_stance"]
        stance.choices = [("", gettext("Not stated")), *(choice for choice in stance.choices if choice[0])]
        self.fields["countries"].help_text = gettext("Choose several by holding Ctrl, or Command on a Mac.")
        self.fields["visibility"].initial = Visibility.PUBLIC
        items = Activity.objects.agreed_items().filter(framework=self.framework)
        if self.activity:
            items = items.exclude(pk=self.activity.parent_id)
        self.fields["also_serves"].queryset = items
        self.fields["principles"].queryset = self.fields["principles"].queryset.filter(framework=self.framework)

    def clean_update_interval_days(self) -> int:
        days: int = self.cleaned_data["update_interval_days"]
        if not 1 <= days <= 3650:
            raise ValidationError(gettext("Enter a number of days from 1 to 3650, like 90."))
        return days

    def clean_follows(self) -> Activity | None:
        code = self.cleaned_data["follows"]
        if not code:
            return None
        found = Activity.objects.visible_to(self.user).filter(framework=self.framework, code=code).first()
        if found is None or found == self.activity:
            raise ValidationError(gettext("There is no other activity with the reference “%(code)s”.") % {"code": code})
        return found

    def clean(self) -> dict[str, Any]:
        for kind in ("planned", "actual"):
            start, end = self._dates(kind)
            if start and end and end.last_day < start.first_day:
                self.add_error(
                    f"{kind}_end_on",
                    gettext("The end must not be before the start, %(day)s.") % {"day": start.localized()},
                )
        for name in ("actual_start_on", "actual_end_on"):
            day = self.cleaned_data.get(name)
            if day and PartialDate(day).first_day > timezone.localdate():
                self.add_error(name, gettext("This day lies in the future. Enter it once it has come."))
        return super().clean()

    def _dates(self, kind: str) -> tuple[PartialDate | None, PartialDate | None]:
        start, end = (self.cleaned_data.get(f"{kind}_{which}_on") for which in ("start", "end"))
        return (PartialDate(start) if start else None, PartialDate(end) if end else None)

    def oddities(self) -> Iterator[tuple[str, str, str]]:
        today = timezone.localdate()
        start, end = self._dates("planned")
        if start and end and end.first_day - start.last_day > TEN_YEARS:
            yield "long", "planned_end_on", gettext("It would take more than ten years. Check the years.")
        elif end and end.first_day - today > TEN_YEARS:
            yield "far", "planned_end_on", gettext("The planned end is more than ten years away. Check the year.")
        if end and not self.activity and end.last_day < today:
            yield "past", "planned_end_on", gettext("The planned end is already past.")

    def values(self) -> dict[str, list[str]]:
        """The cleaned facts, comparable with `was`."""
        return {
            name: as_typed(
                self.cleaned_data[name].code
                if name == "follows" and self.cleaned_data[name]
                else self.cleaned_data[name]
            )
            for name in FACTS
            if name in self.fields
        }

    def changes(self, leave: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Columns and sets that differ from what they were, but for those to leave as they are."""
        return {
            column_of(name, self.language): self.cleaned_data[name]
            for name, values in self.values().items()
            if name not in leave and values != self.was.get(name, [])
        }

    def everything(self) -> dict[str, Any]:
        """Columns and sets of a new undertaking."""
        return {column_of(name, self.language): self.cleaned_data[name] for name in FACTS}


class NewUndertakingForm(UndertakingForm):
    """An undertaking that does not exist yet: under which item, led by whom, in which language."""

    parent = forms.ModelChoiceField(Activity.objects.none(), label=_("Agreed item it carries out"))
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Lead"), empty_label=_("No lead yet"), required=False
    )
    text_language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, user: User, framework: Framework, **kwargs: Any) -> None:
        language = get_language() or settings.LANGUAGE_CODE
        data = args[0] if args else None
        if data and data.get("text_language") in dict(settings.LANGUAGES):
            language = data["text_language"]
        kwargs["initial"] = {"text_language": language, "update_interval_days": 90, **kwargs.get("initial", {})}
        super().__init__(*args, user=user, framework=framework, language=language, **kwargs)
        del self.fields["version"]
        del self.fields["reason"]
        self.fields["parent"].queryset = Activity.objects.agreed_items().filter(framework=framework)
        organizations = Organization.objects.by_acronym()
        if not user.is_coordinator:
            organizations = organizations.filter(pk__in=user.focal_organization_ids)
            self.fields["organization"].required = True
            self.fields["organization"].empty_label = None
        self.fields["organization"].queryset = organizations
