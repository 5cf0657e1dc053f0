"""Focal points and coordinators do their work by clicks: logging, what goes wrong on the way, the administration."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from activities.choices import UpdateKind
from activities.loading.demonstration import PASSWORD
from activities.models import Activity, StatusUpdate

from .places import save
from .register import organization, person, undertaking

pytestmark = pytest.mark.usefixtures("db")
SCRIPTS = pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])


@pytest.fixture(scope="module")
def db() -> None:
    """By this name pytest-django knows that a database is needed; the register stays for the whole module."""


SENT = ("csrfmiddlewaretoken", "token", "seen", "writer", "done", "as_of", "language")


def sign_in(page: Page, who: str) -> None:
    page.locator("[name=login]").fill(f"{who}@demo.example")
    page.locator("[name=password]").fill(PASSWORD)
    save(page)
    expect(page.locator("details.user")).to_be_attached()


def entries(key: str) -> int:
    return StatusUpdate.objects.filter(activity__import_key=key).count()


@SCRIPTS
def test_a_focal_point_logs_an_update_with_a_file(open_page: Callable[..., Page], javascript: bool) -> None:
    words = f"Fifth district assessed, {'with' if javascript else 'without'} scripts."
    # What was answered leaves the desk: each takes an activity of its own.
    key = "DEMO03" if javascript else "DEMO11"
    activity, before = undertaking(key), entries(key)
    page = open_page(javascript=javascript)
    page.goto("/desk/")
    sign_in(page, "lead")
    expect(page).to_have_url(re.compile("/desk/$"))
    page.locator("tr", has_text=activity.code).get_by_role("link", name="Log an update").click()
    page.locator("[name=done]").fill(words)
    page.locator("[name=files]").set_input_files(
        {"name": "districts.txt", "mimeType": "text/plain", "buffer": b"Five districts.\n"}
    )
    form = page.locator("main form.form").first
    sent = {name: form.locator(f"[name={name}]").first.input_value() for name in SENT}
    address = page.url
    form.locator(".actions .btn-1").dblclick()
    expect(page).to_have_url(re.compile(re.escape(activity.get_absolute_url())))
    expect(page.get_by_role("status").filter(has_text="Update saved")).to_be_visible()
    expect(page.locator(".log > li", has_text=words)).to_have_count(1)
    # As a browser does that got no answer.
    again = page.request.post(address, form=sent, headers={"Referer": address})
    assert again.url.endswith(activity.get_absolute_url())
    assert entries(key) == before + 1
    link = page.locator(".log > li", has_text=words).locator(".files a")
    expect(link).to_have_text("districts.txt")
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.body() == b"Five districts.\n"
    assert answer.headers["content-disposition"].startswith("attachment")


@SCRIPTS
def test_an_error_keeps_what_was_typed(open_page: Callable[..., Page], javascript: bool) -> None:
    before = entries("DEMO01")
    page = open_page(javascript=javascript, user=person("lead"))
    page.goto(f"{undertaking('DEMO01').get_absolute_url()}updates/new/")
    page.locator("[name=progress]").fill("much")
    page.locator("[name=done]").fill("Typed before the error.\nOn two lines.")
    page.locator("[name=obstacle_kinds]").nth(1).check()
    save(page)
    expect(page.locator("#error-summary a")).to_have_count(1)
    expect(page.locator("[name=progress]")).to_have_value("much")
    expect(page.locator("[name=done]")).to_have_value("Typed before the error.\nOn two lines.")
    expect(page.locator("[name=obstacle_kinds]").nth(1)).to_be_checked()
    if javascript:
        expect(page.locator("#error-summary")).to_be_focused()
    assert entries("DEMO01") == before


@SCRIPTS
def test_text_outlives_the_session(open_page: Callable[..., Page], javascript: bool) -> None:
    words = f"Typed while the session ended, {'with' if javascript else 'without'} scripts."
    before = entries("DEMO01")
    page = open_page(javascript=javascript, user=person("partner"))
    page.goto(f"{undertaking('DEMO01').get_absolute_url()}updates/new/")
    form = page.url
    page.locator("[name=done]").fill(words)
    page.context.clear_cookies(name="sessionid")
    save(page)
    expect(page).to_have_url(re.compile("/account/login/"))
    sign_in(page, "partner")
    expect(page).to_have_url(form)
    expect(page.locator("[name=done]")).to_have_value(words)
    assert entries("DEMO01") == before
    save(page)
    expect(page.locator(".log > li", has_text=words)).to_have_count(1)
    assert entries("DEMO01") == before + 1


@SCRIPTS
def test_two_people_say_different_things(open_page: Callable[..., Page], javascript: bool) -> None:
    theirs, mine = (70, 80) if javascript else (85, 95)
    address = f"{undertaking('DEMO03').get_absolute_url()}updates/new/"
    first = open_page(javascript=javascript, user=person("lead"))
    second = open_page(javascript=javascript, user=person("partner"))
    for page in (first, second):
        page.goto(address)
    for page, progress, words in ((second, theirs, "Theirs"), (first, mine, "Mine")):
        page.locator("[name=progress]").fill(str(progress))
        page.locator("[name=done]").fill(f"{words}: {progress}")
        save(page)
    expect(second.locator(".log > li", has_text=f"Theirs: {theirs}")).to_have_count(1)
    before = entries("DEMO03")
    expect(first.locator("input[name=keep-progress][value=yours]")).to_be_checked()
    expect(first.locator("[name=done]")).to_have_value(f"Mine: {mine}")
    first.locator("input[name=keep-progress][value=theirs]").check()
    save(first)
    expect(first.locator(".log > li", has_text=f"Mine: {mine}")).to_have_count(1)
    assert entries("DEMO03") == before + 1
    assert undertaking("DEMO03").progress == theirs


@SCRIPTS
def test_no_change_is_one_click(open_page: Callable[..., Page], javascript: bool) -> None:
    # One activity for each way: what has been answered leaves the desk.
    key, who, spoke = ("DEMO04", "lead", "ncu") if javascript else ("DEMO05", "partner", "hpo")
    activity, state = undertaking(key), undertaking(key).status
    before = entries(key)
    page = open_page(javascript=javascript, user=person(who))
    page.goto("/desk/" if javascript else activity.get_absolute_url())
    place = page.locator("tr", has_text=activity.code) if javascript else page.locator("#updates")
    place.get_by_role("button", name="No change to report").click()
    expect(page.get_by_role("status").filter(has_text=activity.code)).to_be_visible()
    assert entries(key) == before + 1
    newest = StatusUpdate.objects.filter(activity=activity).latest("pk")
    assert (newest.kind, newest.organization) == (UpdateKind.NO_CHANGE, organization(spoke))
    assert undertaking(key).status == state
    if javascript:
        expect(page).to_have_url(re.compile("/desk/$"))
        expect(page.locator("tr", has_text=activity.code)).to_have_count(0)


@SCRIPTS
def test_a_coordinator_changes_who_may_read_and_says_why(open_page: Callable[..., Page], javascript: bool) -> None:
    activity = undertaking("DEMO06" if javascript else "DEMO07")
    page = open_page(javascript=javascript, user=person("coordinator"))
    page.goto("/admin/activities/activity/")
    page.locator("#searchbar").fill(activity.title_en)
    page.locator("#changelist-search [type=submit]").click()
    page.locator("#result_list tbody th a").first.click()
    page.locator("[name=visibility]").select_option("internal")
    page.locator("[name=change_reason]").fill("Asked by the host.")
    page.locator("[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Activity.objects.get(pk=activity.pk).visibility == "internal"
    page.goto(f"{activity.get_absolute_url()}history/")
    newest = page.locator("main ol.list > li").first
    expect(newest).to_contain_text("Asked by the host.")
    expect(newest).to_contain_text("Demonstration coordinator")
    expect(newest.locator("del")).to_have_text("Public")
    expect(newest.locator("ins")).to_have_text("Signed-in members")
    visitor = open_page(javascript=javascript)
    answer = visitor.goto(activity.get_absolute_url())
    assert answer is not None
    assert answer.status == 404
