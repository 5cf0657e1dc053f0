"""One whole round, by clicks: opened, answered, returned, reminded of, closed, printed, corrected afterwards."""

import datetime
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from activities.choices import RequestState, ReviewState
from activities.models import Notification, ReportingRound, Review, StatusUpdate, UpdateRequest
from organizations.models import User
from tests.factories import make_item, make_undertaking
from tests.personas import Cast, build_cast

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = 360
SAVE = "form[enctype] .actions .btn-1"


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """The cast, and an activity of another area which the round does not ask about."""
    cast = build_cast()
    make_undertaking(item=make_item(code="B.1"), title="Elsewhere", lead=cast.organizations["stranger"])
    return cast


def states(name: str, cast: Cast) -> dict[str, str]:
    """The state of each request to an organization, by the reference of its activity."""
    rows = UpdateRequest.objects.with_state(timezone.localdate()).filter(organization=cast.organizations[name])
    return {row.activity.code: row.state for row in rows.select_related("activity")}


def open_a_round(page: Page) -> ReportingRound:
    """From the filtered list to the round, past the preview."""
    page.goto("/activities/?area=A")
    page.locator("main a[href*='/rounds/new/']").first.click()
    assert "area" in page.locator("[name=filters]").input_value()
    page.locator("[name=asked]").fill("Tell what was done since the meeting.")
    page.locator("button[name=step][value=preview]").click()
    assert ReportingRound.objects.count() == 0, "nothing is sent before it was seen"
    page.locator("button[name=step][value=open]").click()
    made = ReportingRound.objects.get()
    page.wait_for_url(f"**{made.get_absolute_url()}")
    return made


def tick_and_answer(page: Page, codes: set[str]) -> None:
    """On the desk: tick these activities and report no change for all of them at once."""
    page.goto("/desk/")
    for row in page.locator("section:has(#h-requests) tbody tr").all():
        if row.locator(".ref").first.inner_text() in codes:
            row.locator("[name=chosen]").check()
    page.locator("section:has(#h-requests) .apply button").click()
    expect(page.locator(".messages .good").first).to_be_visible()


def log_from_the_desk(page: Page, code: str, words: str) -> None:
    page.goto("/desk/")
    row = page.locator("section:has(#h-requests) tbody tr", has=page.locator(f".ref:text-is('{code}')"))
    row.locator("a.btn").click()
    page.locator("[name=done]").fill(words)
    page.locator(SAVE).click()
    expect(page.locator(".messages .good")).to_be_visible()


def buttons_for_answering(page: Page, cast: Cast) -> int:
    """How many ways to answer this person is shown, on the activity's page, the desk, the round and the review."""
    found = 0
    for path in (cast.public.get_absolute_url(), "/desk/", ReportingRound.objects.get().get_absolute_url()):
        page.goto(path)
        found += page.locator("main a[href*='/updates/new/'], main [name=chosen], main [name=org]").count()
        found += page.locator("main form[action*='no-change'], main a[href*='/close/'], main a[href*='/edit/']").count()
    assert (answer := page.goto("/review/")) and answer.status == 403
    return found


def the_review_returns_it(page: Page, entry: StatusUpdate) -> None:
    page.goto("/review/")
    page.locator(f"a[href='{reverse('review-decide', args=[entry.review.pk])}']").first.click()
    page.locator("[name=reasons][value=unclear]").check()
    page.locator("[name=reasons][value=no_evidence]").check()
    page.locator("[name=sentence]").fill("Which of the two courses is meant?")
    page.locator("button[name=decision][value=return]").click()
    page.wait_for_url("**/review/**")
    review = Review.objects.get(pk=entry.review.pk)
    assert review.state == ReviewState.RETURNED
    assert {reason.code for reason in review.reasons.all()} == {"unclear", "no_evidence"}


def time_passes(made: ReportingRound, days: int) -> None:
    """The round was opened, and the calls went out, so many days earlier; it fell due yesterday."""
    span = datetime.timedelta(days=days)
    Notification.objects.update(created_at=timezone.now() - span)
    ReportingRound.objects.filter(pk=made.pk).update(
        opened_at=made.opened_at - span,
        period_start=made.period_start - span,
        period_end=made.period_end - span,
        due_on=timezone.localdate() - datetime.timedelta(days=1),
    )


def reminders(cast: Cast, name: str) -> int:
    return Notification.objects.filter(kind="overdue", organization=cast.organizations[name]).count()


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_a_round_from_its_opening_to_a_later_correction(
    new_page: Callable[..., Page],
    axe_violations: Callable[[Page], list[str]],
    crowd: Cast,
    language: str,
) -> None:
    for person in User.objects.all():
        person.language = language
        person.save(update_fields=["language"])
    public, internal, restricted = crowd.public.code, crowd.internal.code, crowd.restricted.code
    keeper = new_page(user=crowd.coordinator, language=language)
    made = open_a_round(keeper)
    assert keeper.locator("html").get_attribute("lang") == language
    assert axe_violations(keeper) == []
    assert set(UpdateRequest.objects.values_list("organization__slug", flat=True)) == {"lead", "colead", "partner"}
    assert not UpdateRequest.objects.filter(activity__title_en="Elsewhere").exists()

    # The partner's focal point answers from a phone: two with one button, one with an update.
    phone = new_page(user=crowd.partner, width=PHONE, language=language)
    tick_and_answer(phone, {public, restricted})
    log_from_the_desk(phone, internal, "Twelve trainers were named.")
    assert axe_violations(phone) == []
    assert states("partner", crowd) == dict.fromkeys((public, internal, restricted), RequestState.ANSWERED)
    phone.goto("/desk/")
    assert phone.locator("section:has(#h-requests) tbody tr").count() == 0

    observer = new_page(user=crowd.observer, language=language)
    assert buttons_for_answering(observer, crowd) == 0

    # The lead's update is returned with two reasons, and answered by a new one.
    lead = new_page(user=crowd.lead, language=language)
    tick_and_answer(lead, {internal, restricted})
    log_from_the_desk(lead, public, "The course was held.")
    returned = StatusUpdate.objects.get(done="The course was held.")
    the_review_returns_it(keeper, returned)
    assert states("lead", crowd)[public] == RequestState.RETURNED
    lead.goto("/desk/")
    lead.locator("section:has(#h-returned) .btn").click()
    lead.locator("[name=done]").fill("The second course was held, with twelve trainers.")
    lead.locator(SAVE).click()
    expect(lead.locator(".messages .good")).to_be_visible()
    assert states("lead", crowd)[public] == RequestState.ANSWERED
    lead.goto(f"{crowd.public.get_absolute_url()}?all=1")
    entry = lead.locator(f"#update-{returned.pk}")
    expect(entry).to_contain_text("The course was held.")
    expect(entry).to_contain_text("Which of the two courses is meant?")

    # Of those asked one stayed silent: it is reminded, once.
    time_passes(made, 40)
    for _ in range(2):
        call_command("nightly", verbosity=0)
        call_command("send_notifications", verbosity=0)
    assert {name: reminders(crowd, name) for name in ("lead", "partner", "colead")} == {
        "lead": 0,
        "partner": 0,
        "colead": 1,
    }
    reminded = [message for message in mail.outbox if message.to == [crowd.co_lead.email]]
    about = set(Notification.objects.filter(user=crowd.co_lead, mail_state="sent").values_list("kind", flat=True))
    assert about == {"call", "overdue", "digest"}
    assert len(reminded) == len(about)
    for message in reminded:
        (page, kind), *_others = message.alternatives  # type: ignore[attr-defined]
        assert (f'<html lang="{language}"' in page, kind) == (True, "text/html"), message.subject

    # The round is closed; its report stands, prints, and a later correction appears beside it.
    keeper.goto(made.get_absolute_url())
    keeper.locator("main a[href$='/close/']").click()
    keeper.locator("main form .btn-1").click()
    report = ReportingRound.objects.get().reports.get()
    keeper.wait_for_url(f"**{report.get_absolute_url()}")
    expect(keeper.locator("main")).to_contain_text("The second course was held, with twelve trainers.")
    assert report.checksum in (keeper.locator("main").text_content() or "")
    assert axe_violations(keeper) == []
    corrected = StatusUpdate.objects.get(done="The second course was held, with twelve trainers.")
    lead.goto(reverse("update-new", args=["S-2001-138", public]) + f"?corrects={corrected.pk}")
    lead.locator("[name=done]").fill("The second course was held, with eleven trainers.")
    lead.locator(SAVE).click()
    expect(lead.locator(".messages .good")).to_be_visible()
    for address in (report.get_absolute_url(), f"{report.get_absolute_url()}?format=print"):
        keeper.goto(address)
        page = keeper.locator("main, .paper").first
        expect(page).to_contain_text("with twelve trainers.")
        expect(page).to_contain_text("with eleven trainers.")
