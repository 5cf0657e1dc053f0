"""Activities in the administration: written through the workflow; nothing typed is lost, no agreed text is changed."""

from typing import Any

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.choices import Response, Role, Status
from activities.models import Activity, FunctionalField, Notification, Participation, StatusUpdate, Theme
from organizations.models import Organization
from tests.factories import make_organization, make_participation, make_undertaking
from tests.forms_sent import fields_of, send
from tests.personas import Cast

BACKEND = "organizations.adapter.AuthenticationBackend"
FORM = "activity_form"
SOURCE = "A. Mensah, head; letter of 3 May"


@pytest.fixture
def coordinator(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.people["coordinator"], backend=BACKEND)
    return client


def page(activity: Activity) -> str:
    return reverse("admin:activities_activity_change", args=[activity.pk])


def everything() -> str:
    """The register as it stands, to see that nothing was written."""
    models = (Activity, Participation, StatusUpdate, Activity.history.model, Participation.history.model)
    return "".join(serializers.serialize("json", model.objects.order_by("pk")) for model in models)


def errors(response: Any) -> list[str]:
    assert response.status_code == 200
    return [str(message) for message in response.context["errors"]]


def test_saving_without_a_change_writes_nothing(cast: Cast, coordinator: Client) -> None:
    for activity in (cast.public, cast.item, cast.restricted):
        before = everything()
        assert send(coordinator, page(activity), FORM).status_code == 302
        assert everything() == before


def test_an_edit_is_one_record_with_person_and_reason(cast: Cast, coordinator: Client) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender")
    records = cast.public.history.count()
    response = send(
        coordinator,
        page(cast.public),
        FORM,
        title_zh_hans="联合培训",
        planned_end_on="2027-05",
        themes=str(theme.pk),
        change_reason="Moved by the hosts",
    )
    assert response.status_code == 302
    now = Activity.objects.get(pk=cast.public.pk)
    assert (now.title_zh_hans, now.planned_end_on, list(now.themes.all())) == ("联合培训", "2027-05", [theme])
    assert (now.version, now.status, now.lead) == (cast.public.version + 1, Status.UNDER_WAY, cast.public.lead)
    assert "联 合 培 训" in now.search_text.replace("  ", " ")
    record = now.history.latest("history_id")
    assert now.history.count() == records + 1
    assert (record.history_user, record.history_change_reason) == (cast.people["coordinator"], "Moved by the hosts")
    told = coordinator.get(reverse("admin:activities_activity_history", args=[now.pk])).content.decode()
    for words in ("Moved by the hosts", "联合培训", "May 2027", "Gender", "Title (Chinese)"):
        assert words in told


def test_a_stale_edit_is_refused_and_keeps_what_was_typed(cast: Cast, coordinator: Client) -> None:
    typed = fields_of(coordinator, page(cast.public), FORM)
    send(coordinator, page(cast.public), FORM, place="Addis Ababa")
    before = everything()
    response = coordinator.post(page(cast.public), {**typed, "place": ["Nairobi"], "aim": ["Trained staff"]})
    sentences = " ".join(errors(response))
    assert "changed while you were editing" in sentences
    assert "Place: – → Addis Ababa" in sentences
    assert "coordinator" in sentences
    assert everything() == before
    shown = response.content.decode()
    assert 'value="Nairobi"' in shown
    assert "Trained staff" in shown
    # Sent again as it stands, it is still refused.
    again = coordinator.post(page(cast.public), {**typed, "place": ["Nairobi"]})
    assert errors(again)
    assert everything() == before


def test_the_text_of_an_agreed_item_cannot_be_changed(cast: Cast, coordinator: Client) -> None:
    field = FunctionalField.objects.create(code="training", title_en="Training")
    forged = {
        "title_en": "Another text",
        "description_en": "x",
        "visibility": "restricted",
        "code": "Z.9",
        "agreed": "",
    }
    text = Activity.objects.filter(pk=cast.item.pk).values("title_en", "description_en", "visibility", "code", "agreed")
    before = text.get()
    response = send(coordinator, page(cast.item), FORM, **forged, functional_fields=str(field.pk), level="both")
    assert response.status_code == 302
    assert text.get() == before
    now = Activity.objects.get(pk=cast.item.pk)
    assert (list(now.functional_fields.all()), now.level, now.version) == ([field], "both", cast.item.version + 1)


def test_derived_columns_cannot_be_typed(cast: Cast, coordinator: Client) -> None:
    before = everything()
    send(
        coordinator, page(cast.public), FORM, status="completed", progress="100", lead="", last_update_at_0="2020-01-01"
    )
    assert everything() == before


def test_an_undertaking_is_added_through_the_workflow(cast: Cast, coordinator: Client) -> None:
    theme = Theme.objects.create(code="gender", title_en="Gender")
    organization = cast.organizations["partner"]
    url = reverse("admin:activities_activity_add")
    response = send(
        coordinator,
        url,
        FORM,
        parent=str(cast.item.pk),
        title_zh_hans="联合训练课程",
        language="zh-hans",
        lead_organization=str(organization.pk),
        themes=str(theme.pk),
    )
    assert response.status_code == 302, errors(response)
    new = Activity.objects.latest("pk")
    assert (new.code, new.area, new.parent, new.title_zh_hans) == ("A.5.4", cast.item.area, cast.item, "联合训练课程")
    assert (new.created_by, new.status, list(new.themes.all())) == (
        cast.people["coordinator"],
        Status.PROPOSED,
        [theme],
    )
    lead = Participation.objects.get(activity=new)
    assert (lead.organization, lead.role, lead.response) == (organization, Role.LEAD, Response.INVITED)


def test_a_lead_that_has_accepted_is_named_with_its_source(cast: Cast, coordinator: Client) -> None:
    url, organization = reverse("admin:activities_activity_add"), cast.organizations["partner"]
    typed = {"parent": str(cast.item.pk), "title_en": "Course", "lead_organization": str(organization.pk)}
    before = everything()
    for source in ("", " \u200b"):
        response = send(coordinator, url, FORM, **typed, lead_accepted="on", lead_answered_for=source)
        assert any("Say who in the organization" in words for words in errors(response))
    assert everything() == before
    assert send(coordinator, url, FORM, **typed, lead_accepted="on", lead_answered_for=SOURCE).status_code == 302
    lead = Participation.objects.latest("pk")
    assert (lead.organization, lead.role, lead.response, lead.answered_for, lead.answered_by) == (
        organization, Role.LEAD, Response.ACCEPTED, SOURCE, cast.people["coordinator"],
    )  # fmt: skip


def test_an_answer_is_recorded_with_its_own_source(cast: Cast, coordinator: Client) -> None:
    row = Participation.objects.get(activity=cast.public, response=Response.INVITED)
    url = page(cast.public)

    def answered(response: str, **more: str) -> Any:
        data = fields_of(coordinator, url, FORM)
        line = row_of(data, row)
        return coordinator.post(
            url, data | {f"{line}-{name}": [v] for name, v in {"response": response, **more}.items()}
        )

    before = everything()
    for source in ("", " \u200b"):
        refused = errors(answered("accepted", answered_for=source))
        assert any("Say who in the organization" in words for words in refused)
    assert everything() == before
    assert answered("accepted", answered_for=SOURCE).status_code == 302
    row.refresh_from_db()
    assert (row.response, row.answered_for, row.answered_by) == ("accepted", SOURCE, cast.people["coordinator"])
    # The source of the earlier answer is none of the next one.
    assert any("gave the earlier answer" in words for words in errors(answered("withdrawn")))
    assert answered("withdrawn", answered_for="A. Mensah, head; call of 7 June").status_code == 302
    row.refresh_from_db()
    assert (row.response, row.answered_for) == ("withdrawn", "A. Mensah, head; call of 7 June")


def test_an_undertaking_needs_a_title_and_an_agreed_item(cast: Cast, coordinator: Client) -> None:
    before = everything()
    url = reverse("admin:activities_activity_add")
    assert errors(send(coordinator, url, FORM))
    assert errors(send(coordinator, url, FORM, parent=str(cast.public.pk), title_en="Below an undertaking"))
    assert everything() == before


def row_of(data: dict[str, list[str]], participation: Participation) -> str:
    return next(
        name.removesuffix("-id")
        for name, values in data.items()
        if name.startswith("participations-") and name.endswith("-id") and values == [str(participation.pk)]
    )


def test_an_organization_is_invited_below_its_activity(cast: Cast, coordinator: Client) -> None:
    other = make_organization(acronym="OTHER")
    data = fields_of(coordinator, page(cast.public), FORM)
    count = int(data["participations-TOTAL_FORMS"][0])
    new = f"participations-{count}-"
    data["participations-TOTAL_FORMS"] = [str(count + 1)]
    typed = {"organization": str(other.pk), "role": "host", "response": "accepted", "since": "2026-02"}
    typed["focal_point"] = str(cast.people["partner"].pk)
    data |= {f"{new}{name}": [value] for name, value in typed.items()}
    before = everything()
    assert any("Say who in the organization" in words for words in errors(coordinator.post(page(cast.public), data)))
    assert everything() == before
    data[f"{new}answered_for"] = [SOURCE]
    assert coordinator.post(page(cast.public), data).status_code == 302
    made = Participation.objects.get(activity=cast.public, organization=other)
    assert (made.role, made.response, made.since, made.focal_point, made.invited_by) == (
        Role.HOST,
        Response.ACCEPTED,
        "2026-02",
        cast.people["partner"],
        cast.people["coordinator"],
    )
    assert "other" in Activity.objects.get(pk=cast.public.pk).search_text
    assert (made.answered_by, made.answered_for) == (cast.people["coordinator"], SOURCE)


def test_the_lead_is_handed_over_in_one_go(cast: Cast, coordinator: Client) -> None:
    lead = Participation.objects.get(activity=cast.public, role=Role.LEAD)
    partner = Participation.objects.get(activity=cast.public, organization=cast.organizations["partner"])
    data = fields_of(coordinator, page(cast.public), FORM)
    old, new = row_of(data, lead), row_of(data, partner)
    assert int(old.split("-")[1]) < int(new.split("-")[1])
    sent = {**data, f"{old}-ends": ["on"], f"{new}-role": ["lead"]}
    before = everything()
    assert any("Say who in the organization" in words for words in errors(coordinator.post(page(cast.public), sent)))
    assert everything() == before
    Notification.objects.all().delete()
    response = coordinator.post(page(cast.public), {**sent, f"{new}-answered_for": [SOURCE]})
    assert response.status_code == 302, errors(response)
    told = Notification.objects.filter(kind="lead_change").values_list("user__name", "facts__state")
    assert set(told) == {("partner", "accepted"), ("co lead", "accepted")}
    begun = Participation.objects.get(activity=cast.public, role=Role.LEAD, until="")
    kept = Participation.objects.get(pk=partner.pk)
    assert (begun.answered_for, begun.answered_by, kept.answered_for) == (SOURCE, cast.people["coordinator"], "")
    assert Activity.objects.get(pk=cast.public.pk).lead == cast.organizations["partner"]
    today = timezone.localdate().isoformat()
    assert set(
        Participation.objects.filter(
            activity=cast.public, organization__in=[lead.organization, partner.organization]
        ).values_list("organization", "role", "until")
    ) == {
        (lead.organization_id, "lead", today),
        (partner.organization_id, "partner", today),
        (partner.organization_id, "lead", ""),
    }


def test_a_second_lead_is_refused_at_its_own_line(cast: Cast, coordinator: Client) -> None:
    partner = Participation.objects.get(activity=cast.public, organization=cast.organizations["partner"])
    before = everything()
    data = fields_of(coordinator, page(cast.public), FORM)
    line = row_of(data, partner)
    response = coordinator.post(
        page(cast.public), {**data, f"{line}-role": ["lead"], f"{line}-answered_for": [SOURCE], "place": ["Nairobi"]}
    )
    assert any("one lead at a time" in sentence for sentence in errors(response))
    assert 'value="Nairobi"' in response.content.decode()
    assert everything() == before


def test_an_organization_of_a_participation_stays(cast: Cast, coordinator: Client) -> None:
    partner = Participation.objects.get(activity=cast.public, organization=cast.organizations["partner"])
    data = fields_of(coordinator, page(cast.public), FORM)
    line = row_of(data, partner)
    forged = {
        f"{line}-organization": [str(cast.organizations["stranger"].pk)],
        f"{line}-mandate": ["Charter, Article 52"],
    }
    assert coordinator.post(page(cast.public), {**data, **forged, f"{line}-DELETE": ["on"]}).status_code == 302
    now = Participation.objects.get(pk=partner.pk)
    assert (now.organization, now.mandate, now.version) == (
        partner.organization,
        "Charter, Article 52",
        partner.version + 1,
    )


ENTRY = "updates-0-"


def entry(cast: Cast, **typed: str) -> dict[str, str]:
    given = {"organization": str(cast.organizations["lead"].pk), "as_of": timezone.localdate().isoformat(), **typed}
    return {f"{ENTRY}{name}": value for name, value in given.items()}


def test_an_entry_is_added_to_the_log(cast: Cast, coordinator: Client) -> None:
    entries = StatusUpdate.objects.filter(activity=cast.public).count()
    typed = entry(cast, status="stalled", reason="No funds", done="Half the course", progress="40")
    response = send(coordinator, page(cast.public), FORM, also=typed)
    assert response.status_code == 302, errors(response)
    new = StatusUpdate.objects.latest("pk")
    assert StatusUpdate.objects.filter(activity=cast.public).count() == entries + 1
    assert (new.activity, new.author, new.on_behalf, new.status, new.reason, new.done) == (
        cast.public,
        cast.people["coordinator"],
        True,
        Status.STALLED,
        "No funds",
        "Half the course",
    )
    now = Activity.objects.get(pk=cast.public.pk)
    assert (now.status, now.progress) == (Status.STALLED, 40)
    assert "half the course" in now.search_text


def test_the_same_entry_sent_twice_is_one(cast: Cast, coordinator: Client) -> None:
    entries = StatusUpdate.objects.count()
    data = fields_of(coordinator, page(cast.public), FORM) | {
        name: [value] for name, value in entry(cast, done="Half the course").items()
    }
    assert [coordinator.post(page(cast.public), data).status_code for _ in range(2)] == [302, 302]
    assert StatusUpdate.objects.count() == entries + 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"status": "stalled", "done": "x"}, "Say why the status changes"),
        ({"status": "agreed", "done": "x"}, "Select a valid choice"),
        ({"done": "x", "as_of": "2999-01-01"}, "lies in the future"),
        ({"progress": "140", "done": "x"}, "100"),
        ({"reason": "only a reason"}, "Enter what was done"),
    ],
)
def test_what_the_log_refuses_is_said_and_kept(
    cast: Cast, coordinator: Client, typed: dict[str, str], sentence: str
) -> None:
    before = everything()
    response = send(coordinator, page(cast.public), FORM, place="Nairobi", also=entry(cast, **typed))
    assert any(sentence in words for words in errors(response)), errors(response)
    assert 'value="Nairobi"' in response.content.decode()
    assert everything() == before


def test_existing_entries_cannot_be_touched(cast: Cast, coordinator: Client) -> None:
    old = StatusUpdate.objects.filter(activity=cast.public).earliest("pk")
    before = everything()
    data = fields_of(coordinator, page(cast.public), FORM)
    forged = {f"{prefix}-0-{name}": [value] for prefix in ("updates", "updates-2") for name, value in {
        "id": str(old.pk), "activity": str(cast.public.pk), "DELETE": "on",
    }.items()}  # fmt: skip
    forged |= {"updates-2-0-done": ["Rewritten"], "updates-INITIAL_FORMS": ["1"], "updates-2-INITIAL_FORMS": ["1"]}
    forged |= {"updates-2-TOTAL_FORMS": ["1"]}
    assert coordinator.post(page(cast.public), {**data, **forged}).status_code in (200, 302)
    assert everything() == before


def test_only_what_nobody_reported_on_is_deleted(cast: Cast, coordinator: Client) -> None:
    silent = make_undertaking(item=cast.item)
    kept = {*Activity.objects.values_list("pk", flat=True)} - {silent.pk}
    statuses = {}
    for activity in (cast.item, cast.public, silent):
        url = reverse("admin:activities_activity_delete", args=[activity.pk])
        statuses[activity.pk] = coordinator.post(url, {"post": "yes"}).status_code
    assert statuses == {cast.item.pk: 403, cast.public.pk: 403, silent.pk: 302}
    assert {*Activity.objects.values_list("pk", flat=True)} == kept
    assert make_undertaking(item=cast.item).code != silent.code


def test_search_finds_every_language_and_former_names(cast: Cast, coordinator: Client) -> None:
    african = make_organization(
        acronym="OAU", name_en="Organization of African Unity", name_ar="منظمة الوحدة الأفريقية"
    )
    found = make_undertaking(item=cast.item, title="Course", title_zh_hans="联合训练课程")
    make_participation(activity=found, organization=african)
    make_undertaking(item=cast.item, title="Another")
    url = reverse("admin:activities_activity_changelist")
    for words in ("训练", "منظمه الوحدة", "oau", "african COURSE", found.code):
        response = coordinator.get(url, {"q": words})
        assert [row.pk for row in response.context["cl"].result_list] == [found.pk], words
    assert list(coordinator.get(url, {"q": "训练 nowhere"}).context["cl"].result_list) == []


def test_only_agreed_items_are_offered_as_parents(cast: Cast, coordinator: Client) -> None:
    query = {"app_label": "activities", "model_name": "activity", "term": "A.5"}
    offered = {
        field: {
            row["id"]
            for row in coordinator.get(reverse("admin:autocomplete"), {**query, "field_name": field}).json()["results"]
        }
        for field in ("parent", "also_serves", "follows")
    }
    all_of_them = {str(pk) for pk in Activity.objects.values_list("pk", flat=True)}
    assert offered == {"parent": {str(cast.item.pk)}, "also_serves": {str(cast.item.pk)}, "follows": all_of_them}


def test_signals_filter_like_everywhere(cast: Cast, coordinator: Client) -> None:
    today = timezone.localdate()
    late = make_undertaking(item=cast.item, planned_end_on="2020-01-01")
    response = coordinator.get(reverse("admin:activities_activity_changelist"), {"signal": "overdue"})
    assert {row.pk for row in response.context["cl"].result_list} == {late.pk}
    assert {late.pk} == {*Activity.objects.showing("overdue", today).values_list("pk", flat=True)}
    kinds = coordinator.get(reverse("admin:activities_activity_changelist"), {"kind": "agreed"})
    assert {row.pk for row in kinds.context["cl"].result_list} == {cast.item.pk}


def test_a_renamed_organization_is_found_at_once(cast: Cast, coordinator: Client) -> None:
    partner = cast.organizations["partner"]
    url = reverse("admin:organizations_organization_change", args=[partner.pk])
    data = fields_of(coordinator, url, "organization_form")
    data |= {"names-TOTAL_FORMS": ["1"], "names-0-name_en": ["Pact of Yesterday"], "names-0-until": ["1999"]}
    data |= {"names-0-acronym_en": ["POY"], "name_zh_hans": ["伙伴组织"]}
    assert coordinator.post(url, data).status_code == 302
    now = Organization.objects.get(pk=partner.pk)
    assert all(words in now.search_text for words in ("pact of yesterday", "伙 伴", "poy"))
    listed = coordinator.get(reverse("admin:organizations_organization_changelist"), {"q": "伙伴 yesterday"})
    assert [row.pk for row in listed.context["cl"].result_list] == [partner.pk]
    found = coordinator.get(reverse("admin:activities_activity_changelist"), {"q": "pact of yesterday 伙伴"})
    assert {row.pk for row in found.context["cl"].result_list} == {cast.public.pk, cast.internal.pk, cast.restricted.pk}
