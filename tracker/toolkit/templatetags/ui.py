"""Marks, fields and texts of the design as template tags; they take values and know no model."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField, Field
from django.forms.formsets import BaseFormSet
from django.template.defaulttags import CsrfTokenNode
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tracker.toolkit import days, texts
from tracker.toolkit.dates import PartialDate

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> str:
    """Django's own, and who fills in the form: should the session end meanwhile, only that person is given it back."""
    token = CsrfTokenNode().render(context)
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return token
    return token + format_html('<input type="hidden" name="writer" value="{}">', user.pk)


# Marks: status and signal are shape + word + colour. One string each, cached: a list draws a hundred of them.


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """The icon ``i-<name>`` of static/img/icons.svg, always to be followed by a word."""
    return _icon(name, css)


@register.simple_tag
def status(code: str, label: str) -> SafeString:
    """A declared status: ``{% status "under_way" label %}``."""
    return _mark("st", code, str(label))


@register.simple_tag
def signal(code: str, label: str) -> SafeString:
    """A computed signal: ``{% signal "overdue" _("Overdue 32 days") %}``; the words are the caller's."""
    return _mark("sig", code, str(label))


@register.simple_tag
def progress(percent: int | None) -> SafeString | str:
    """Progress in per cent with its bar; a dash when it was never given."""
    return _dash(_("not given")) if percent is None else _progress(int(percent))


@register.simple_tag
def ref(code: str) -> SafeString:
    """An activity's code, kept left to right in any language."""
    return format_html('<bdi class="ref">{}</bdi>', code)


@register.simple_tag
def dash(meaning: str = "") -> SafeString:
    """A dash for an empty cell, with the words a screen reader says instead ("none")."""
    return _dash(str(meaning) or _("none"))


@register.simple_tag
def bars(counts: Any, maximum: int) -> SafeString:
    """A stacked bar of [(status code, number), …] on a scale where ``maximum`` fills the width.

    Needs ``{% include "components/patterns.html" %}`` once on the page; the numbers themselves stand in the table.
    """
    rects, start = [], 0
    for code, number in counts:
        if number:
            rects.append((code, f"{100 * start / maximum:.2f}", f"{100 * number / maximum:.2f}"))
            start += number
    drawn = format_html_join("", '<rect class="f-{}" x="{}%" width="{}%" height="100%"/>', rects)
    return format_html('<svg class="bars mirror" aria-hidden="true">{}</svg>', drawn)


@cache
def _icon(name: str, css: str = "") -> SafeString:
    classes = f"i {css}".rstrip()
    href = f"{static('img/icons.svg')}#i-{name}"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', classes, href)


@cache
def _progress(percent: int) -> SafeString:
    bar = '<span class="prog"><b>{0}%</b><progress value="{0}" max="100" aria-hidden="true"></progress></span>'
    return format_html(bar, percent)


@lru_cache(maxsize=2048)
def _mark(kind: str, code: str, label: str) -> SafeString:
    return format_html('<span class="{0} {0}-{1}">{2}{3}</span>', kind, code, _icon(code), label)


def _dash(meaning: str) -> SafeString:
    return format_html('<span class="quiet" aria-hidden="true">–</span><span class="vh">{}</span>', meaning)


# Texts in several languages


@register.simple_tag
def translated(obj: Any, name: str) -> SafeString | str:
    """``{% translated activity "title" %}``: the reader's language, or a fallback marked with its own lang and dir."""
    found = texts.find_text(obj, name)
    if not found.value or found.language == texts.current_language():
        return conditional_escape(found.value)
    return format_html(
        '<span lang="{}" dir="{}">{}</span>', found.language, texts.direction(found.language), found.value
    )


@register.simple_tag
def spoken(text: texts.Text) -> SafeString | str:
    """A `Text`, marked with its own lang and dir where it is not in the reader's language."""
    if text.language in ("", texts.current_language()):
        return conditional_escape(text.value)
    return format_html('<span lang="{}" dir="{}">{}</span>', text.language, texts.direction(text.language), text.value)


@register.simple_tag
def translated_plain(obj: Any, name: str) -> str:
    """The same choice of language as text alone: for attributes, page titles and options."""
    return texts.find_text(obj, name).value


@register.simple_tag
def translated_beyond(obj: Any, name: str, shown: str) -> SafeString | str:
    """``{% translated_beyond organization "name" "acronym" %}``: nothing where it only repeats the one shown before."""
    found, before = texts.find_text(obj, name), texts.find_text(obj, shown)
    return "" if found.value == before.value else translated(obj, name)


@register.simple_tag
def translated_prose(obj: Any, name: str) -> SafeString | str:
    """The same in paragraphs, for long texts."""
    found = texts.find_text(obj, name)
    if not found.value:
        return ""
    body = mark_safe(linebreaks(found.value, autoescape=True))
    if found.language == texts.current_language():
        return format_html('<div class="prose">{}</div>', body)
    return format_html(
        '<div class="prose" lang="{}" dir="{}">{}</div>', found.language, texts.direction(found.language), body
    )


@register.simple_tag
def text_in(obj: Any, name: str, language: str) -> str:
    """The text in exactly this language, "" when there is none."""
    return texts.text_in(obj, name, language)


@register.filter
def text_direction(language: str) -> str:
    """“rtl” or “ltr” for a language code."""
    return texts.direction(language)


# Dates


@register.filter
def day(value: Any) -> str:
    """“1 November 2001” in the reader's language; a partial date as far as it is known; “” for nothing."""
    return _day(value, short=False)


@register.filter
def day_short(value: Any) -> str:
    """“1 Nov 2001”, for tables."""
    return _day(value, short=True)


@register.filter
def age(value: Any) -> str:
    """“Today”, “Yesterday”, “8 days ago” or “Never”."""
    if isinstance(value, PartialDate):
        value = value.first_day
    return days.age_words(_plain_day(value) or None)


def _day(value: Any, *, short: bool) -> str:
    return "" if value is None or value == "" else days.day_words(_plain_day(value), short=short)


def _plain_day(value: Any) -> Any:
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


# Forms


@register.simple_tag
def field(bound: BoundField, label: str | None = None, hint: str | None = None) -> SafeString:
    """A field as in the design; ``label`` and ``hint`` replace the form's own words."""
    if label is not None:
        bound.label = label
    if hint is not None:
        bound.help_text = hint
    return bound.as_field_group()


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """The input alone, with the design's class added to those the form asked for."""
    attrs = bound.field.widget.attrs
    kind = getattr(bound.field.widget, "input_type", "")
    css = "" if kind in ("checkbox", "radio") else "in"
    # The label says it: a placeholder vanishes when typing starts, and is too pale to read.
    return bound.as_widget(attrs={"class": f"{css} {attrs.get('class', '')}".strip() or False, "placeholder": False})


@register.filter
def shape(bound: BoundField) -> str:
    """Which part of field.html draws it: "choices" (radios, tick boxes), "check" (one tick box), "group" or "input"."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    if kind in ("radio", "checkbox") and hasattr(widget, "choices"):
        return "choices"
    if kind == "checkbox":
        return "check"
    return "group" if widget.use_fieldset else "input"


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: Any, title: str = "", without_lead: bool = False) -> dict[str, Any]:
    """What is wrong in these forms and formsets, each linked to its field; nothing when nothing is wrong.

    ``without_lead`` leaves out "Nothing you typed is lost", which a password form cannot say.
    """
    problems: list[tuple[str, Any]] = []
    for form in forms:
        if form:
            problems += _formset_problems(form) if isinstance(form, BaseFormSet) else _problems(form)
    return {"problems": problems, "title": title, "without_lead": without_lead}


def _formset_problems(formset: BaseFormSet) -> list[tuple[str, Any]]:
    own = [("", message) for message in formset.non_form_errors()]
    return own + [problem for form in formset for problem in _problems(form)]


def _problems(form: Any) -> list[tuple[str, Any]]:
    problems = []
    for name, messages in form.errors.items():
        target = "" if name == "__all__" or name not in form.fields else _target(form[name])
        problems += [(target, _named(form, name, message)) for message in messages]
    return problems


def _named(form: Any, name: str, message: Any) -> Any:
    """Django's own "This field is required." says nothing in a list: put the field's name before it."""
    if name not in form.fields or message != str(Field.default_error_messages["required"]):
        return message
    label = str(form[name].label)
    return f"{label} {message}" if label.endswith(("?", "？", "؟")) else f"{label}: {message}"


def _target(bound: BoundField) -> str:
    """The id of the control that can take the focus: for a group, its first input."""
    if bound.is_hidden:
        return ""
    if shape(bound) == "choices":
        subwidgets = bound.subwidgets
        return subwidgets[0].id_for_label if subwidgets else ""
    return bound.id_for_label or bound.auto_id


# Pages


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any, total: str = "") -> dict[str, Any]:
    """Links to the pages of a Django ``Page``; ``total`` replaces the count in words ("more than 1,000")."""
    paginator = page.paginator
    numbers = list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))
    return {"request": context["request"], "page": page, "numbers": numbers, "gap": paginator.ELLIPSIS, "total": total}
