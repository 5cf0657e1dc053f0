"""Normalised text: what a reader types finds what was written, whatever case, accents, vowel signs or script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.toolkit.search import likeness, normalise, searchable, terms, words_of


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Économie éthique", "economie ETHIQUE"),
        ("São Tomé e Príncipe", "sao tome"),
        ("Straße", "STRASSE"),
        ("Сотрудничество в целях МИРА", "сотрудничество в Целях мира"),
        ("Ещё раз", "еще"),
        ("السَّلَامُ", "السلام"),
        ("إعادة الإعمار", "اعاده الاعمار"),
        ("مـــؤسسة", "موسسه"),
        ("علی", "علي"),
        ("ﻻ سلام", "لا سلام"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("ＵＮＤＰ", "undp"),
        ("co\u00adoperation", "cooperation"),
        ("می\u200cشود", "ميشود"),
        ("e\u0301tude", "étude"),
        ("snake_case", "case"),
        ("peace-building", "peace building"),
    ],
)
def test_what_is_typed_finds_what_was_written(written: str, typed: str) -> None:
    assert normalise(typed) in normalise(written)


def test_chinese_is_found_by_any_two_characters_together() -> None:
    text = normalise("合作建设和平的框架")
    assert all(normalise(pair) in text for pair in ("合作", "建设", "和平", "框架", "平的"))
    assert normalise("合建") not in text
    assert normalise("UNDP合作") == "undp 合 作"


@pytest.mark.parametrize("written", ["peace-building", "peacebuilding", "peace building", "Peace\u2011Building"])
@pytest.mark.parametrize("typed", ["peace-building", "peacebuilding", "Peace\u2010building"])
def test_a_word_is_found_with_and_without_its_hyphen(written: str, typed: str) -> None:
    found = all(term in searchable(f"The {written} mission") for term in terms(typed))
    assert found is not (written == "peace building" and typed == "peacebuilding")


def test_different_words_stay_different() -> None:
    assert normalise("peace") != normalise("piece")
    assert normalise("мир") not in normalise("мера")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("joint  mission", ["joint", "mission"]),
        ('"joint mission" Darfur', ["joint mission", "darfur"]),
        ("“joint mission”", ["joint mission"]),
        ('"unclosed phrase', ["unclosed", "phrase"]),
        ("合作建设 和平", ["合 作 建 设", "和 平"]),
        ("peace peace PEACE", ["peace"]),
        ("peace-building", ["peace", "building"]),
        ("“peace-building”", ["peace building"]),
        ("… – !", []),
        ("", []),
    ],
)
def test_terms(query: str, expected: list[str]) -> None:
    assert terms(query) == expected


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_text_is_found_by_each_of_its_own_terms(before: str, after: str) -> None:
    text = normalise(f"{before} {after}")
    # Quotation marks join words into phrases; without them every term is a run of characters of the text.
    plain = f"{before} {after}".replace('"', " ").replace("“", " ").replace("”", " ")
    assert all(term in text for term in terms(plain))


def test_words_by_which_titles_are_compared() -> None:
    assert words_of("The course for mission planners, in Monrovia") == {"course", "mission", "planners", "monrovia"}
    assert words_of("Dialogue régulier avec les médias de la région") == {"dialogue", "regulier", "medias", "region"}
    assert words_of("联合培训 UNDP") == {"联合", "合培", "培训", "undp"}
    assert words_of("of the") == frozenset()


def test_likeness_asks_for_two_words_at_least() -> None:
    course, planners = words_of("Joint course for mission planners"), words_of("Course for planners")
    assert likeness(course, planners) == 4 / 6
    assert likeness(course, course) == 1
    assert likeness(course, words_of("Course")) == 0
    assert likeness(words_of("Course"), words_of("course")) == 1
    assert likeness(frozenset(), frozenset()) == 0
