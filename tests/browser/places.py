"""Every page in every state a person can meet it: one table, for the tests and for the pictures."""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from activities.loading.demonstration import MAIL_DOMAIN, PASSWORD
from activities.models import Activity
from activities.workflow import (
    close_round,
    edit_round,
    edit_undertaking,
    post_update,
    propose_undertaking,
    reopen_round,
    return_update,
)
from activities.workflow.bell import follow
from activities.workflow.saved import choose_start, edit_report

from .register import latest_round, organization, person, report, undertaking, waiting_reviews


class Place(NamedTuple):
    """A page in one state: its address, who looks at it, and what they do there to bring about the state."""

    name: str
    address: str
    who: str = ""
    act: Callable[[Page], None] | None = None


def save(page: Page) -> None:
    """Press the button that saves the form."""
    page.locator("main form.form .btn-1, main form.solo .btn-1, main .solo .btn-1").first.click()


def sign_in_wrongly(page: Page) -> None:
    page.locator("[name=login]").fill("nobody@example.org")
    page.locator("[name=password]").fill("not the sentence")
    save(page)


def be_overtaken_logging(page: Page) -> None:
    """While this page is open somebody else logs the progress; then save another one."""
    activity = undertaking("DEMO03")
    post_update(
        activity=activity,
        organization=organization("hpo"),
        author=person("partner"),
        as_of=timezone.localdate(),
        may_set_status=True,
        progress=(activity.progress or 0) % 50 + 1,
        done="The other co-lead has written meanwhile.",
    )
    page.locator("[name=progress]").fill("90")
    page.locator("[name=done]").fill("What I wrote.")
    save(page)


def be_overtaken_editing(page: Page) -> None:
    """While this page is open somebody else edits the undertaking; then save something else."""
    activity = Activity.objects.get(pk=undertaking("DEMO01").pk)
    edit_undertaking(
        activity=activity,
        changes={"place": f"Demonstration harbour, hall {activity.version}"},
        version=activity.version,
        by=person("coordinator"),
    )
    page.locator("[name=place]").fill("Demonstration square")
    page.locator("[name=aim]").fill("Planners of both organizations learn one method.")
    save(page)


def log_in_the_future(page: Page) -> None:
    page.locator("[name=as_of]").fill((timezone.localdate() + datetime.timedelta(days=9)).isoformat())
    page.locator("[name=progress]").fill("much")
    page.locator("[name=links]").fill("not an address")
    save(page)


def accept_nothing(page: Page) -> None:
    page.locator("main form .apply .btn-1").click()


def return_without_a_word(page: Page) -> None:
    page.locator("main [name=decision][value=return]").click()


def be_overtaken_reviewing(page: Page) -> None:
    """While this entry is open another coordinator returns it; then return it as well."""
    review = waiting_reviews()[-1]
    page.goto(f"/review/{review.pk}/")
    administrator = person("administrator")
    assert administrator
    return_update(review, by=administrator, reasons=["unclear"], sentence="Say in which district.")
    page.locator("[name=reasons][value=no_evidence]").check()
    page.locator("[name=sentence]").fill("Add the list of those who took part.")
    return_without_a_word(page)


def preview_round(page: Page) -> None:
    """One round at a time: the open one is closed for as long as the preview of another is asked for."""
    coordinator = person("coordinator")
    assert coordinator
    close_round(made=latest_round(), by=coordinator)
    page.locator("#round .btn-1").click()
    page.wait_for_load_state()
    reopen_round(made=latest_round(), by=coordinator, reason="The preview has been looked at.")


def open_round_wrongly(page: Page) -> None:
    page.locator("[name=title]").fill("")
    page.locator("[name=due_on]").fill("2001-05-17")
    page.locator("[name=filters]").fill("colour=red")
    page.locator("#round .btn-1").click()


def preview_reminder(page: Page) -> None:
    for box in page.locator("#remind [name=org]").all():
        box.check()
    page.locator("#remind [name=sentence]").fill("The meeting is on Monday; two sentences on each are enough.")
    page.locator("#remind .btn-1").click()


def be_overtaken_extending(page: Page) -> None:
    """While this page is open another coordinator extends the round; then save another day."""
    made = latest_round()
    administrator = person("administrator")
    assert administrator
    later = made.due_on + datetime.timedelta(days=7)
    edit_round(made=made, changes={"due_on": later}, version=made.version, by=administrator)
    page.locator("[name=due_on]").fill((later + datetime.timedelta(days=3)).isoformat())
    page.locator("[name=title]").fill("Autumn round")
    save(page)


def follow_some(page: Page) -> None:
    """One thing of each kind, and a filter that is understood no longer."""
    lead = person("lead")
    assert lead
    follow(lead, activity=undertaking("DEMO02"))
    follow(lead, area=undertaking("DEMO02").area)
    follow(lead, organization=organization("hpo"))
    follow(lead, query="area=B&status=under_way", name="Strategy that is under way")
    follow(lead, query="area=Z", name="Of an area that was taken away")
    page.reload()


def follow_without_a_name(page: Page) -> None:
    page.locator("[name=name]").fill("")
    save(page)


def send_an_expired_form(page: Page) -> None:
    """Signing in in another tab makes the token of this form invalid."""
    page.locator("[name=done]").fill("What I wrote before I signed in elsewhere.")
    page.locator("main [name=csrfmiddlewaretoken]").first.evaluate("field => field.remove()")
    save(page)


def open_menu(which: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f"main details.menu{which} > summary").click()


EVERY_COLUMN = (
    "code,title,kind,area,parent,lead,participants,status,progress,due,updated,signals,countries,fields,themes,level"
)
FIVE_COLUMNS = "code,due,title,status,signals"


def send_table(page: Page, *rows: str) -> None:
    page.locator("[name=file]").set_input_files(
        {"name": "table.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode()}
    )
    page.locator("#import [type=submit]").click()


def preview_import(page: Page) -> None:
    """One row changes an undertaking, one is new, one changes nothing."""
    lively = undertaking("DEMO01")
    send_table(
        page,
        "code,parent,title_en,title_ar,place,due,countries",
        f"{lively.code},,,دورة مشتركة,Imported harbour,2028-03,TJ; KG",
        ",A.5,Course for mission staff,,Imported square,2001,",
        f"{undertaking('DEMO02').code},,,,,,",
    )


def preview_refused(page: Page) -> None:
    lively = undertaking("DEMO01")
    send_table(
        page,
        "code,status,level,place",
        f"{lively.code},completed,moon,Imported harbour",
        "A.5.99,,,",
        f"{undertaking('DEMO02').code},,,Imported square",
    )


def import_and_look_back(page: Page) -> None:
    """Import one cell, and ask to take it back."""
    lively = undertaking("DEMO02")
    send_table(page, "code,place", f"{lively.code},Imported hall {lively.version}")
    page.locator("[name=digest] ~ .submit-row [type=submit]").click()
    page.locator(".object-tools a").first.click()


def import_what_is_no_table(page: Page) -> None:
    send_table(page, "code,colour", "A.5.1,red")


def enter_something_alike(page: Page) -> None:
    """Another organization enters what is going on already."""
    title = "Joint course for mission planners"
    if not Activity.objects.filter(title_en=title).exists():
        planners = undertaking("DEMO01")
        assert planners.parent
        propose_undertaking(
            parent=planners.parent, by=person("partner"), organization=organization("hpo"), title_en=title
        )
    page.reload()


def type_something_similar(page: Page) -> None:
    """While the title is typed, undertakings that are called alike are looked for."""
    page.locator("[name=title]").press_sequentially("Joint course for mission planners")
    page.locator("#similar .list").wait_for()


def be_signed_out_writing(page: Page) -> None:
    """The session ends while the round is extended; then sign in again."""
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("[name=reason]").fill("Three organizations asked for another week.")
    save(page)
    page.locator("[name=login]").fill(f"coordinator@{MAIL_DOMAIN}")
    page.locator("[name=password]").fill(PASSWORD)
    save(page)


def save_some_reports(page: Page) -> None:
    """One of each kind of sharing, by different people, one that asks for what is gone; one is the start view."""
    lead, partner, coordinator = person("lead"), person("partner"), person("coordinator")
    assert lead and partner and coordinator
    report("Under way in training", lead, "area=A&status=under_way")
    report("What we lead", lead, "kind=undertaking&role=lead", organization=organization("ncu"))
    report("Strategy of an area that was taken away", lead, "area=Z&status=agreed")
    choose_start(lead, report=report("For the December meeting", coordinator, "signal=overdue", everybody=True))
    page.reload()


def open_the_menu(page: Page) -> None:
    """The menu that saves the page at hand."""
    save_some_reports(page)
    page.locator(".views .menu summary").click()


def open_a_row(page: Page) -> None:
    """What can be done with a report."""
    save_some_reports(page)
    page.locator("main .tbl .menu summary").first.click()


def take_a_name_twice(page: Page) -> None:
    save_some_reports(page)
    page.locator("[name=name]").fill("What we lead")
    save(page)


def be_overtaken_renaming(page: Page) -> None:
    """While this page is open the report is renamed elsewhere; then save another name."""
    lead = person("lead")
    assert lead
    made = report("What we lead", lead, "kind=undertaking&role=lead", organization=organization("ncu"))
    made.refresh_from_db()
    edit_report(report=made, changes={"sharing": "members", "organization": None}, version=made.version, by=lead)
    page.locator("[name=name]").fill("What the union leads")
    save(page)
    page.wait_for_load_state()
    edit_report(
        report=made,
        changes={"sharing": "organization", "organization": organization("ncu")},
        version=made.version + 1,
        by=lead,
    )


PLACES = [
    Place("overview", "/"),
    Place("overview-coordinator", "/", "coordinator"),
    Place("definitions", "/definitions/"),
    Place("list", "/activities/"),
    Place("list-signed-in", "/activities/?kind=undertaking&sort=-due", "lead"),
    Place("list-filtered", "/activities/?area=A&organization=osce&q=OSCE"),
    Place("list-empty", "/activities/?area=F&status=completed&q=harbour"),
    Place("list-refused", "/activities/?area=Z&due_after=31.12.2001&colour=red"),
    Place("list-columns", f"/activities/?area=A&columns={EVERY_COLUMN}", "", open_menu(".columns")),
    Place("list-exports", f"/activities/?columns={FIVE_COLUMNS}", "", open_menu(":has(+ .preparing)")),
    Place("list-as-of", "/activities/?as_of=2001-12-31&sort=-updated"),
    Place("list-as-of-print", "/activities/?as_of=2001-12-31&format=print"),
    Place("list-as-of-empty", "/activities/?as_of=1990-01-01"),
    Place("changes", "/activities/?compare={a_month_ago}", "lead"),
    Place("changes-none", "/activities/?as_of=1991-01-01&compare=1990-01-01&area=A"),
    Place("changes-print", "/activities/?compare={a_month_ago}&format=print", "coordinator"),
    Place("list-print", "/activities/?area=A&format=print"),
    Place("timeline", "/timeline/"),
    Place("timeline-quarters", "/timeline/?by=quarter&kind=undertaking", "lead"),
    Place("timeline-latest", "/timeline/?from=2001&until=2004&sort=-start"),
    Place("timeline-as-of", "/timeline/?as_of=2004-06-30&area=C"),
    Place("timeline-none", "/timeline/?area=A&from=1950&until=1960"),
    Place("timeline-refused", "/timeline/?by=month&from=2002&until=2001"),
    Place("timeline-print", "/timeline/?kind=undertaking&format=print"),
    Place("list-columns-print", f"/activities/?area=A&columns={FIVE_COLUMNS}&format=print"),
    Place("matrix", "/matrix/"),
    Place("matrix-signed-in", "/matrix/?kind=undertaking&sort=all", "coordinator"),
    Place("matrix-field", "/matrix/?by=field&area=A"),
    Place("matrix-item", "/matrix/?by=item", "lead"),
    Place("matrix-theme", "/matrix/?by=theme"),
    Place("matrix-empty", "/matrix/?country=FJ&status=completed"),
    Place("matrix-as-of", "/matrix/?as_of=2004-06-30"),
    Place("matrix-refused", "/matrix/?by=colour&area=Z"),
    Place("matrix-print", "/matrix/?format=print"),
    Place("matrix-item-print", "/matrix/?by=item&format=print&paper=a3"),
    Place("matrix-hint", "/matrix/?area=A", "coordinator", enter_something_alike),
    Place("overlap-answer", "{overlap}", "coordinator"),
    Place("overlap-answer-errors", "{overlap}", "coordinator", save),
    Place("overlap-list", "/matrix/overlaps/", "coordinator"),
    Place("item", "{item}"),
    Place("item-coordinator", "{item}", "coordinator"),
    Place("undertaking", "{lively}"),
    Place("undertaking-lead", "{lively}", "lead"),
    Place("undertaking-arabic", "{arabic}", "partner"),
    Place("undertaking-withdrawn", "{withdrawn}"),
    Place("undertaking-corrected", "{corrected}", "lead"),
    Place("documented", "{documented}"),
    Place("history", "{lively}history/"),
    Place("history-proposal", "{corrected}history/", "coordinator"),
    Place("framework", "/frameworks/S-2001-138/"),
    Place("item-report", "/frameworks/S-2001-138/report/"),
    Place("item-report-filtered", "/frameworks/S-2001-138/report/?area=A&organization=osce", "coordinator"),
    Place("item-report-as-of", "/frameworks/S-2001-138/report/?as_of=2004-06-30"),
    Place("item-report-print", "/frameworks/S-2001-138/report/?format=print", "lead"),
    Place("obstacles", "/reports/obstacles/", "coordinator"),
    Place("obstacles-none", "/reports/obstacles/?area=F"),
    Place("obstacles-as-of", "/reports/obstacles/?as_of=2004-06-30"),
    Place("obstacles-print", "/reports/obstacles/?format=print", "lead"),
    Place("frozen", "/rounds/1/reports/1/"),
    Place("frozen-coordinator", "/rounds/1/reports/1/", "coordinator"),
    Place("frozen-print", "/rounds/1/reports/1/?format=print"),
    Place("organizations", "/organizations/"),
    Place("organizations-none", "/organizations/?q=nowhere"),
    Place("organization", "/organizations/osce/"),
    Place("organization-own", "/organizations/demonstration-northern-coastal-union/", "lead"),
    Place("organization-history", "/organizations/demonstration-northern-coastal-union/history/", "coordinator"),
    Place("brief", "/organizations/osce/brief/?names=time"),
    Place("brief-own", "/organizations/demonstration-northern-coastal-union/brief/", "lead"),
    Place("brief-as-of", "/organizations/osce/brief/?as_of=2004-06-30"),
    Place("brief-predecessors", "/organizations/au/brief/?predecessors=1&names=time"),
    Place("desk-focal-point", "/desk/", "lead"),
    Place("desk-coordinator", "/desk/", "coordinator"),
    Place("desk-stranger", "/desk/", "stranger"),
    Place("notifications", "/notifications/", "lead"),
    Place("notifications-none", "/notifications/", "stranger"),
    Place("notification-settings", "/notifications/settings/", "lead", follow_some),
    Place("notification-settings-none", "/notifications/settings/", "stranger"),
    Place("follow", "/follow/?query=area%3DA%26status%3Dunder_way", "lead"),
    Place("follow-errors", "/follow/?query=area%3DA%26status%3Dunder_way", "lead", follow_without_a_name),
    Place("reports", "/reports/", "lead", open_a_row),
    Place("reports-none", "/reports/", "stranger"),
    Place("reports-anonymous", "/reports/"),
    Place("report-menu", "/activities/?area=A&status=under_way", "lead", open_the_menu),
    Place("report-save", "/reports/save/?address=/activities/%3Farea%3DB", "lead"),
    Place("report-save-errors", "/reports/save/?address=/activities/%3Farea%3DB", "lead", save),
    Place("report-save-twice", "/reports/save/?address=/activities/%3Farea%3DB", "lead", take_a_name_twice),
    Place("report-edit", "{saved_report}edit/", "lead"),
    Place("report-conflict", "{saved_report}edit/", "lead", be_overtaken_renaming),
    Place("report-delete", "{saved_report}delete/", "lead"),
    Place("report-gone", "{gone_report}", "lead"),
    Place("review-queue", "/review/", "coordinator"),
    Place("review-queue-refused", "/review/", "coordinator", accept_nothing),
    Place("review-decide", "{review}", "coordinator"),
    Place("review-decide-errors", "{review}", "coordinator", return_without_a_word),
    Place("review-decide-conflict", "{review}", "coordinator", be_overtaken_reviewing),
    Place("update", "{lively}updates/new/", "lead"),
    Place("update-partner", "{lively}updates/new/", "partner"),
    Place("update-errors", "{lively}updates/new/", "lead", log_in_the_future),
    Place("update-conflict", "{shared}updates/new/", "lead", be_overtaken_logging),
    Place("participant-answer", "{invitation}", "lead"),
    Place("participant-errors", "{invitation}", "coordinator", save),
    Place("participant-invite", "{lively}participants/new/", "lead"),
    Place("participant-invite-errors", "{lively}participants/new/", "lead", save),
    Place("lead-propose", "{lively}lead/", "lead"),
    Place("lead-propose-errors", "{lively}lead/", "lead", save),
    Place("lead-propose-waiting", "{corrected}lead/", "lead"),
    Place("lead-propose-nobody", "{withdrawn}lead/", "coordinator"),
    Place("lead-answer", "{proposal}", "coordinator"),
    Place("lead-answer-errors", "{proposal}", "coordinator", save),
    Place("undertaking-new", "/activities/new/?parent=A.5", "partner"),
    Place("undertaking-new-errors", "/activities/new/", "partner", save),
    Place("undertaking-new-similar", "/activities/new/?parent=A.5", "partner", type_something_similar),
    Place("similar", "/activities/new/similar/?title=Joint+course", "partner"),
    Place("undertaking-edit", "{lively}edit/", "lead"),
    Place("undertaking-translate", "{lively}edit/?language=ar", "lead"),
    Place("undertaking-conflict", "{lively}edit/", "lead", be_overtaken_editing),
    Place("rounds", "/rounds/"),
    Place("rounds-coordinator", "/rounds/", "coordinator"),
    Place("round-board", "{round}", "coordinator"),
    Place("round-board-member", "{round}", "lead"),
    Place("round-board-closed", "{closed_round}", "coordinator"),
    Place("round-requests", "{round}requests/?state=overdue&state=returned", "lead"),
    Place("round-requests-none", "{round}requests/?role=observer", "coordinator"),
    Place("round-requests-print", "{round}requests/?format=print", "coordinator"),
    Place("round-remind", "{round}", "coordinator", preview_reminder),
    Place("round-edit", "{round}edit/", "coordinator"),
    Place("round-conflict", "{round}edit/", "coordinator", be_overtaken_extending),
    Place("signed-out-again", "{round}edit/", "coordinator", be_signed_out_writing),
    Place("signed-out-nothing", "/desk/again/", "partner"),
    Place("round-close", "{round}close/", "coordinator"),
    Place("round-reopen", "{closed_round}reopen/", "coordinator"),
    Place("round-reopen-errors", "{closed_round}reopen/", "coordinator", save),
    Place("round-new", "/rounds/new/?filters=area%3DA", "coordinator"),
    Place("round-preview", "/rounds/new/?filters=area%3DA", "coordinator", preview_round),
    Place("round-new-errors", "/rounds/new/", "coordinator", open_round_wrongly),
    Place("sign-in", "/account/login/"),
    Place("sign-in-errors", "/account/login/", "", sign_in_wrongly),
    Place("sign-up-closed", "/account/signup/"),
    Place("sign-out", "/account/logout/", "lead"),
    Place("account-inactive", "/account/inactive/"),
    Place("account-addresses", "/account/email/", "lead"),
    Place("account-sent", "/account/confirm-email/"),
    Place("account-again", "/account/reauthenticate/", "lead"),
    Place("password-change", "/account/password/change/", "lead"),
    Place("password-change-errors", "/account/password/change/", "lead", save),
    Place("password-reset", "/account/password/reset/"),
    Place("password-reset-sent", "/account/password/reset/done/"),
    Place("password-reset-wrong-key", "/account/password/reset/key/1-wrong/"),
    Place("password-reset-done", "/account/password/reset/key/done/"),
    Place("sessions", "/account/sessions/", "lead"),
    Place("unsubscribe", "{unsubscribe}"),
    Place("403", "{lively}edit/", "partner"),
    Place("403-expired", "{lively}updates/new/", "lead", send_an_expired_form),
    Place("429", "/busy/"),
    Place("404", "/activities/S-2001-138/Z.9/"),
    Place("500", "/broken/"),
    Place("admin-index", "/admin/", "coordinator"),
    Place("admin-list", "/admin/activities/activity/", "coordinator"),
    Place("admin-change", "{admin_change}", "coordinator"),
    Place("admin-changesets", "/admin/activities/changeset/", "coordinator"),
    Place("admin-history", "{admin_history}", "coordinator"),
    Place("admin-add", "/admin/activities/activity/add/", "coordinator"),
    Place("admin-framework", "{admin_framework}", "coordinator"),
    Place("admin-people", "/admin/organizations/user/", "coordinator"),
    Place("admin-person-add", "/admin/organizations/user/add/", "coordinator"),
    Place("admin-import", "/admin/activities/changeset/import/", "coordinator"),
    Place("admin-import-errors", "/admin/activities/changeset/import/", "coordinator", import_what_is_no_table),
    Place("admin-import-preview", "/admin/activities/changeset/import/", "coordinator", preview_import),
    Place("admin-import-refused", "/admin/activities/changeset/import/", "coordinator", preview_refused),
    Place("admin-import-undo", "/admin/activities/changeset/import/", "coordinator", import_and_look_back),
]
