"""What notifications say, to whom they lead where, and how that arrives as mail."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import translation

from activities.choices import NotificationKind, ReturnReason, Visibility
from activities.models import Notification
from activities.notifications import Words, reader_of, with_rows, words_of
from activities.notifications.wording import one_line
from activities.workflow import close_round, return_update
from activities.workflow.letters import LONGEST_QUOTE, letter
from organizations.models import User
from tests.factories import make_organization, make_round, make_undertaking, make_update, make_user
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db

DUE = datetime.date(2026, 12, 15)


@pytest.fixture
def rows() -> dict[str, Any]:
    """An organization called UNEP that leads one activity, its focal point, an open round, a returned update."""
    organization = make_organization(acronym="UNEP", mailbox="registry@example.org")
    user = make_user(name="Ana", organization=organization)
    coordinator = make_user(name="Carla Keeper", coordinator=True)
    activity = make_undertaking(title="Joint course", lead=organization)
    update = make_update(activity=activity, organization=organization, author=user, done="Held.")
    made = make_round(by=coordinator, title="Round 7", asked="Tell us of\ntraining <b>only</b>.", language="en")
    made.due_on, made.period_start, made.period_end = DUE, DUE.replace(month=7, day=1), DUE.replace(month=11, day=30)
    made.save()
    Notification.objects.all().delete()
    return {
        "organization": organization,
        "user": user,
        "coordinator": coordinator,
        "activity": activity,
        "update": update,
        "round": made,
        "participation": activity.participations.get(),
    }


def notify(
    rows: dict[str, Any], kind: str, *names: str, user: User | None = None, facts: Any = None, **more: Any
) -> Notification:
    """A notification to Ana about the rows named."""
    chosen = {name: rows[name] for name in names}
    whom = {"user": user or rows["user"]} if "address" not in more else {}
    return Notification.objects.create(
        kind=kind,
        dedupe_key=f"{kind}:{Notification.objects.count()}",
        by=rows["coordinator"],
        facts=facts or {},
        **whom,
        **chosen,
        **more,
    )


def read(notification: Notification) -> Words:
    """As a page or the sender reads it."""
    reader = reader_of(notification)
    return words_of(with_rows(Notification.objects.filter(pk=notification.pk), reader).get())


ROUND = ("organization", "round")
ENTRY = ("organization", "activity", "update")
PART = ("organization", "activity", "participation")
NAME = "A.5.1 Joint course"

LINE = {"activity": "S-2001-138/A.5.1", "code": "A.5.1", "title": "Joint course", "text": "New."}

# kind, rows, facts, subject, first sentence, name of the place, its button
TABLE: list[tuple[str, tuple[str, ...], dict[str, Any], str, str, str, str]] = [
    ("call", ROUND, {"requests": 1}, "Round 7: updates asked of UNEP by 15 December 2026",
     "UNEP is asked for an update on 1 activity in the reporting round “Round 7”.", "desk", "Answer on my desk"),
    ("call", ROUND, {"requests": 3}, "Round 7: updates asked of UNEP by 15 December 2026",
     "UNEP is asked for updates on 3 activities in the reporting round “Round 7”.", "desk", "Answer on my desk"),
    ("due_soon", ROUND, {"requests": 2}, "Round 7: answers of UNEP due on 15 December 2026",
     "2 updates that UNEP is asked for in “Round 7” are due on 15 December 2026.", "desk", "Answer on my desk"),
    ("overdue", ROUND, {"requests": 1}, "Round 7: answers of UNEP overdue since 15 December 2026",
     "1 update that UNEP is asked for in “Round 7” was due on 15 December 2026.", "desk", "Answer on my desk"),
    ("reminder", ROUND, {"requests": 1, "sentence": "Courage.", "language": "fr"}, "Round 7: reminder to UNEP",
     "1 update that UNEP is asked for in “Round 7” has not arrived yet.", "desk",
     "Answer on my desk"),
    ("round_closed", ROUND, {}, "Round 7 is closed", "The reporting round “Round 7” is closed.", "round-detail",
     "Read the report"),
    ("returned", ENTRY, {}, f"Returned: the update of UNEP on {NAME}",
     f"The update of UNEP on {NAME} was returned for the reasons below.", "update-new", "Log an update"),
    ("accepted", ENTRY, {}, f"Accepted: the update of UNEP on {NAME}", f"The update of UNEP on {NAME} was accepted.",
     "activity-detail", "Read the update"),
    ("invitation", PART, {}, f"UNEP is invited to take part in {NAME}", f"UNEP is invited to take part in {NAME}.",
     "participant-edit", "Answer the invitation"),
    ("answer", PART, {"response": "accepted"}, f"UNEP takes part in {NAME}",
     f"UNEP has accepted and takes part in {NAME}.", "activity-detail", "Open the activity"),
    ("answer", PART, {"response": "accepted_in_part", "words": "The venue."}, f"UNEP takes part in a part of {NAME}",
     f"UNEP has accepted a part of what it was asked in {NAME}.", "activity-detail", "Open the activity"),
    ("answer", PART, {"response": "declined"}, f"UNEP has declined to take part in {NAME}",
     f"UNEP has declined to take part in {NAME}.", "activity-detail", "Open the activity"),
    ("answer", PART, {"response": "withdrawn"}, f"UNEP has withdrawn from {NAME}", f"UNEP has withdrawn from {NAME}.",
     "activity-detail", "Open the activity"),
    ("lead_change", PART, {"state": "withdrawn"}, f"Change of lead: {NAME}",
     f"UNEP, which led {NAME}, has withdrawn. Who takes over?", "lead-propose", "Offer to lead"),
    ("lead_change", PART, {"state": "proposed", "proposal": 5}, f"Change of lead: {NAME}",
     f"UNEP is proposed as the next lead of {NAME}.", "lead-answer", "Answer the proposal"),
    ("lead_change", PART, {"state": "proposed", "proposal": 5, "offered": True}, f"Change of lead: {NAME}",
     f"UNEP offers to lead {NAME}.", "lead-answer", "Answer the proposal"),
    ("lead_change", PART, {"state": "accepted", "proposal": 5, "offered": True}, f"Change of lead: {NAME}",
     f"UNEP now leads {NAME}.", "activity-detail", "Open the activity"),
    ("mention", ENTRY, {}, f"UNEP is mentioned in {NAME}", f"The update of UNEP on {NAME} mentions UNEP.",
     "activity-detail", "Read the update"),
    ("followed", ENTRY, {"changes": [{"what": "update"}]}, f"Changed: {NAME}",
     f"{NAME}, which you follow, has changed.", "activity-detail", "Open the activity"),
    ("digest", (), {"lines": [LINE]},
     "Weekly digest: 1 activity", "This is what you are asked for, and what changed lately in what you follow.", "desk",
     "Open my desk"),
]  # fmt: skip


def test_every_kind_is_in_the_table() -> None:
    assert {row[0] for row in TABLE} == set(NotificationKind.values)


@pytest.mark.parametrize(("kind", "names", "facts", "subject", "sentence", "place", "button"), TABLE)
def test_what_each_kind_says_and_where_it_leads(
    rows: dict[str, Any],
    kind: str,
    names: tuple[str, ...],
    facts: dict[str, Any],
    subject: str,
    sentence: str,
    place: str,
    button: str,
) -> None:
    words = read(notify(rows, kind, *names, facts=facts))
    assert (words.subject, words.sentences[0], words.button, words.told) == (subject, sentence, button, True)
    path, _hash, anchor = words.path.partition("#")
    found = resolve(path)
    assert found.url_name == place
    expected: dict[str, Any] = {
        "round-detail": {"number": rows["round"].number},
        "participant-edit": {"pk": rows["participation"].pk},
        "lead-answer": {"pk": 5},
    }.get(place, {})
    if place not in ("desk", "round-detail"):
        expected |= {"framework": "S-2001-138", "code": "A.5.1"}
    assert found.kwargs == expected
    entry = f"update-{rows['update'].pk}"
    assert anchor == (entry if kind in ("accepted", "mention", "followed") else "")


OF_LEAD = {"state": "proposed", "proposal": 5}


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize(
    ("kind", "names", "facts"),
    [
        *((kind, ROUND, {}) for kind in ("call", "due_soon", "overdue", "reminder", "round_closed")),
        *((kind, ENTRY, {}) for kind in ("returned", "accepted")),
        ("invitation", PART, {}),
        ("answer", PART, {"response": "accepted"}),
        ("lead_change", PART, OF_LEAD),
        ("lead_change", PART, {"state": "withdrawn"}),
    ],
)
def test_a_mailbox_is_led_to_what_needs_no_account(
    rows: dict[str, Any], kind: str, names: tuple[str, ...], facts: dict[str, Any], visibility: str
) -> None:
    rows["activity"].visibility = visibility
    rows["activity"].save()
    because = {"because": "mailbox", "instead_of": rows["organization"].pk}
    words = read(notify(rows, kind, *names, address="registry@example.org", facts={**facts, **because}))
    assert Client().get(words.path).status_code == 200
    assert words.sentences[-2:] == (
        "UNEP has named no focal point whom mail reaches, so this goes to its mailbox.",
        "To answer on the site, an account is needed: to have one opened for a focal point, write to "
        "secretariat@example.org.",
    )


@pytest.mark.parametrize(("visibility", "place"), [("public", "activity-detail"), ("internal", "organization-detail")])
def test_a_mailbox_is_led_to_the_activity_where_that_is_public(
    rows: dict[str, Any], visibility: str, place: str
) -> None:
    rows["activity"].visibility = visibility
    rows["activity"].save()
    words = read(notify(rows, "invitation", *PART, address="registry@example.org", facts={"because": "mailbox"}))
    assert resolve(words.path).url_name == place


@pytest.mark.parametrize("kind", ["call", "answer", "lead_change", "invitation", "returned"])
def test_the_organization_that_was_stood_in_for_is_named_and_costs_no_statement(
    rows: dict[str, Any], kind: str, django_assert_num_queries: Any
) -> None:
    other = make_organization(acronym="OTHER")
    names = ROUND if kind == "call" else ENTRY if kind == "returned" else PART
    row = notify(rows, kind, *names, facts={"because": "coordinators", "instead_of": other.pk})
    said = "OTHER has named no focal point whom mail reaches, so this goes to the coordinators."
    assert words_of(Notification.objects.get(pk=row.pk)).sentences[-1] == said
    found = with_rows(Notification.objects.filter(pk=row.pk), reader_of(row)).get()
    with django_assert_num_queries(0):
        assert words_of(found).sentences[-1] == said


def test_why_it_is_this_recipient_is_said(rows: dict[str, Any], settings: Any) -> None:
    settings.SECRETARIAT_EMAIL = ""
    last = {
        because: read(notify(rows, "call", *ROUND, facts={"because": because})).sentences[3:]
        for because in ("", "mailbox", "coordinators")
    }
    assert last == {
        "": (),
        "mailbox": (
            "UNEP has named no focal point whom mail reaches, so this goes to its mailbox.",
            "To answer on the site, an account is needed: ask the secretariat to open one for a focal point.",
        ),
        "coordinators": ("UNEP has named no focal point whom mail reaches, so this goes to the coordinators.",),
    }


@pytest.mark.parametrize(("today", "said"), [(DUE, "are due"), (DUE + datetime.timedelta(days=1), "were due")])
def test_a_reminder_says_whether_the_day_has_passed(rows: dict[str, Any], today: datetime.date, said: str) -> None:
    row = notify(rows, "reminder", *ROUND)
    with time_machine.travel(datetime.datetime.combine(today, datetime.time(12), datetime.UTC)):
        assert read(row).sentences[1] == f"Answers {said} on 15 December 2026."


def test_a_returned_update_names_the_reasons_and_what_the_coordinator_wrote(rows: dict[str, Any]) -> None:
    return_update(
        rows["update"].review,
        by=rows["coordinator"],
        reasons=[ReturnReason.UNCLEAR, ReturnReason.NO_EVIDENCE],
        sentence="Quand ?",
        language="fr",
    )
    words = read(Notification.objects.get(kind="returned"))
    assert (set(words.points), words.quoted) == ({"Unclear", "No evidence"}, "Carla Keeper wrote")
    assert words.quote == ("Quand ?", "fr")


def test_a_closed_round_leads_to_its_newest_report(rows: dict[str, Any]) -> None:
    close_round(made=rows["round"], by=rows["coordinator"])
    row = Notification.objects.get(kind="round_closed")
    for words in (read(row), words_of(row)):
        assert (resolve(words.path).url_name, resolve(words.path).kwargs) == (
            "frozen-report",
            {"number": rows["round"].number, "version": 1},
        )


class TestWhatOneMayNoLongerSee:
    def hide(self, rows: dict[str, Any]) -> None:
        rows["activity"].visibility = Visibility.RESTRICTED
        rows["activity"].save()

    @pytest.mark.parametrize(("kind", "names"), [("followed", ENTRY), ("answer", PART), ("mention", ("update",))])
    def test_it_is_told_without_its_name(self, rows: dict[str, Any], kind: str, names: tuple[str, ...]) -> None:
        outside, inside = notify(rows, kind, *names, user=make_user()), notify(rows, kind, *names)
        self.hide(rows)
        for words in (read(outside), words_of(Notification.objects.get(pk=outside.pk))):
            assert words == Words("An activity that you can no longer see", (), "Open my desk", "/desk/", told=False)
        assert "Joint course" in read(inside).subject

    def test_the_digest_leaves_it_out_and_does_not_count_it(self, rows: dict[str, Any]) -> None:
        make_undertaking(title="Open course")
        lines = [
            {"activity": f"S-2001-138/{code}", "code": code, "title": title, "text": "New."}
            for code, title in (("A.5.1", "Joint course"), ("A.5.2", "Open course"))
        ]
        outside, inside = (notify(rows, "digest", user=user, facts={"lines": lines}) for user in (make_user(), None))
        self.hide(rows)
        assert [line.code for line in read(inside).lines] == ["A.5.1", "A.5.2"]
        words = read(outside)
        assert ([line.code for line in words.lines], words.subject) == (["A.5.2"], "Weekly digest: 1 activity")
        outside.facts = {"lines": lines[:1]}
        outside.save()
        assert (read(outside).told, read(outside).lines) == (False, ())


def test_reading_a_page_costs_the_same_for_one_and_for_three_of_each(rows: dict[str, Any]) -> None:
    def statements() -> int:
        reader = User.objects.get(pk=rows["user"].pk)  # who remembers no memberships yet
        with CaptureQueriesContext(connection) as captured:
            found = [words_of(row) for row in with_rows(Notification.objects.order_by("pk"), reader)]
        assert len(found) == Notification.objects.count()
        return len(captured)

    rows["activity"].visibility = Visibility.RESTRICTED
    rows["activity"].save()
    kinds = [row for row in TABLE if row[0] != "digest"]  # never stands in a list
    for kind, names, facts, *_ in kinds:
        notify(rows, kind, *names, facts=facts)
    before = statements()
    for _ in range(2):
        for kind, names, facts, *_rest in kinds:
            notify(rows, kind, *names, facts=facts)
    assert statements() == before == 4


HOSTILE = "Course\r\nBcc: thief@example.org\u202e\x07 <script>alert('&')</script> “quoted”"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HOSTILE, "Course Bcc: thief@example.org <script>alert('&')</script> “quoted”"),
        ("a\u2028b\u2029c\td", "a b c d"),
        ("\u2067\u200f\u061cשלום\u2069", "שלום"),
        ("نشاط\u200cها", "نشاط\u200cها"),  # joins no letters: part of the word, turns nothing
    ],
)
def test_names_on_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_long_titles_are_cut_in_the_subject_alone(rows: dict[str, Any]) -> None:
    rows["activity"].title_en = "Very " * 40 + "long"
    rows["activity"].save()
    words = read(notify(rows, "accepted", *ENTRY))
    assert len(words.subject) < 140
    assert words.subject.endswith("…")
    assert rows["activity"].title_en in words.sentences[0]


def mail_of(server: MailServer, row: Notification, address: str = "ana@example.org") -> Any:
    """The letter as it arrives."""
    row = with_rows(Notification.objects.filter(pk=row.pk), reader_of(row)).get()
    with translation.override(row.language):
        letter(row, words_of(row), address).send()
    return server.mail[-1]


class TestMail:
    def parts(self, mail: Any) -> tuple[str, str]:
        assert mail.get_content_type() == "multipart/alternative"
        plain, html = mail.iter_parts()
        assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        return tuple(part.get_content().replace("\r\n", "\n") for part in (plain, html))  # type: ignore[return-value]

    def test_headers(self, rows: dict[str, Any], mail_server: MailServer) -> None:
        mail = mail_of(mail_server, notify(rows, "call", *ROUND))
        assert mail["Subject"] == "Round 7: updates asked of UNEP by 15 December 2026"
        assert (mail["To"], mail["Reply-To"]) == ("ana@example.org", "secretariat@example.org")
        assert mail["From"] == "Cooperation Activity Tracker <tracker@example.org>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        address = r"<https://tracker\.example\.org(/notifications/unsubscribe/[\w.:=-]+/)>"
        link = re.fullmatch(address, mail["List-Unsubscribe"].strip())
        assert link
        assert resolve(link.group(1)).url_name == "unsubscribe"

    def test_a_mail_has_the_same_name_at_each_attempt(self, rows: dict[str, Any], mail_server: MailServer) -> None:
        one, other = notify(rows, "call", *ROUND), notify(rows, "due_soon", *ROUND)
        names = [mail_of(mail_server, row)["Message-ID"] for row in (one, one, other)]
        assert names[0] == names[1] == f"<notification-{one.pk}@example.org>"
        assert names[2] == f"<notification-{other.pk}@example.org>"

    def test_without_a_secretariat_nobody_is_promised_an_answer(
        self, rows: dict[str, Any], mail_server: MailServer, settings: Any
    ) -> None:
        row = notify(rows, "call", *ROUND)
        plain, html = self.parts(mail_of(mail_server, row))
        assert "secretariat" in plain
        assert "secretariat" in html
        settings.SECRETARIAT_EMAIL = ""
        mail = mail_of(mail_server, row)
        assert mail["Reply-To"] is None
        assert "secretariat" not in "".join(self.parts(mail))

    def test_both_parts_say_everything_and_link_to_the_site(
        self, rows: dict[str, Any], mail_server: MailServer
    ) -> None:
        row = notify(rows, "call", *ROUND, facts={"because": "coordinators", "requests": 2})
        plain, html = self.parts(mail_of(mail_server, row))
        for sentence in read(row).sentences:
            assert sentence in plain
            assert sentence in html
        assert "What is asked:\n\nTell us of\ntraining <b>only</b>.\n" in plain
        assert "<p>Tell us of<br>training &lt;b&gt;only&lt;/b&gt;.</p>" in html
        assert "<b>" not in html
        links = set(re.findall(r"https?://[^\s\"<>]+", plain))
        assert links == set(re.findall(r"href=\"([^\"]+)\"", html)) | {"https://tracker.example.org"}
        paths = {link.removeprefix("https://tracker.example.org") for link in links}
        assert {resolve(path).url_name for path in paths if path} == {"desk", "unsubscribe", "notification-settings"}

    def test_texts_of_others_can_do_no_harm(self, rows: dict[str, Any], mail_server: MailServer) -> None:
        rows["activity"].title_en = HOSTILE
        rows["activity"].save()
        make_organization(acronym="X")
        type(rows["organization"]).objects.filter(pk=rows["organization"].pk).update(acronym_en="UN\r\nX-Evil: 1")
        mail = mail_of(mail_server, notify(rows, "accepted", *ENTRY))
        subject = "Accepted: the update of UN X-Evil: 1 on A.5.1 Course Bcc: thief@example.org <script>alert("
        assert mail["Subject"].strip().startswith(subject)
        assert {name.lower() for name in mail} == {
            "subject", "from", "to", "reply-to", "date", "message-id", "mime-version", "content-type",
            "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
        }  # fmt: skip
        assert mail_server.recipients == ["ana@example.org"]
        plain, html = self.parts(mail)
        assert "<script>alert('&')</script> “quoted”" in plain
        assert "<script" not in html
        assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt; “quoted”" in html
        assert not set(plain + html) & set("\u202e\x07")

    def test_what_somebody_wrote_is_marked_with_its_language_and_cut(
        self, rows: dict[str, Any], mail_server: MailServer
    ) -> None:
        facts = {"sentence": "\u202eكلمة\x07 " * 3000, "language": "ar"}
        plain, html = self.parts(mail_of(mail_server, notify(rows, "reminder", *ROUND, facts=facts)))
        assert '<blockquote lang="ar" dir="rtl"' in html
        assert "Carla Keeper wrote" in plain
        assert not set(plain + html) & set("\u202e\x07")
        assert plain.count("كلمة") <= LONGEST_QUOTE / 5

    def test_a_digest_links_each_line(self, rows: dict[str, Any], mail_server: MailServer) -> None:
        (facts,) = (row[2] for row in TABLE if row[0] == "digest")
        plain, html = self.parts(mail_of(mail_server, notify(rows, "digest", facts={**facts, "more": 3})))
        address = "https://tracker.example.org/activities/S-2001-138/A.5.1/"
        assert f"* A.5.1 Joint course\n  New.\n  {address}\n" in plain
        assert f'<a href="{address}"' in html
        assert "3 further lines found no room here." in plain

    @pytest.mark.parametrize("language", [code for code, _name in django_settings.LANGUAGES])
    def test_it_is_in_the_language_and_direction_of_the_recipient(
        self, rows: dict[str, Any], mail_server: MailServer, language: str
    ) -> None:
        mail = mail_of(mail_server, notify(rows, "call", *ROUND, language=language))
        _plain, html = self.parts(mail)
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in html
        with translation.override(language):
            assert translation.gettext("Cooperation tracker") in html

    def test_mail_to_a_mailbox_offers_no_page_of_an_account(
        self, rows: dict[str, Any], mail_server: MailServer
    ) -> None:
        row = notify(rows, "call", *ROUND, address="registry@example.org", facts={"because": "mailbox"})
        plain, html = self.parts(mail_of(mail_server, row, "registry@example.org"))
        for text in (plain, html):
            assert "/notifications/settings/" not in text
            assert "/notifications/unsubscribe/" in text
            assert "https://tracker.example.org/rounds/" in text
            assert "write to secretariat@example.org" in text
