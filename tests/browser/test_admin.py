"""The administration under the Content-Security-Policy: search boxes, calendars and added lines work."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from activities.models import Activity, Participation
from organizations.models import Organization
from organizations.workflow import refresh_search_text
from tests.personas import Cast


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("zh-hans", "ltr")])
def test_a_participant_is_added_and_a_day_chosen(
    cast: Cast, new_page: Callable[..., Page], language: str, direction: str
) -> None:
    refresh_search_text(Organization.objects.all())
    page = new_page(user=cast.people["coordinator"], language=language)
    page.goto(f"/admin/activities/activity/{cast.public.pk}/change/")
    expect(page.locator("html")).to_have_attribute("dir", direction)
    page.locator("#participations-group .add-row a").click()
    line = page.locator("#participations-group .last-related:not(.empty-form)")
    line.locator(".field-organization .select2-selection").click()
    page.keyboard.type("stranger")
    page.locator(".select2-results__option", has_text="STRANGER").click()
    line.locator("select[name$='-role']").select_option("host")
    page.locator(".field-review_on .datetimeshortcuts a").nth(1).click()
    page.locator(".calendarbox:visible td:not(.nonday) a").nth(14).click()
    assert page.locator("#id_review_on").input_value().endswith("15")
    page.locator("input[name=_save]").first.click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    made = Participation.objects.get(activity=cast.public, organization=cast.organizations["stranger"])
    assert (made.role, made.invited_by) == ("host", cast.people["coordinator"])
    now = Activity.objects.get(pk=cast.public.pk)
    assert now.review_on is not None
    assert now.review_on.day == 15


def test_a_selection_is_changed_by_clicks(cast: Cast, new_page: Callable[..., Page]) -> None:
    page = new_page(user=cast.people["coordinator"])
    page.goto("/admin/activities/activity/?kind=undertaking")
    page.locator("#action-toggle").check()
    page.locator("select[name=action]").select_option("set_visibility")
    page.locator("button[name=index]").click()
    page.locator("[name=value]").select_option("internal")
    page.locator("[name=change_reason]").fill("Asked by the host")
    page.locator("[name=apply]").click()
    expect(page.locator(".messagelist")).to_contain_text("2 activities were changed.")
    assert {*Activity.objects.filter(agreed=False).values_list("visibility", flat=True)} == {"internal"}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast_of_the_colours(
    cast: Cast, new_page: Callable[..., Page], axe_violations: Callable[[Page], list[str]], dark: bool
) -> None:
    """Django's own widgets break some rules of axe; our colours on them must not."""
    page = new_page(user=cast.people["coordinator"], dark=dark, javascript=True)
    for path in ("/admin/", "/admin/activities/activity/", f"/admin/activities/activity/{cast.public.pk}/history/"):
        page.goto(path)
        wrong = axe_violations(page)
        assert [line for line in wrong if "color-contrast" in line or "target-size" in line] == []
