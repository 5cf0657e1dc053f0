"""Logging, proposing and answering in a real browser: with and without scripts, at every width and direction."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from activities.models import ObstacleKind, StatusUpdate, UpdateDraft
from tests.activities.test_update_form import address
from tests.factories import make_update
from tests.personas import Cast, build_cast

pytestmark = pytest.mark.django_db(transaction=True)

SAVE = "form[enctype] .actions .btn-1"


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    ObstacleKind.objects.create(code="funds", title_en="Funds not available", title_ar="عدم توفر الأموال")
    return build_cast()


@pytest.mark.parametrize(
    ("width", "language", "dark"), [(1280, "en", False), (360, "ar", True), (360, "zh-hans", False)]
)
def test_every_form_is_accessible_and_fits(
    new_page: Callable[..., Page],
    axe_violations: Callable[[Page], list[str]],
    crowd: Cast,
    width: int,
    language: str,
    dark: bool,
) -> None:
    page = new_page(user=crowd.coordinator, width=width, language=language, dark=dark)
    invited = crowd.public.participations.get(organization=crowd.organizations["invited"])
    paths = [
        address(crowd.public),
        address(crowd.public, "activity-edit"),
        address(crowd.public, "activity-edit") + "?language=fr",
        address(crowd.public, "participant-invite"),
        reverse("participant-edit", args=["S-2001-138", crowd.public.code, invited.pk]),
        reverse("activity-new") + "?parent=A.5",
        address(crowd.item),
    ]
    found = []
    for path in paths:
        page.goto(path)
        found += axe_violations(page)
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path} overflows by {overflow}"] if overflow > 0 else []
    assert found == []


def test_errors_and_conflicts_are_accessible(
    new_page: Callable[..., Page], axe_violations: Callable[[Page], list[str]], crowd: Cast
) -> None:
    page = new_page(user=crowd.lead)
    page.goto(address(crowd.public))
    page.fill("#id_progress", "sixty")
    page.click(SAVE)
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.title().startswith("Error:")
    found = axe_violations(page)
    page.click("#error-summary a")
    expect(page.locator("#id_progress")).to_be_focused()
    page.fill("#id_progress", "70")
    page.fill("#id_done", "Twelve instructors confirmed.")
    colead = crowd.organizations["colead"]
    make_update(activity=crowd.public, organization=colead, author=crowd.co_lead, status="stalled", reason="No funds.")
    page.click(SAVE)
    expect(page.locator("h1")).to_have_text("Check 2 answers before saving")
    found += axe_violations(page)
    page.click(SAVE)
    expect(page.locator(".messages")).to_contain_text("Update saved.")
    crowd.public.refresh_from_db()
    assert (crowd.public.status, crowd.public.progress) == ("stalled", 70)
    assert found == []


def test_further_fields_appear_when_they_are_asked_for(new_page: Callable[..., Page], crowd: Cast) -> None:
    page = new_page(user=crowd.lead, javascript=False)
    page.goto(address(crowd.public))
    seen = []
    for status in ("0", "stalled", "completed"):
        page.check(f"#id_status_{status}")
        seen.append((page.is_visible("#id_reason"), page.is_visible("#id_closing_0")))
    assert seen == [(False, False), (True, False), (False, True)]


def test_what_is_typed_is_kept_while_typing(new_page: Callable[..., Page], crowd: Cast) -> None:
    page = new_page(user=crowd.lead)
    page.goto(address(crowd.public))
    page.fill("#id_done", "Half a sentence")
    expect(page.locator("#kept")).to_contain_text("Draft kept on")
    page.goto(address(crowd.public))
    expect(page.locator("#id_done")).to_have_value("Half a sentence")
    page.click("text=Discard the draft")
    expect(page.locator("#id_done")).to_have_value("")
    assert not UpdateDraft.objects.exists()


def test_without_scripts_drafts_and_updates_are_saved(new_page: Callable[..., Page], crowd: Cast) -> None:
    page = new_page(user=crowd.lead, javascript=False)
    page.goto(address(crowd.public))
    page.fill("#id_done", "Without a script")
    page.click("text=Save as draft")
    page.click("text=Go on with it")
    expect(page.locator("#id_done")).to_have_value("Without a script")
    # Enter in a line of text saves; it presses none of the other buttons.
    page.press("#id_progress", "Enter")
    expect(page.locator(".messages")).to_contain_text("Update saved.")
    assert StatusUpdate.objects.latest("pk").done == "Without a script"
