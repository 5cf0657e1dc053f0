"""Readers walk through the register by clicks: finding, filtering, taking files along, changing the language."""

import csv
import io
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import docx
import openpyxl
import pytest
from playwright.sync_api import Page, expect

from activities.models import Activity

pytestmark = pytest.mark.usefixtures("db")
SCRIPTS = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
QUESTION = "/activities/?area=A&organization=osce"
CODE = re.compile(r"\b[A-F](?:\.[0-9a-z]+)+\b")


@pytest.fixture(scope="module")
def db() -> None:
    """By this name pytest-django knows that a database is needed; the register stays for the whole module."""


def rows(page: Page) -> list[str]:
    """The references in the table of the list."""
    return page.locator("#results .c-ref").all_text_contents()


def asked(page: Page) -> set[tuple[str, str]]:
    """What the address asks for."""
    return {*parse_qsl(urlsplit(page.url).query)}


def expected() -> list[str]:
    found = Activity.objects.filter(area__code="A", participations__organization__slug="osce").distinct()
    codes = [*found.order_by("sort_key").values_list("code", flat=True)]
    assert len(codes) == 2
    return codes


@SCRIPTS
def test_a_reader_filters_goes_back_and_takes_filters_away(open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript)
    page.goto("/activities/")
    everything = rows(page)
    here = page.locator("header")
    if javascript:
        here.evaluate("(e) => e.dataset.kept = 'yes'")
    page.locator("#filters input[name=area][value=A]").check()
    page.locator("#filters select[name=organization]").select_option("osce")
    page.locator("#f-apply").click()
    expect(page.locator(".chip")).to_have_count(2)
    assert asked(page) == {("area", "A"), ("organization", "osce")}
    assert rows(page) == expected()
    if javascript:
        # Only the form and the table were swapped.
        expect(here).to_have_attribute("data-kept", "yes")
    page.go_back()
    expect(page.locator(".chip")).to_have_count(0)
    assert (asked(page), rows(page)) == (set(), everything)
    page.go_forward()
    expect(page.locator(".chip")).to_have_count(2)
    assert rows(page) == expected()
    page.locator(".chip", has_text="OSCE").click()
    expect(page.locator(".chip")).to_have_count(1)
    assert asked(page) == {("area", "A")}
    assert set(rows(page)) == {
        *Activity.objects.filter(area__code="A", visibility="public").values_list("code", flat=True)
    }
    page.locator(".chip").click()
    expect(page.locator(".chip")).to_have_count(0)
    assert rows(page) == everything


def test_page_files_and_paper_hold_the_same_rows(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(QUESTION)
    shown = rows(page)
    assert shown == expected()
    page.locator(".results-bar details:not(.columns) summary").click()
    answers = {}
    for kind in ("csv", "xlsx", "docx", "json"):
        with page.expect_download() as download:
            page.locator(f".results-bar a[href*='format={kind}']").click()
        answers[kind] = download.value.path().read_bytes()
    table = [*csv.reader(io.StringIO(answers["csv"].decode("utf-8-sig")))]
    assert [line[0] for line in table[1:]] == shown
    sheet = openpyxl.load_workbook(io.BytesIO(answers["xlsx"])).worksheets[-1]
    cells = [[cell or "" for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert [line[0] for line in cells[1:]] == shown
    assert cells[0] == table[0]
    assert [row["code"] for row in json.loads(answers["json"])["rows"]] == shown
    [paper] = docx.Document(io.BytesIO(answers["docx"])).tables
    assert [row.cells[0].text for row in paper.rows if len(row._tr.tc_lst) > 1][1:] == shown
    page.goto(f"{QUESTION}&format=print")
    assert page.locator(".annex tbody tr:not(.cut) td:first-child").all_text_contents() == shown


@SCRIPTS
def test_two_chinese_characters_find_an_item(open_page: Callable[..., Page], javascript: bool) -> None:
    found = {}
    for language in ("en", "zh-hans"):
        page = open_page(javascript=javascript, language=language)
        page.goto("/activities/")
        page.locator("#f-q").fill("名单")
        page.locator("#f-apply").click()
        expect(page.locator(".chip")).to_have_count(1)
        found[language] = rows(page)
    assert "A.3" in found["en"]
    assert found["en"] == found["zh-hans"]
    assert len(found["en"]) < 8


def test_every_item_of_the_framework_is_on_screen_and_found_by_its_chinese_title(
    open_page: Callable[..., Page],
) -> None:
    items = dict(Activity.objects.agreed_items().values_list("code", "title_zh_hans"))
    assert len(items) == 23
    page = open_page(language="zh-hans")
    page.goto("/frameworks/S-2001-138/")
    links = page.locator("main a[href^='/activities/S-2001-138/']")
    assert {href.split("/")[-2] for href in links.evaluate_all("(all) => all.map((a) => a.pathname)")} == {*items}
    for code, title in items.items():
        words = re.findall(r"[\u4e00-\u9fff]{2,}", title)
        page.goto(f"/activities/?kind=agreed&q={'+'.join(words)}")
        assert code in rows(page)
        expect(page.locator(f"a[href='/activities/S-2001-138/{code}/']")).to_have_text(title)


@SCRIPTS
def test_the_language_is_remembered_on_the_next_visit(open_page: Callable[..., Page], javascript: bool) -> None:
    page = open_page(javascript=javascript, language=None)
    page.goto(QUESTION)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("button[value='zh-hans']").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh-hans", re.IGNORECASE))
    assert asked(page) == {("area", "A"), ("organization", "osce")}
    # What a browser still has when it is opened again: cookies with an end of their own.
    cookies = [cookie for cookie in page.context.cookies() if cookie["expires"] > 0]
    assert page.context.browser is not None
    later = page.context.browser.new_context(base_url=page.url)
    later.add_cookies(cookies)
    again = later.new_page()
    again.goto("/")
    expect(again.locator("h1")).to_have_text("合作现况")
    later.close()
