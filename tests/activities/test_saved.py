"""Saved reports: saving a view under a name, who may use and change it, and what opens after signing in."""

import csv
import io
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.choices import Sharing
from activities.models import SavedReport, StartView
from activities.workflow.saved import MOST_REPORTS, choose_start, edit_report
from organizations.choices import MembershipRole
from organizations.models import Membership
from tests.factories import make_saved_report, make_undertaking, make_update
from tests.forms_sent import send
from tests.personas import PEOPLE, Cast
from tests.reading import client_of, links, main_part, page, queries

pytestmark = pytest.mark.django_db

LIST, SAVE, REPORTS = "/activities/", "/reports/save/", "/reports/"


def save(user: Any, **sent: Any) -> Any:
    given = {"address": f"{LIST}?area=A", "name": "Area A", "shared": "private", **sent}
    return client_of(user).post(SAVE, {name: value for name, value in given.items() if value is not None})


def shared(cast: Cast, which: str) -> str:
    return f"organization-{cast.organizations[which].pk}"


class TestSaving:
    def test_the_menu_on_the_list_saves_what_the_list_shows(self, cast: Cast) -> None:
        html = main_part(page(cast.lead, f"{LIST}?status=under_way&area=A&sort=-due&page=1"))
        form = html.split(f'action="{SAVE}"')[1].split("</form>")[0]
        [address] = re.findall(r'name="address" value="([^"]*)"', form)
        assert re.findall(r'<option value="([^"]*)"', form) == ["private", shared(cast, "lead"), "members"]
        response = save(cast.lead, address=address.replace("&amp;", "&"), name=" Under way in A ")
        assert (response.status_code, response["Location"]) == (302, f"{LIST}?area=A&sort=-due&status=under_way")
        report = SavedReport.objects.get()
        assert (report.owner, report.name, report.kind, report.subject) == (cast.lead, "Under way in A", "list", "")
        assert (report.query, report.sharing) == ("area=A&sort=-due&status=under_way", Sharing.PRIVATE)
        assert report.words == {"area": {"A": "A Area A"}, "status": {"under_way": "Under way"}}
        assert [record.history_user for record in report.history.all()] == [cast.lead]

    def test_nobody_is_offered_it_who_is_not_signed_in(self, cast: Cast) -> None:
        assert "/reports/save/" not in page(cast.anonymous, LIST)
        assert client_of(cast.anonymous).post(SAVE, {"name": "A", "address": LIST})["Location"].startswith("/account/")
        assert SavedReport.objects.count() == 0

    def test_it_is_shared_with_an_organization_of_ones_own_or_with_everybody(self, cast: Cast) -> None:
        save(cast.lead, name="Ours", shared=shared(cast, "lead"))
        save(cast.lead, name="Everybody's", shared="members")
        rows = SavedReport.objects.order_by("name").values_list("name", "sharing", "organization")
        assert list(rows) == [("Everybody's", "members", None), ("Ours", "organization", cast.organizations["lead"].pk)]

    @pytest.mark.parametrize(
        "sent",
        [
            {"name": None},
            {"name": ""},
            {"name": "x" * 121},
            {"name": "turned \u202e around"},
            {"name": " \u200b\u2060 "},
            {"name": "\x07"},
            {"shared": "organization-999999"},
            {"shared": "organization"},
            {"shared": "everybody"},
            {"shared": None},
            {"address": None},
            {"address": "/desk/"},
            {"address": "/activities/new/"},
            {"address": "https://elsewhere.example/activities/"},
            {"address": "//elsewhere.example/activities/"},
            {"address": f"{LIST}?area=Z"},
            {"address": f"{LIST}?colour=red"},
            {"address": f"{LIST}?sort=colour"},
            {"address": f"{LIST}?q=a%00b"},
            {"address": f"{LIST}?q={'x' * 2500}"},
            {"address": f"{LIST}?visibility=restricted"},
        ],
    )
    def test_what_cannot_be_saved_comes_back_as_it_was_typed(
        self, cast: Cast, digest: Any, sent: dict[str, Any]
    ) -> None:
        before = digest()
        response = save(cast.lead, **sent)
        assert (response.status_code, digest()) == (422, before)
        html = response.content.decode()
        assert 'id="error-summary"' in html
        if "name" not in sent:
            assert 'value="Area A"' in html

    def test_nobody_shares_with_an_organization_of_others(self, cast: Cast, digest: Any) -> None:
        before = digest()
        assert save(cast.lead, shared=shared(cast, "partner")).status_code == 422
        report = make_saved_report(by=cast.lead)
        response = send(client_of(cast.lead), edit(report), "report", shared=shared(cast, "partner"))
        assert response.status_code == 422
        report.delete()
        SavedReport.history.all().delete()
        assert digest() == before

    def test_a_form_sent_twice_saves_one_report(self, cast: Cast) -> None:
        for _ in range(2):
            assert save(cast.lead).status_code == 302
        assert (SavedReport.objects.count(), SavedReport.history.count()) == (1, 1)

    def test_a_name_is_used_once_and_what_it_shows_can_be_replaced(self, cast: Cast) -> None:
        save(cast.lead, shared="members")
        refused = save(cast.lead, address=f"{LIST}?area=A&kind=undertaking")
        assert refused.status_code == 422
        html = refused.content.decode()
        assert "Replace what “Area A” shows" in html and "Choose another name" in html
        [version] = re.findall(r'name="replace" value="(\d+)"', html)
        response = save(cast.lead, address=f"{LIST}?kind=undertaking", replace=version)
        assert response["Location"] == f"{LIST}?kind=undertaking"
        report = SavedReport.objects.get()
        # Who may use it is not changed by the way.
        assert (report.query, report.sharing, report.version) == ("kind=undertaking", "members", 2)
        assert save(cast.lead, address=f"{LIST}?area=A", replace=version).status_code == 409
        assert SavedReport.objects.get().query == "kind=undertaking"
        assert save(cast.partner).status_code == 302, "names are one's own"

    def test_the_number_of_ones_own_is_limited(self, cast: Cast) -> None:
        SavedReport.objects.bulk_create(
            SavedReport(owner=cast.lead, name=f"{number}", kind="list") for number in range(MOST_REPORTS)
        )
        response = save(cast.lead)
        assert response.status_code == 422 and "Delete one first" in response.content.decode()
        assert save(cast.partner).status_code == 302

    def test_a_form_without_its_token_is_refused(self, cast: Cast, digest: Any) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.lead)
        report = make_saved_report(by=cast.lead)
        before = digest()
        for address in (SAVE, "/reports/start/", edit(report), delete(report), f"{report.get_absolute_url()}mend/"):
            sent = {"name": "A", "shared": "private", "address": LIST, "version": 1, "page": "overview", "rest": ""}
            assert client.post(address, sent).status_code == 403
        assert digest() == before

    def test_the_page_that_asks_for_a_name_says_what_is_saved(self, cast: Cast) -> None:
        html = main_part(page(cast.lead, f"{SAVE}?address={quote(f'{LIST}?area=A&status=under_way')}"))
        assert "Area: A Area A; Status: Under way" in html
        for address in ("/desk/", f"{LIST}?area=Z", f"{LIST}?area=A%00"):
            assert client_of(cast.lead).get(f"{SAVE}?address={quote(address)}").status_code == 400


def edit(report: SavedReport) -> str:
    return reverse("report-edit", args=[report.key])


def delete(report: SavedReport) -> str:
    return reverse("report-delete", args=[report.key])


class TestUse:
    def who(self, cast: Cast, report: SavedReport) -> set[str]:
        """Everybody for whom the link leads to the report; for all others there is no such page."""
        found = {name: client_of(cast.people[name]).get(report.get_absolute_url()) for name in PEOPLE}
        assert found["anonymous"]["Location"].startswith("/account/login/")
        assert {answer.status_code for answer in found.values()} <= {302, 404}
        usable = {name for name, answer in found.items() if answer.headers.get("Location") == report.target}
        everybody = SavedReport.objects.filter(pk=report.pk)
        assert usable == {name for name in PEOPLE if everybody.usable_by(cast.people[name]).exists()}
        for name in set(PEOPLE) - {"administrator"}:
            assert cast.people[name].has_perm("activities.use_saved_report", report) == (name in usable)
        for name in set(PEOPLE) - {"anonymous"}:
            assert (report.get_absolute_url() in links(page(cast.people[name], REPORTS))) == (name in usable)
        return usable

    def test_a_private_one_is_used_by_its_owner_alone(self, cast: Cast) -> None:
        assert self.who(cast, make_saved_report(by=cast.partner)) == {"partner"}

    def test_one_shared_with_an_organization_by_its_members_of_any_role(self, cast: Cast) -> None:
        Membership.objects.create(
            user=cast.observer, organization=cast.organizations["partner"], role=MembershipRole.READER
        )
        report = make_saved_report(by=cast.partner, organization=cast.organizations["partner"])
        assert self.who(cast, report) == {"partner", "reporter", "observer"}

    def test_one_shared_with_everybody_by_whoever_is_signed_in(self, cast: Cast) -> None:
        assert self.who(cast, make_saved_report(by=cast.partner, everybody=True)) == set(PEOPLE) - {"anonymous"}

    def test_it_ends_with_the_membership_and_stays_when_the_owner_leaves(self, cast: Cast) -> None:
        report = make_saved_report(by=cast.partner, organization=cast.organizations["partner"])
        reporter = client_of(cast.reporter)
        assert reporter.get(report.get_absolute_url()).status_code == 302
        yesterday = timezone.localdate() - timezone.timedelta(days=1)
        cast.partner.memberships.update(until=yesterday)
        cast.partner.is_active = False
        cast.partner.save()
        assert reporter.get(report.get_absolute_url())["Location"] == report.target
        cast.reporter.memberships.update(until=yesterday)
        assert reporter.get(report.get_absolute_url()).status_code == 404
        assert report.name not in page(cast.reporter, REPORTS) + page(cast.reporter, LIST)

    def test_each_reader_reads_the_rows_open_to_that_reader(self, cast: Cast) -> None:
        report = make_saved_report(by=cast.partner, query="kind=undertaking", everybody=True)
        titles = {"Public course", "Internal course", "Restricted course"}
        for name, hidden in (("partner", set()), ("coordinator", set()), ("stranger", {"Restricted course"})):
            html = client_of(cast.people[name]).get(report.get_absolute_url(), follow=True).content.decode()
            assert {title for title in titles if title in html} == titles - hidden

    def test_the_link_tells_nothing_and_is_not_guessed(self, cast: Cast) -> None:
        first, second = make_saved_report(by=cast.lead), make_saved_report(by=cast.lead)
        assert re.fullmatch(r"[a-z2-9]{10}", first.key) and first.key != second.key
        nothing = client_of(cast.stranger).get("/reports/aaaaaaaaaa/")
        hidden = client_of(cast.stranger).get(first.get_absolute_url())
        own = r'value="\w+"|Token": "\w+|/reports/\w+/'
        pages = [re.sub(own, "", answer.content.decode()) for answer in (nothing, hidden)]
        assert (nothing.status_code, hidden.status_code, pages[0]) == (404, 404, pages[1])


class TestOtherViews:
    @pytest.mark.parametrize(
        "columns", ["columns=code,due,title", "columns=title&place-title=3&columns=code&columns=due&place-due=2"]
    )
    def test_columns_are_kept_in_their_order(self, cast: Cast, columns: str) -> None:
        address = f"{LIST}?{columns}&sort=-due&area=A"
        assert save(cast.lead, address=address)["Location"] == f"{LIST}?area=A&columns=code,due,title&sort=-due"
        assert SavedReport.objects.get().query == "area=A&columns=code,due,title&sort=-due"
        assert TestBesideTheList().tabs(cast.lead, f"{LIST}?sort=-due&columns=code,due,title&area=A") == [
            ("Area A", True)
        ]

    @pytest.mark.parametrize(
        ("kind", "own", "wrong"), [("timeline", "by=year", "by=hour"), ("matrix", "by=field&paper=a3", "by=colour")]
    )
    def test_views_with_parameters_of_their_own_keep_them(self, cast: Cast, kind: str, own: str, wrong: str) -> None:
        address = f"/{kind}/?{own}&area=A"
        form = main_part(page(cast.lead, address)).split(f'action="{SAVE}"')[1].split("</form>")[0]
        assert f'name="address" value="{address.replace("&", "&amp;")}"' in form
        assert save(cast.lead, address=address)["Location"] == f"/{kind}/?area=A&{own}"
        report = SavedReport.objects.get()
        assert (report.kind, report.query, report.words) == (kind, f"area=A&{own}", {"area": {"A": "A Area A"}})
        html = main_part(page(cast.lead, REPORTS))
        assert f"<small>{kind.title()}. Area: A Area A</small>" in html
        assert client_of(cast.lead).get(report.get_absolute_url())["Location"] == report.target
        assert TestBesideTheList().tabs(cast.lead) == [], "no tab of another view"
        assert save(cast.lead, name="B", address=f"/{kind}/?{wrong}").status_code == 422

    @pytest.mark.parametrize(
        ("address", "kind", "subject"),
        [
            ("/frameworks/S-2001-138/report/?area=A", "framework", "S-2001-138"),
            ("/organizations/lead/brief/?names=time", "brief", "lead"),
            ("/reports/obstacles/?area=A", "obstacles", ""),
        ],
    )
    def test_papers_are_saved_with_what_they_are_about(self, cast: Cast, address: str, kind: str, subject: str) -> None:
        assert f'action="{SAVE}"' in page(cast.lead, address)
        assert save(cast.lead, address=address)["Location"] == address
        report = SavedReport.objects.get()
        assert (report.kind, report.subject, report.target) == (kind, subject, address)
        assert client_of(cast.lead).get(report.get_absolute_url())["Location"] == address
        assert save(cast.lead, name="B", address=address + "&colour=red").status_code == 422
        costs = queries(cast.lead, REPORTS)
        for number in range(2):
            save(cast.lead, name=f"{number}", address=address)
        assert queries(cast.lead, REPORTS) == costs

    def test_days_are_kept(self, cast: Cast) -> None:
        """What was known on a day, and what changed since an earlier one: the report stays of these days."""
        then, earlier = (str(timezone.localdate() - timezone.timedelta(days=days)) for days in (10, 100))
        old = make_undertaking(title="Old", created_at=timezone.now() - timezone.timedelta(days=150))
        lead = cast.organizations["lead"]
        for days, status in ((120, "under_way"), (40, "stalled"), (2, "discontinued")):
            make_update(activity=old, organization=lead, days_ago=days, status=status, reason="Rain", closing="")
        queries_of = {
            "As it was": f"area=A&as_of={then}",
            "Since": f"area=A&compare={earlier}",
            "Between": f"area=A&as_of={then}&compare={earlier}",
        }
        said = {}
        for name, query in queries_of.items():
            assert save(cast.lead, name=name, address=f"{LIST}?{query}")["Location"].startswith(f"{LIST}?area=A&")
            report = SavedReport.objects.get(name=name)
            assert sorted(report.query.split("&")) == sorted(query.split("&"))
            answer = client_of(cast.lead).get(report.get_absolute_url(), follow=True)
            assert [address for address, _status in answer.redirect_chain] == [report.target]
            said[name] = list(csv.reader(body_of(client_of(cast.lead).get(f"{report.target}&format=csv"))))[1:]
            assert TestBesideTheList().tabs(cast.lead, report.target)[0] == (name, True)
        assert [row[0] for row in said["As it was"]] == [old.code] and "Stalled" in said["As it was"][0]
        changes = {
            name: " | ".join(cell for row in said[name] if old.code in row for cell in row) for name in queries_of
        }
        assert "Under way → Discontinued" in changes["Since"] and "Under way → Stalled" in changes["Between"]
        html = main_part(page(cast.lead, REPORTS))
        assert all(f"<bdi>{name}</bdi>" in html for name in queries_of) and "no longer exists" not in html


def body_of(response: Any) -> Any:
    return io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"), newline="")


class TestBesideTheList:
    def tabs(self, user: Any, address: str = LIST) -> list[tuple[str, bool]]:
        html = page(user, address).split('<nav class="views"')[1].split("</nav>")[0]
        found = re.findall(r'<a href="/reports/\w+/"( aria-current="page")?><bdi>([^<]*)', html)
        return [(name, bool(current)) for current, name in found]

    def test_ones_own_and_those_of_ones_organizations_are_tabs(self, cast: Cast) -> None:
        partner = cast.organizations["partner"]
        make_saved_report(by=cast.reporter, name="Ours", query="kind=undertaking", organization=partner)
        make_saved_report(by=cast.partner, name="Mine & only mine", query="area=A&sort=-due")
        make_saved_report(by=cast.lead, name="Everybody's", everybody=True)
        make_saved_report(by=cast.reporter, name="Hidden")
        assert self.tabs(cast.partner) == [("Mine &amp; only mine", False), ("Ours", False)]
        assert self.tabs(cast.partner, f"{LIST}?sort=-due&area=A") == [("Mine &amp; only mine", True), ("Ours", False)]
        assert self.tabs(cast.stranger) == self.tabs(cast.anonymous) == []

    def test_there_are_never_more_than_six(self, cast: Cast) -> None:
        for number in range(8):
            make_saved_report(by=cast.lead, name=f"Report {number}")
        assert [name for name, _ in self.tabs(cast.lead)] == [f"Report {number}" for number in (7, 6, 5, 4, 3, 2)]


class TestTheHub:
    def test_it_lists_ones_own_and_what_others_share_each_with_its_filter_in_words(self, cast: Cast) -> None:
        partner = cast.organizations["partner"]
        make_saved_report(by=cast.partner, name="Mine", query="area=A")
        make_saved_report(by=cast.reporter, name="Ours", query="status=under_way", organization=partner)
        make_saved_report(by=cast.lead, name="Everybody's", query="kind=agreed", everybody=True)
        make_saved_report(by=cast.lead, name="Hidden")
        html = main_part(page(cast.partner, REPORTS))
        mine, others = html.split('id="h-others"')
        for name, sentence in (("Ours", "Status: Under way"), ("Everybody&#x27;s", "Kind: Agreed item")):
            assert f"<bdi>{name}</bdi>" in others and f". {sentence}" in others
        assert "<bdi>Mine</bdi>" in mine and ". Area: A Area A" in mine and "Hidden" not in html
        assert others.index("Ours") < others.index("Everybody")

    def test_the_papers_are_those_that_are_installed_and_open_to_everybody(self, cast: Cast) -> None:
        html = main_part(page(cast.anonymous, REPORTS))
        assert LIST in links(html)
        papers = [link for link in links(html) if not link.startswith("/account/")]
        assert {client_of(cast.anonymous).get(link).status_code for link in papers} == {200}
        assert "Saved by me" not in html

    @pytest.mark.parametrize("who", ["partner", "coordinator"])
    def test_it_costs_the_same_for_many_reports(self, cast: Cast, who: str) -> None:
        partner = cast.organizations["partner"]

        def one_more(number: int) -> None:
            # Also of what is gone: it is looked up afresh, once for the page.
            make_saved_report(by=cast.people[who], name=f"Mine {number}", query="theme=gone")
            make_saved_report(by=cast.reporter, name=f"Ours {number}", query="area=Z", organization=partner)
            make_saved_report(by=cast.lead, name=f"Everybody's {number}", query="area=A", everybody=True)

        one_more(1)
        one = [queries(cast.people[who], address) for address in (REPORTS, LIST)]
        for number in (2, 3):
            one_more(number)
        assert [queries(cast.people[who], address) for address in (REPORTS, LIST)] == one
        assert one[0] <= 12

    def test_pages_of_fifty(self, cast: Cast) -> None:
        SavedReport.objects.bulk_create(
            SavedReport(owner=cast.lead, name=f"Report {number:02}", kind="list", sharing=Sharing.MEMBERS)
            for number in range(52)
        )
        found = [page(cast.partner, f"{REPORTS}?page={number}") for number in (1, 2)]
        names = [re.findall(r"<bdi>(Report \d\d)</bdi>", html) for html in found]
        assert [len(of_page) for of_page in names] == [50, 2] and sorted(names[0] + names[1]) == names[0] + names[1]
        for number in ("3", "0", "x"):
            assert client_of(cast.partner).get(REPORTS, {"page": number}).status_code == 404

    def test_what_a_list_finds_can_be_followed(self, cast: Cast) -> None:
        make_saved_report(by=cast.partner, query="area=A&sort=-due&status=under_way")
        [follow] = [link for link in links(main_part(page(cast.partner, REPORTS))) if link.startswith("/follow/")]
        assert follow == "/follow/?query=area%3DA%26status%3Dunder_way"
        assert client_of(cast.partner).get(follow).status_code == 200


class TestChanging:
    def test_it_is_renamed_and_shared(self, cast: Cast) -> None:
        report = make_saved_report(by=cast.partner, name="Mine")
        client = client_of(cast.partner)
        html = main_part(client.get(edit(report)).content.decode())
        assert f"http://testserver{report.get_absolute_url()}" in html
        response = send(client, edit(report), "report", name="Ours", shared=shared(cast, "partner"))
        assert response["Location"] == REPORTS
        report.refresh_from_db()
        assert (report.name, report.sharing, report.organization) == (
            "Ours", "organization", cast.organizations["partner"]
        )  # fmt: skip
        assert [record.name for record in report.history.all()] == ["Ours", "Mine"]
        send(client, edit(report), "report", shared="private")
        report.refresh_from_db()
        assert (report.sharing, report.organization, report.version) == ("private", None, 3)

    def test_who_keeps_an_organizations_reports_cannot_take_them_elsewhere(self, cast: Cast) -> None:
        """The focal point renames, stops the sharing, deletes; the name stays one of the owner's."""
        partner = cast.organizations["partner"]
        report = make_saved_report(by=cast.reporter, name="Ours", organization=partner)
        make_saved_report(by=cast.reporter, name="Taken")
        client = client_of(cast.partner)
        assert "Only the owner" in client.get(edit(report)).content.decode()
        assert send(client, edit(report), "report", name="Taken").status_code == 422
        assert send(client, edit(report), "report", name="Renamed", shared="private").status_code == 302
        assert client.get(edit(report)).status_code == 404
        report.refresh_from_db()
        assert (report.owner, report.name) == (cast.reporter, "Renamed")

    def test_two_who_change_it_at_once_are_shown_both_versions(self, cast: Cast, digest: Any) -> None:
        partner = cast.organizations["partner"]
        report = make_saved_report(by=cast.reporter, name="Ours", organization=partner)
        edit_report(report=report, changes={"name": "Ours, renamed"}, version=1, by=cast.reporter)
        before = digest()
        sent = {"name": "Mine", "shared": shared(cast, "partner"), "version": "1"}
        response = client_of(cast.partner).post(edit(report), sent)
        html = response.content.decode()
        assert (response.status_code, digest()) == (409, before)
        assert "Ours, renamed" in html and "Saved by reporter" in html and 'value="Mine"' in html
        [version] = re.findall(r'name="version" value="(\d+)"', html)
        response = client_of(cast.partner).post(edit(report), sent | {"version": version, "keep-name": "yours"})
        assert (response.status_code, SavedReport.objects.get().name) == (302, "Mine")

    def test_it_is_deleted_after_a_confirmation_and_only_as_it_was_seen(self, cast: Cast) -> None:
        report = make_saved_report(by=cast.partner, everybody=True)
        choose_start(cast.stranger, report=report)
        client = client_of(cast.partner)
        assert "everybody who signs in" in client.get(delete(report)).content.decode()
        edit_report(report=report, changes={"name": "Better"}, version=1, by=cast.partner)
        assert client.post(delete(report), {"version": "1"}).status_code == 409
        assert client.post(delete(report), {}).status_code == 409
        assert SavedReport.objects.count() == 1
        assert client.post(delete(report), {"version": "2"})["Location"] == REPORTS
        assert SavedReport.objects.count() == 0
        assert SavedReport.history.first().history_type == "-"
        # Sent twice it was deleted once; for others there never was such a page.
        assert client.post(delete(report), {"version": "2"})["Location"] == REPORTS
        assert client_of(cast.coordinator).post(delete(report), {"version": "2"}).status_code == 404
        assert StartView.objects.get().report is None


class TestTheStart:
    def start(self, user: Any) -> Any:
        return client_of(user).get("/start/", follow=True)

    def test_it_is_the_desk_for_who_chose_nothing(self, cast: Cast) -> None:
        client = Client()
        sent = {"login": "lead@example.org", "password": "correct horse battery staple"}
        response = client.post(reverse("account_login"), sent, follow=True)
        assert [address for address, _ in response.redirect_chain] == ["/start/", "/desk/"]

    def test_a_page_or_a_report_is_chosen(self, cast: Cast) -> None:
        report = make_saved_report(by=cast.lead, everybody=True)
        client = client_of(cast.partner)
        for sent, there in (
            ({"page": "overview"}, "/"),
            ({"report": report.key}, f"{LIST}?area=A"),
            ({"page": "desk"}, "/desk/"),
        ):
            assert client.post("/reports/start/", sent)["Location"] == REPORTS
            assert self.start(cast.partner).redirect_chain[-1][0] == there
        assert StartView.objects.count() == 1

    def test_what_one_may_not_use_is_not_chosen(self, cast: Cast, digest: Any) -> None:
        report = make_saved_report(by=cast.lead)
        before = digest()
        client = client_of(cast.partner)
        assert client.post("/reports/start/", {"report": report.key}).status_code == 404
        for page_of in ("report", "x"):
            assert client.post("/reports/start/", {"page": page_of}).status_code == 400
        assert digest() == before

    def test_a_report_that_is_used_no_longer_gives_way_to_the_overview(self, cast: Cast) -> None:
        gone = make_saved_report(by=cast.partner, name="Secret plan", everybody=True)
        deleted = make_saved_report(by=cast.partner, everybody=True)
        for report in (gone, deleted):
            choose_start(cast.stranger, report=report)
        deleted.delete()
        said = "can no longer be opened"
        response = self.start(cast.stranger)
        assert response.redirect_chain[-1][0] == "/" and said in response.content.decode()
        choose_start(cast.stranger, report=gone)
        assert self.start(cast.stranger).redirect_chain[-1][0] == f"{LIST}?area=A"
        edit_report(report=gone, changes={"sharing": Sharing.PRIVATE}, version=1, by=cast.partner)
        response = self.start(cast.stranger)
        assert response.redirect_chain[-1][0] == "/" and said in response.content.decode()
        assert "Secret plan" not in response.content.decode() + page(cast.stranger, REPORTS)
