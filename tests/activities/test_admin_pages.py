"""Every page of the administration: for those who keep the register alone, at a fixed cost, without inline code."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import (
    Activity,
    ChangeSet,
    FrameworkParticipant,
    FunctionalField,
    Notification,
    ObstacleKind,
    ParticipantGroup,
    PartnerKind,
    Passage,
    Principle,
    ResourceKind,
    Theme,
    UndeliverableAddress,
)
from organizations.choices import MembershipRole
from organizations.models import OrganizationName, OrganizationNote
from tests.factories import make_area, make_framework, make_organization, make_undertaking, make_user
from tests.personas import Cast

BACKEND = "organizations.adapter.AuthenticationBackend"
OURS = [model for model in admin.site._registry if model._meta.app_label in ("activities", "organizations")]
TECHNICAL = [model for model in admin.site._registry if model not in OURS]
KEEPERS = ("coordinator", "administrator")
# Nobody is deleted, nor what was reported on; organizations and parts of documents only by administrators.
NEVER_DELETED = {"user", "activity", "notification", "changeset"}
# Written by the program alone.
NEVER_ADDED = {"notification", "undeliverableaddress", "changeset"}
BY_ADMINISTRATORS = {"organization", "framework", "passage", "principle", "area", "participantgroup"}


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    if name != "anonymous":
        client.force_login(cast.people[name], backend=BACKEND)
    return client


@pytest.fixture
def full(cast: Cast) -> Cast:
    """The cast, and a row in every table that has a page."""
    framework = make_framework()
    for number, model in enumerate((FunctionalField, Theme, ObstacleKind, ResourceKind, PartnerKind)):
        model.objects.create(code=f"entry-{number}", title_en=f"Entry {number}")
    Passage.objects.create(framework=framework, part="letter", position=1, anchor="letter-1", text_en="Text")
    Principle.objects.create(framework=framework, code="P1", position=1, title_en="Principle", text_en="Text")
    group = ParticipantGroup.objects.create(framework=framework, code="g", position=1, title_en="Group")
    partner = cast.organizations["partner"]
    FrameworkParticipant.objects.create(group=group, organization=partner, position=1, name_as_printed="Partner")
    OrganizationName.objects.create(organization=partner, name_en="Former partner", until="1999")
    OrganizationNote.objects.create(organization=partner, text="Founded")
    Notification.objects.create(user=cast.partner, kind="call", dedupe_key="one")
    UndeliverableAddress.objects.create(address="gone@example.org")
    ChangeSet.objects.create(kind="bulk", title="Set the visibility", by=cast.coordinator)
    return cast


def newest(model: type[Model]) -> Any:
    return model._default_manager.order_by("-pk").first()


def pages(model: type[Model]) -> Iterator[tuple[str, str]]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield "changelist", reverse(f"{name}_changelist")
    yield "add", reverse(f"{name}_add")
    for page in ("change", "history", "delete"):
        yield page, reverse(f"{name}_{page}", args=[newest(model).pk])


def wanted(person: str, model: type[Model], page: str) -> int:
    if person not in KEEPERS:
        return 302
    name = model._meta.model_name
    if page == "delete" and (name in NEVER_DELETED or (name in BY_ADMINISTRATORS and person != "administrator")):
        return 403
    return 403 if page == "add" and name in NEVER_ADDED else 200


@pytest.mark.parametrize("person", ["anonymous", "stranger", "observer", "lead", *KEEPERS])
def test_every_page_opens_for_its_keepers_alone(full: Cast, person: str) -> None:
    client = signed_in(full, person)
    got = {(model, page): client.get(url).status_code for model in OURS for page, url in pages(model)}
    assert got == {(model, page): wanted(person, model, page) for model, page in got}
    assert len(got) == 5 * len(OURS)
    assert {model._meta.model_name for model in OURS} == {
        "activity", "area", "changeset", "framework", "functionalfield", "notification", "obstaclekind", "organization",
        "participantgroup", "partnerkind", "passage", "principle", "resourcekind", "theme", "undeliverableaddress",
        "user",
    }  # fmt: skip


def test_technical_tables_are_for_administrators(full: Cast) -> None:
    for model in TECHNICAL:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        got = {person: signed_in(full, person).get(url).status_code for person in ("lead", *KEEPERS)}
        assert got == {"lead": 302, "coordinator": 403, "administrator": 200}, url


def test_the_front_page_offers_exactly_what_may_be_kept(full: Cast) -> None:
    for person in KEEPERS:
        apps = signed_in(full, person).get("/admin/").context["app_list"]
        offered = {model["model"] for app in apps for model in app["models"]}
        assert offered == {*OURS, *(TECHNICAL if person == "administrator" else ())}


def test_nobody_else_saves_anything(full: Cast) -> None:
    for person in ("anonymous", "stranger", "lead"):
        client = signed_in(full, person)
        for model in OURS:
            before = list(model._default_manager.order_by("pk").values())
            got = {client.post(url, {"post": "yes", "title_en": "Mine"}).status_code for _page, url in pages(model)}
            assert got == {302}
            assert list(model._default_manager.order_by("pk").values()) == before


def test_history_offers_no_way_back(full: Cast) -> None:
    record = full.public.history.earliest("history_id")
    url = reverse("admin:activities_activity_history", args=[full.public.pk])
    assert signed_in(full, "administrator").get(f"{url}{record.pk}/").status_code in (302, 404)
    assert signed_in(full, "administrator").post(f"{url}{record.pk}/", {"title_en": "x"}).status_code in (302, 404)
    assert Activity.objects.get(pk=full.public.pk).title_en == full.public.title_en


INLINE = re.compile(r"""\sstyle=|<style|<script(?![^>]*\ssrc=)(?![^>]*application/json)|\son[a-z]+=["']|javascript:""")


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_no_page_needs_inline_code(full: Cast, language: str) -> None:
    client = signed_in(full, "administrator")
    client.cookies["language"] = language
    addresses = ["/admin/", "/admin/activities/", *(url for model in OURS for _page, url in pages(model))]
    wrong = {}
    for url in addresses:
        html = client.get(url).content.decode()
        if found := INLINE.findall(html):
            wrong[url] = found
        assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in html or "403" in html
    assert wrong == {}


def cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200
    return len(queries)


def test_lists_cost_the_same_with_more_rows(full: Cast) -> None:
    client = signed_in(full, "coordinator")
    lists = [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in OURS]
    few = {url: cost(client, url) for url in lists}
    framework = make_framework()
    for number in range(3):
        organization = make_organization(successor=full.organizations["lead"])
        make_user(organization=organization, role=MembershipRole.READER)
        make_undertaking(item=full.item, lead=organization)
        make_area(code="XYZ"[number])
        for model in (FunctionalField, Theme, ObstacleKind, ResourceKind, PartnerKind):
            model.objects.create(code=f"more-{number}", title_en="More")
        Passage.objects.create(framework=framework, part="letter", position=number + 5, anchor=f"more-{number}")
        Principle.objects.create(framework=framework, code=f"P{number + 5}", position=number + 5, title_en="More")
        ParticipantGroup.objects.create(framework=framework, code=f"m{number}", position=number, title_en="More")
    assert {url: cost(client, url) for url in lists} == few
    assert few["/admin/activities/activity/"] <= 12


def test_an_activity_is_listed_without_its_long_texts(full: Cast) -> None:
    client = signed_in(full, "coordinator")
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/activities/activity/")
    assert [query["sql"] for query in queries if '"search_text"' in query["sql"]] == []
