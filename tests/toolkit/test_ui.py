"""The tags of the interface: texts in the reader's language, days, marks, fields, pages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from organizations.models import Organization
from tracker.toolkit import texts
from tracker.toolkit.dates import PartialDate


def render(source: str, address: str = "/", **context: Any) -> str:
    return engines["django"].from_string(source).render(context, RequestFactory().get(address))


# Texts

THING = {"title_en": "Joint training", "title_zh_hans": "联合培训", "title_ar": "", "title_fr": None}


def test_the_readers_own_language_stands_alone() -> None:
    with translation.override("zh-hans"):
        assert render('{% translated thing "title" %}', thing=THING) == "联合培训"


@pytest.mark.parametrize("language", ["ar", "fr", "ru", "es"])
def test_a_missing_translation_shows_english_with_its_own_lang(language: str) -> None:
    with translation.override(language):
        html = render('{% translated thing "title" %}', thing=THING)
    assert html == '<span lang="en" dir="ltr">Joint training</span>'


def test_without_english_the_language_it_was_written_in_comes_next() -> None:
    thing = {"title_zh_hans": "联合培训", "title_ar": "تدريب", "language": "ar"}
    assert render('{% translated thing "title" %}', thing=thing) == '<span lang="ar" dir="rtl">تدريب</span>'
    del thing["language"]
    assert texts.find_text(thing, "title").value in {"联合培训", "تدريب"}


def test_a_text_is_escaped_in_both_cases() -> None:
    assert render('{% translated thing "title" %}', thing={"title_en": "<b>&"}) == "&lt;b&gt;&amp;"
    with translation.override("fr"):
        html = render('{% translated thing "title" %}', thing={"title_en": "<b>"})
        prose = render('{% translated_prose thing "title" %}', thing={"title_en": "<b>"})
    assert html == '<span lang="en" dir="ltr">&lt;b&gt;</span>'
    assert prose == '<div class="prose" lang="en" dir="ltr"><p>&lt;b&gt;</p></div>'


def test_nothing_at_all_is_empty() -> None:
    assert render('{% translated thing "title" %}{% translated_prose thing "title" %}', thing={}) == ""


def test_exactly_one_language_for_the_side_by_side_page() -> None:
    source = '{% text_in thing "title" "zh-hans" %}|{% text_in thing "title" "fr" %}|{{ "ar"|text_direction }}'
    assert render(source, thing=THING) == "联合培训||rtl"


@pytest.mark.django_db
def test_a_column_that_was_not_loaded_costs_no_query(django_assert_num_queries: Any) -> None:
    Organization.objects.create(
        slug="osce", acronym="OSCE", name_en="Organization for Security", name_fr="", kind="other"
    )
    listed = Organization.objects.only("slug", "name_en").get(slug="osce")
    with translation.override("fr"), django_assert_num_queries(0):
        assert texts.find_text(listed, "name") == ("Organization for Security", "en")


@pytest.mark.django_db
def test_no_cell_is_empty_because_a_column_was_not_loaded() -> None:
    Organization.objects.create(slug="osce", acronym="OSCE", name_en="Organization for Security", kind="other")
    bare = Organization.objects.only("slug").get(slug="osce")
    with translation.override("fr"):
        assert texts.find_text(bare, "name") == ("Organization for Security", "en")


# Days


@pytest.mark.parametrize(
    ("language", "long", "short"),
    [
        ("en", "1 November 2001", "1 Nov 2001"),
        ("zh-hans", "2001年11月1日", "2001年11月1日"),
        ("fr", "1 novembre 2001", "1 nov. 2001"),
        ("es", "1 de noviembre de 2001", "1 nov. 2001"),
        ("ru", "1 ноября 2001", "1 нояб. 2001"),
        ("ar", "1 تشرين الثاني/نوفمبر 2001", "1 نوفمبر 2001"),
    ],
)
def test_a_day_in_the_readers_language(language: str, long: str, short: str) -> None:
    with translation.override(language):
        assert render("{{ d|day }}|{{ d|day_short }}", d=date(2001, 11, 1)) == f"{long}|{short}"


@pytest.mark.parametrize(
    ("known", "words"), [("2001", "2001"), ("2001-05", "May 2001"), ("2001-05-17", "17 May 2001"), ("", ""), (None, "")]
)
def test_a_partial_date_is_shown_as_far_as_it_is_known(known: str | None, words: str) -> None:
    assert render("{{ d|day }}", d=PartialDate(known) if known else known) == words


def test_the_same_day_in_another_language_does_not_come_from_the_cache() -> None:
    words = set()
    for language in ("en", "fr", "ru", "es"):
        with translation.override(language):
            words.add(render("{{ d|day }}", d=date(2001, 11, 1)))
    assert len(words) == 4


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 11, 23), "Today"),
        (date(2026, 11, 22), "Yesterday"),
        (date(2026, 11, 15), "8 days ago"),
        (date(2026, 11, 24), "in 1 day"),
        (date(2024, 11, 24), "729 days ago"),
        (date(2024, 11, 23), "2 years ago"),
        (date(2001, 2, 12), "25 years ago"),
        (date(2030, 12, 31), "in 4 years"),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), "Yesterday"),
        (PartialDate("2026-11-21"), "2 days ago"),
        (None, "Never"),
        ("", "Never"),
    ],
)
def test_how_long_ago(value: Any, words: str) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 0, 30, tzinfo=UTC), tick=False):
        assert render("{{ d|age }}", d=value) == words


# Marks


def test_a_mark_is_shape_and_word() -> None:
    assert render('{% status "under_way" label %}', label="Under <way>") == (
        '<span class="st st-under_way"><svg class="i" aria-hidden="true">'
        '<use href="/static/img/icons.svg#i-under_way"/></svg>Under &lt;way&gt;</span>'
    )
    assert 'class="sig sig-no_lead"' in render('{% signal "no_lead" "No lead" %}')


def test_progress_is_said_in_words_too() -> None:
    assert "<b>60%</b>" in render("{% progress 60 %}")
    assert "<b>0%</b>" in render("{% progress 0 %}")
    assert "not given" in render("{% progress None %}")


def test_bars_lie_end_to_end_on_the_common_scale() -> None:
    html = render("{% bars counts 20 %}", counts=[("completed", 5), ("agreed", 0), ("stalled", 10)])
    assert html == (
        '<svg class="bars mirror" aria-hidden="true"><rect class="f-completed" x="0.00%" width="25.00%" height="100%"/>'
        '<rect class="f-stalled" x="25.00%" width="50.00%" height="100%"/></svg>'
    )


# Fields


class Form(forms.Form):
    """One field of each shape."""

    progress = forms.IntegerField(label="How far & wide?", help_text="0 to 100.")
    done = forms.CharField(widget=forms.Textarea(attrs={"class": "short", "placeholder": "pale"}), required=False)
    status = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(choices=[("x", "X")], widget=forms.CheckboxSelectMultiple, required=False)
    organization = forms.ChoiceField(choices=[("o", "O")])
    sure = forms.BooleanField(help_text="Tick it.")
    file = forms.FileField(required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


def test_a_right_field() -> None:
    html = render("{{ form.progress.as_field_group }}", form=Form())
    assert html == (
        '<div class="field"><label for="id_progress">How far &amp; wide?</label>'
        '<div class="hint" id="id_progress_helptext">0 to 100.</div>'
        '<input type="number" name="progress" class="in" required aria-describedby="id_progress_helptext" '
        'id="id_progress"></div>'
    )


def test_a_wrong_field_says_so_beside_the_input_and_to_screen_readers() -> None:
    html = render("{{ form.progress.as_field_group }}", form=Form({"progress": "sixty"}))
    assert html == (
        '<div class="field has-error"><label for="id_progress">How far &amp; wide?</label>'
        '<div class="hint" id="id_progress_helptext">0 to 100.</div>'
        '<div class="err" id="id_progress_error"><p><span class="vh">Error: </span>Enter a whole number.</p></div>'
        '<input type="number" name="progress" value="sixty" class="in" required aria-invalid="true" '
        'aria-describedby="id_progress_helptext id_progress_error" id="id_progress"></div>'
    )


def test_the_forms_own_class_is_kept_and_the_placeholder_dropped() -> None:
    html = render("{{ form.done.as_field_group }}", form=Form())
    assert '<label for="id_done">Done <span class="opt">(optional)</span></label>' in html
    assert 'class="in short"' in html
    assert "placeholder" not in html


def test_a_field_required_only_sometimes_is_not_called_optional() -> None:
    form = Form()
    form.fields["done"].mark_optional = False  # type: ignore[attr-defined]
    assert "optional" not in render("{{ form.done.as_field_group }}", form=form)


def test_radios_and_tick_boxes_are_a_group_with_a_legend() -> None:
    html = render("{{ form.status.as_field_group }}", form=Form({}))
    assert html.startswith(
        '<fieldset class="field has-error" aria-describedby="id_status_error"><legend>Status</legend>'
    )
    assert html.count('<div class="choice"><input type="radio"') == 2
    assert '<label for="id_status_1">B</label>' in html
    html = render("{{ form.kinds.as_field_group }}", form=Form())
    assert "<legend>Kinds <span" in html
    assert '<input type="checkbox" name="kinds" value="x" id="id_kinds_0"><label for="id_kinds_0">X</label>' in html


def test_one_tick_box_has_its_label_after_it() -> None:
    html = render("{{ form.sure.as_field_group }}", form=Form())
    assert html.index('type="checkbox"') < html.index('<label for="id_sure">Sure</label>') < html.index("Tick it.")
    assert 'class="in' not in html


def test_selects_and_files_are_ordinary_inputs() -> None:
    html = render("{{ form.organization.as_field_group }}{{ form.file.as_field_group }}", form=Form())
    assert '<select name="organization" class="in"' in html
    assert '<input type="file" name="file" class="in"' in html


def test_other_words_for_label_and_hint() -> None:
    html = render('{% field form.progress label="Progress" hint="" %}', form=Form())
    assert '<label for="id_progress">Progress</label><input' in html


def test_the_summary_links_each_problem_to_a_control_that_can_take_the_focus() -> None:
    form = Form({"progress": "sixty", "organization": "o", "sure": "on"})
    form.add_error(None, "Somebody else saved first.")
    html = render("{% error_summary form %}", form=form)
    assert 'role="alert" tabindex="-1" id="error-summary"' in html
    assert html[html.index("<ul>") : html.index("</ul>")] == (
        '<ul><li><a href="#id_progress">Enter a whole number.</a></li>'
        '<li><a href="#id_status_0">Status: This field is required.</a></li>'
        "<li>Secret: This field is required.</li>"
        "<li>Somebody else saved first.</li>"
    )
    assert "Correct these 4 answers" in html


def test_no_problem_no_summary() -> None:
    assert render("{% error_summary form other %}", form=Form(), other=None).strip() == ""


def test_the_summary_reads_formsets_too() -> None:
    formset = forms.formset_factory(Form)({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-progress": "x"})
    assert '<a href="#id_form-0-progress">' in render("{% error_summary formset %}", formset=formset)


# Pages


def test_page_links_keep_the_filters() -> None:
    page = Paginator(range(2000), 50).page(7)
    html = render("{% pagination page %}", page=page, address="/activities/?area=A&area=B&page=7")
    assert "Showing 301–350 of 2000" in html
    assert 'href="?area=A&amp;area=B&amp;page=8"' in html
    assert html.count('aria-current="page"') == 1
    assert html.count("<li>") == 9


def test_one_page_needs_no_links() -> None:
    html = render("{% pagination page total='3 activities' %}", page=Paginator(range(3), 50).page(1))
    assert "Showing 1–3 of 3 activities" in html
    assert "<ul" not in html
