"""What every page of the administration does alike: rights, reasons, languages, search, history. Knows no model."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from tracker.toolkit.history import changes_by_record
from tracker.toolkit.search import normalise, terms
from tracker.toolkit.texts import direction

REASON = "change_reason"
HISTORY_PER_PAGE = 50


class Refused(Exception):
    """The workflow refused a write while the page was being saved: all of it is undone and the form shown again."""

    def __init__(self, form: forms.BaseForm, error: ValidationError) -> None:
        super().__init__(str(error))
        self.prefix, self.error = form.prefix or "", error


class KeeperForm(forms.ModelForm):
    """A form that can say why the workflow refused what it asked for."""

    refusals: dict[str, ValidationError] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if refusal := self.refusals.get(self.prefix or ""):
            by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {None: refusal.messages}
            for name, messages in by_field.items():
                for message in messages:
                    self.add_error(name if name in self.fields else None, message)
        return cleaned


class ReasonForm(KeeperForm):
    """Asks why, for the history."""

    change_reason = forms.CharField(
        label=_("Reason for the change"),
        required=False,
        max_length=100,
        help_text=_("Shown in the history beside what was changed."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class Keepers:
    """Rights of a page or an inline: asked of the person, not of Django's table of permissions."""

    def may_keep(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Hook: whether this person may see and edit rows here (`obj` is None for the list)."""
        return getattr(request.user, "is_coordinator", False)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_keep(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_keep(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_keep(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_keep(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_keep(request, obj)


# Long texts get a few lines; the box grows under the hand that types.
FIELDS = {models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"})}}


class KeptInline(Keepers, admin.TabularInline):
    extra = 0
    formfield_overrides = FIELDS


class KeptAdmin(Keepers, admin.ModelAdmin):
    """A page whose saves name their columns and whose refusals keep what was typed."""

    list_per_page = 50
    show_full_result_count = False
    save_on_top = True
    form = KeeperForm
    formfield_overrides = FIELDS

    def get_form(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, **kwargs)
        form.refusals = getattr(request, "refusals", {})
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            # The transaction was rolled back. The same forms are now checked again, knowing what will be refused.
            request.refusals = {refused.prefix: refused.error}
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        obj._change_reason = form.cleaned_data.get(REASON) or None
        if not change:
            obj.save()
        elif columns := changed_columns(form):
            obj.save(update_fields=columns)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """Rows in which every term occurs, whatever case, accents or script; made for tables of some thousand rows.

        A model with a `search_text` column is asked there; of any other the columns of `search_fields` are read.
        """
        wanted = terms(search_term)
        if "search_text" in self.search_fields:
            for term in wanted:
                queryset = queryset.filter(search_text__contains=term)
        elif wanted:
            found: dict[Any, list[str]] = {}
            for key, *texts in queryset.order_by().values_list("pk", *self.get_search_fields(request)):
                found.setdefault(key, []).extend(filter(None, texts))
            texts_by_key = {key: " | ".join(map(normalise, texts)) for key, texts in found.items()}
            queryset = queryset.filter(
                pk__in=[key for key, text in texts_by_key.items() if all(term in text for term in wanted)]
            )
        return queryset, False


def changed_columns(form: forms.ModelForm) -> list[str]:
    """The names of the model's own columns that were edited, for `save(update_fields=…)`."""
    names = []
    for name in form.changed_data:
        try:
            field = form._meta.model._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if field.concrete and not field.many_to_many:
            names.append(name)
    return names


class HistoryAdmin(KeptAdmin):
    """Shows what was changed, when, by whom and why. There is no way back but a new change with its own reason."""

    form = ReasonForm
    object_history_template = "admin/history.html"

    def related_histories(self, obj: Any) -> Iterable[QuerySet]:
        """Hook: histories of rows that belong to this one, each as a QuerySet of historical records."""
        return ()

    def acts(self, obj: Any) -> dict[tuple[str, int], tuple[str, str]]:
        """Hook: by model and number of a record of history, the act on several rows it was part of."""
        return {}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = list(super().get_fieldsets(request, obj))
        named = {name for _title, options in fieldsets for name in flat(options["fields"])}
        if obj is not None and REASON not in named and issubclass(self.form, ReasonForm):
            fieldsets.append((_("History"), {"fields": [REASON]}))
        return fieldsets

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        own = type(obj).history.filter(**{self.opts.pk.attname: obj.pk})
        entries = [entry for records in (own, *self.related_histories(obj)) for entry in told(records)]
        entries.sort(key=lambda entry: (entry["record"].history_date, entry["record"].history_id), reverse=True)
        page = Paginator(entries, HISTORY_PER_PAGE).get_page(request.GET.get("p"))
        acts = self.acts(obj)
        for entry in page:
            record = entry["record"]
            entry["act"] = acts.get((record.instance_type._meta.model_name, record.history_id))
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("History: %s") % obj,
            "subtitle": None,
            "page": page,
            "module_name": capfirst(str(self.opts.verbose_name_plural)),
            "object": obj,
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)


def told(records: QuerySet) -> list[dict[str, Any]]:
    """Entries for the history page from records of one model, each compared with the one before it of the same row."""
    key = records.model.instance_type._meta.pk.attname
    by_row: dict[Any, list[Any]] = {}
    for record in records.select_related("history_user").order_by("-history_date", "-history_id"):
        by_row.setdefault(getattr(record, key), []).append(record)
    what = capfirst(str(records.model.instance_type._meta.verbose_name))
    return [
        {"record": record, "what": what, "name": name, "changes": changes}
        for rows in by_row.values()
        for name in [str(rows[0].history_object)]
        for record, changes in changes_by_record(rows)
        # A save that changed nothing worth telling is left out.
        if changes or record.history_type != "~" or record.history_change_reason
    ]


class SixLanguagesAdmin(TranslationAdmin):
    """Lays out every translated text once per language; `general` names the other fields."""

    general: Sequence[str] = ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": list(self.general)}), *language_fieldsets(self.trans_opts.fields)]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> Any:
        return name_language(db_field, super().formfield_for_dbfield(db_field, request, **kwargs))


def name_language(db_field: models.Field, field: Any) -> Any:
    """Say the language of a translated column in words and to the browser."""
    if field is not None and (language := getattr(db_field, "language", "")) and hasattr(db_field, "translated_field"):
        field.label = gettext("%(field)s (%(language)s)") % {
            "field": capfirst(str(db_field.translated_field.verbose_name)),
            "language": gettext(str(dict(settings.LANGUAGES)[language])),
        }
        field.widget.attrs.update(lang=language, dir=direction(language))
        if language != settings.MODELTRANSLATION_DEFAULT_LANGUAGE:
            field.help_text = ""  # said once is enough
    return field


def language_fieldsets(names: Sequence[str]) -> list[tuple[Any, dict[str, Any]]]:
    """One fieldset for each language with all translated texts; a single text needs no more than one fieldset."""
    languages = settings.MODELTRANSLATION_LANGUAGES
    columns = {language: [f"{name}_{language.replace('-', '_')}" for name in names] for language in languages}
    if len(names) == 1:
        return [(_("In six languages"), {"fields": [column for one in columns.values() for column in one]})]
    titles = dict(settings.LANGUAGES)
    return [(titles[language], {"fields": fields}) for language, fields in columns.items()]


def flat(fields: Iterable[Any]) -> list[str]:
    """The names in a fieldset's fields, which may be grouped in tuples."""
    return [name for entry in fields for name in ([entry] if isinstance(entry, str) else entry)]
