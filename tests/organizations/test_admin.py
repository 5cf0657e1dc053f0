"""Organizations and people in the administration: accounts, invitations, and who may not be touched by whom."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from organizations.choices import COORDINATORS
from organizations.models import Membership, Organization, User
from organizations.workflow import refresh_search_text
from tests.factories import make_organization
from tests.forms_sent import fields_of, send
from tests.personas import Cast

BACKEND = "organizations.adapter.AuthenticationBackend"
FORM = "user_form"
ADD = "/admin/organizations/user/add/"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    return signed_in(cast.people["coordinator"])


def page(user: Any) -> str:
    return reverse("admin:organizations_user_change", args=[user.pk])


# --- signing in ---------------------------------------------------------------------------------------


def test_signing_in_is_the_sites_own(cast: Cast, client: Client) -> None:
    response = client.get("/admin/organizations/user/", follow=True)
    assert [address for address, _status in response.redirect_chain][-1].startswith("/account/login/?next=")
    assert "AdminAuthenticationForm" not in str(response.context.get("form"))
    posted = client.post(
        "/admin/login/", {"username": "coordinator@example.org", "password": "correct horse battery staple"}
    )
    assert (posted.status_code, posted.headers["Location"]) == (302, "/account/login/?next=/admin/")
    assert client.get("/admin/").status_code == 302


def test_who_may_not_enter_is_told_so(cast: Cast) -> None:
    for name in ("stranger", "lead", "observer"):
        response = signed_in(cast.people[name]).get("/admin/", follow=True)
        assert response.status_code == 403
        assert "for coordinators and administrators" in response.content.decode()
    only_staff = cast.people["stranger"]
    User.objects.filter(pk=only_staff.pk).update(is_staff=True)
    assert signed_in(only_staff).get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_signing_in_leads_nowhere_else(cast: Cast, coordinator: Client, target: str) -> None:
    assert coordinator.get("/admin/login/", {"next": target}).headers["Location"] == "/admin/"


# --- accounts -----------------------------------------------------------------------------------------


def test_an_account_is_opened_with_an_invitation(
    cast: Cast, coordinator: Client, mailoutbox: list[Any], client: Client
) -> None:
    response = send(coordinator, ADD, FORM, email="New.Person@Example.org", name="New Person", language="fr")
    assert response.status_code == 302
    new = User.objects.get(name="New Person")
    assert (new.email, new.language, new.is_staff, new.is_superuser) == ("new.person@example.org", "fr", False, False)
    assert not new.has_usable_password()
    assert [mail.to for mail in mailoutbox] == [["new.person@example.org"]]
    link = re.search(r"http://testserver(/account/password/reset/key/\S+)", mailoutbox[0].body)
    assert link
    chooses = client.get(link.group(1), follow=True)
    assert chooses.status_code == 200
    address = chooses.redirect_chain[-1][0]
    password = "a long and good password"
    assert client.post(address, {"password1": password, "password2": password}).status_code == 302
    assert User.objects.get(pk=new.pk).check_password(password)


def test_an_account_is_opened_with_a_password(cast: Cast, coordinator: Client, mailoutbox: list[Any]) -> None:
    typed = {"email": "new@example.org", "name": "New", "password": "a long and good password", "invite": []}
    assert send(coordinator, ADD, FORM, **typed).status_code == 302
    assert User.objects.get(name="New").check_password("a long and good password")
    assert mailoutbox == []
    people = User.objects.count()
    weak = send(coordinator, ADD, FORM, **{**typed, "email": "other@example.org", "password": "12345"})
    taken = send(coordinator, ADD, FORM, **{**typed, "email": "LEAD@example.org"})
    assert set(weak.context["adminform"].form.errors) == {"password"}
    assert set(taken.context["adminform"].form.errors) == {"email"}
    assert User.objects.count() == people


def test_a_coordinator_is_named_by_one_tick(cast: Cast, coordinator: Client) -> None:
    partner = cast.people["partner"]
    assert send(coordinator, page(partner), FORM, keeps_register="on", change_reason="Joins us").status_code == 302
    now = User.objects.get(pk=partner.pk)
    assert (now.is_staff, now.is_coordinator, now.is_superuser) == (True, True, False)
    record = now.history.latest("history_id")
    assert (record.history_user, record.history_change_reason) == (cast.people["coordinator"], "Joins us")
    send(coordinator, page(partner), FORM, keeps_register=[])
    now = User.objects.get(pk=partner.pk)
    assert (now.is_staff, now.is_coordinator) == (False, False)


def rights(user: Any) -> dict[str, Any]:
    return dict(User.objects.values("is_superuser", "is_staff", "is_active", "email", "password").get(pk=user.pk))


def test_a_coordinator_makes_no_administrator(cast: Cast, coordinator: Client) -> None:
    forged = {"is_superuser": "on", "is_staff": "on", "user_permissions": ["1"], "groups": ["1"]}
    for user in (cast.people["coordinator"], cast.people["partner"]):
        before = rights(user)
        send(coordinator, page(user), FORM, **forged)
        assert rights(user) == before
        assert not User.objects.get(pk=user.pk).user_permissions.exists()
    assert not cast.people["partner"].groups.filter(name=COORDINATORS).exists()
    send(coordinator, ADD, FORM, email="new@example.org", name="New", **forged)
    assert not User.objects.get(name="New").is_superuser
    administrator = signed_in(cast.people["administrator"])
    send(administrator, page(cast.people["partner"]), FORM, is_superuser="on")
    assert User.objects.get(pk=cast.people["partner"].pk).is_superuser


def test_a_coordinator_does_not_touch_an_administrator(cast: Cast, coordinator: Client, mailoutbox: list[Any]) -> None:
    chief = cast.people["administrator"]
    before = rights(chief)
    password = reverse("admin:auth_user_password_change", args=[chief.pk])
    typed = {
        "usable_password": "true",
        "password1": "a long and good password",
        "password2": "a long and good password",
    }
    assert coordinator.get(page(chief)).status_code == 200
    assert coordinator.post(page(chief), {"email": "mine@example.org", "name": "Mine"}).status_code == 403
    assert coordinator.post(password, typed).status_code == 403
    for action in ("deactivate", "send_invitation"):
        coordinator.post("/admin/organizations/user/", {"action": action, ACTION_CHECKBOX_NAME: [chief.pk]})
    assert rights(chief) == before
    assert mailoutbox == []
    assert (
        coordinator.post(reverse("admin:auth_user_password_change", args=[cast.people["lead"].pk]), typed).status_code
        == 302
    )


def test_accounts_are_closed_and_never_deleted(cast: Cast, coordinator: Client) -> None:
    lead, own = cast.people["lead"], cast.people["coordinator"]
    people = User.objects.count()
    for client in (coordinator, signed_in(cast.people["administrator"])):
        assert (
            client.post(reverse("admin:organizations_user_delete", args=[lead.pk]), {"post": "yes"}).status_code == 403
        )
    data = {"action": "deactivate", ACTION_CHECKBOX_NAME: [lead.pk, own.pk]}
    coordinator.post("/admin/organizations/user/", data)
    assert User.objects.count() == people
    assert {*User.objects.filter(is_active=False)} == {lead}
    assert User.objects.get(pk=lead.pk).history.latest("history_id").history_user == own


def test_a_former_address_opens_nothing(cast: Cast, coordinator: Client) -> None:
    lead = cast.people["lead"]
    EmailAddress.objects.create(user=lead, email=lead.email, verified=True, primary=True)
    send(coordinator, page(lead), FORM, email="other@example.org")
    assert list(EmailAddress.objects.filter(user=lead)) == []
    assert User.objects.get(pk=lead.pk).email == "other@example.org"


def test_memberships_are_kept_with_the_person(cast: Cast, coordinator: Client) -> None:
    lead, partner = cast.people["lead"], cast.organizations["partner"]
    count = Membership.objects.filter(user=lead).count()
    line = f"memberships-{count}-"
    data = fields_of(coordinator, page(lead), FORM) | {
        "memberships-TOTAL_FORMS": [str(count + 1)],
        f"{line}organization": [str(partner.pk)],
        f"{line}role": ["reporter"],
        f"{line}post": ["Desk officer"],
    }
    assert coordinator.post(page(lead), data).status_code == 302
    assert {*Membership.objects.filter(user=lead).values_list("organization", "role", "post")} == {
        (cast.organizations["lead"].pk, "focal_point", ""),
        (partner.pk, "reporter", "Desk officer"),
    }
    told = coordinator.get(reverse("admin:organizations_user_history", args=[lead.pk])).content.decode()
    assert "Membership" in told
    assert "PARTNER" in told


# --- organizations --------------------------------------------------------------------------------------


def test_search_knows_every_script(cast: Cast, coordinator: Client) -> None:
    russian = make_organization(
        acronym="CIS", name_ru="Содружество Независимых Государств", name_ar="رابطة الدول المُستقلّة"
    )
    other = make_organization(acronym="OSCE", name_zh_hans="欧洲安全与合作组织")
    refresh_search_text(Organization.objects.all())
    url = reverse("admin:organizations_organization_changelist")
    for words, wanted in (
        ("содружество НЕЗАВИСИМЫХ", [russian]),
        ("رابطه المستقلة", [russian]),
        ("合作", [other]),
        ("osce", [other]),
        ("合作 cis", []),
    ):
        assert list(coordinator.get(url, {"q": words}).context["cl"].result_list) == wanted, words
    people = coordinator.get(reverse("admin:organizations_user_changelist"), {"q": "LEAD reporter"})
    assert list(people.context["cl"].result_list) == [cast.people["lead_reporter"]]


def test_an_organization_is_added_in_six_languages(cast: Cast, coordinator: Client) -> None:
    url = reverse("admin:organizations_organization_add")
    typed = {"slug": "icg", "kind": "ngo", "acronym_en": "ICG", "name_en": "International Crisis Group"}
    typed |= {"name_zh_hans": "国际危机组织", "working_languages": "en, FR"}
    assert send(coordinator, url, "organization_form", **typed).status_code == 302
    new = Organization.objects.get(slug="icg")
    assert (new.name_zh_hans, new.working_languages, new.kind) == ("国际危机组织", ["en", "fr"], "ngo")
    assert "international crisis group" in new.search_text


def test_saving_an_organization_unchanged_writes_nothing(cast: Cast, coordinator: Client) -> None:
    organization = make_organization(acronym="ICG", working_languages=["en", "fr"])
    url = reverse("admin:organizations_organization_change", args=[organization.pk])
    before = Organization.history.count(), Organization.objects.values().get(pk=organization.pk)
    assert send(coordinator, url, "organization_form").status_code == 302
    assert (Organization.history.count(), Organization.objects.values().get(pk=organization.pk)) == before
    assert (
        coordinator.post(reverse("admin:organizations_organization_delete", args=[organization.pk])).status_code == 403
    )
