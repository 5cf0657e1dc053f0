"""The data files the product ships hold only values the register knows, and nothing without a source."""

import json
from collections import Counter
from typing import Any

from django_countries import countries

from activities.choices import Confidence, CounterpartStance, Level, Response, Role, Status, UpdateKind, Visibility
from activities.loading.reference import DATA
from organizations.choices import MembershipRole, OrganizationKind
from tracker.toolkit.dates import PartialDate


def read(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


REFERENCE = read("framework_S-2001-138.json")
EXAMPLES = read("documented_examples.json")
DEMONSTRATION = read("demonstration.json")

ITEMS = {
    entry["code"]
    for item in [*(item for area in REFERENCE["areas"] for item in area["activities"]), *REFERENCE["follow_up"]]
    for entry in [item, *item.get("children", [])]
}
ANNEX_III = {entry["acronym"] for entry in REFERENCE["organizations"]}
SUCCESSORS = {later["successor"] for o in REFERENCE["organizations"] if "successor" in (later := o.get("later") or {})}

# Words that name nobody: whoever they mean, no organization may be made of them.
COLLECTIVES = {
    "donors",
    "regional organizations",
    "subregional organizations",
    "NGOs",
    "UN agencies",
    "civil society",
    "users",
}


def participants() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(example, participant) for example in EXAMPLES["examples"] for participant in example["participants"]]


def test_there_are_57_examples_in_order() -> None:
    assert [example["id"] for example in EXAMPLES["examples"]] == [f"EX{n:02d}" for n in range(1, 58)]


def test_every_example_has_the_same_fields_and_a_source() -> None:
    fields = {frozenset(example.keys() - {"planned_end"}) for example in EXAMPLES["examples"]}
    assert len(fields) == 1
    unsourced = [e["id"] for e in EXAMPLES["examples"] if not e["sources"] or not e["outcome"]]
    assert unsourced == []
    addresses = [address for example in EXAMPLES["examples"] for address in example["sources"]]
    assert [address for address in addresses if not address.startswith(("http://", "https://"))] == []


def test_every_value_is_one_the_register_knows() -> None:
    unknown = Counter[str]()
    for example in EXAMPLES["examples"]:
        unknown.update(code for code in example["framework_codes"] if code not in ITEMS)
        unknown.update(code for code in example["countries"] if code not in dict(countries) | {"XK": ""})
        unknown.update({example["status"]} - {Status.UNDER_WAY, Status.COMPLETED})
        unknown.update({example["confidence"]} - set(Confidence.values))
    for _, participant in participants():
        unknown.update({participant["role"]} - set(Role.values))
    for organization in EXAMPLES["organizations"]:
        unknown.update({organization["kind"]} - set(OrganizationKind.values))
    assert unknown == Counter()
    assert all(len(set(e["framework_codes"])) == len(e["framework_codes"]) >= 1 for e in EXAMPLES["examples"])


def test_dates_are_dates_and_run_forwards() -> None:
    for example in EXAMPLES["examples"]:
        start, as_of = PartialDate(example["date_start"]), PartialDate(example["as_of"])
        assert example["date_text"]
        assert as_of.last_day >= start.first_day, example["id"]
        if example["date_end"]:
            assert PartialDate(example["date_end"]).last_day >= start.first_day, example["id"]
            assert (example["status"], example["as_of"]) == (Status.COMPLETED, example["date_end"]), example["id"]


def test_one_lead_at_most_and_no_role_twice() -> None:
    leads = Counter(example["id"] for example, participant in participants() if participant["role"] == Role.LEAD)
    assert [key for key, count in leads.items() if count > 1] == []
    roles = Counter((e["id"], p["organization"], p["role"]) for e, p in participants())
    assert [key for key, count in roles.items() if count > 1] == []


def test_joint_leads_and_chairs_are_co_leads() -> None:
    joint = ("joint lead", "co-chair", "co-organizer", "co-sponsor", "party")
    wrong = {
        (example["id"], participant["organization"])
        for example, participant in participants()
        if participant["responsibility"].startswith(joint) and participant["role"] not in (Role.CO_LEAD, Role.HOST)
    }
    assert wrong == set()
    both = {
        (e["id"], p["organization"])
        for e, p in participants()
        if p["responsibility"] in ("co-chair and host", "chair and host")
    }
    for key in both:
        roles = {p["role"] for e, p in participants() if (e["id"], p["organization"]) == key}
        assert Role.HOST in roles and roles & {Role.LEAD, Role.CO_LEAD}, key


def test_a_role_without_words_is_partner_only() -> None:
    assert {participant["role"] for _, participant in participants() if not participant["responsibility"]} == {
        Role.PARTNER
    }


def test_every_participant_is_named_once_and_collectives_are_no_organizations() -> None:
    outside = [organization["acronym"] for organization in EXAMPLES["organizations"]]
    named = {participant["organization"] for _, participant in participants()}
    assert named - ANNEX_III - SUCCESSORS == set(outside)
    assert len(set(outside)) == len(outside) == 38
    assert set(outside) & COLLECTIVES == set()
    assert {org["acronym"] for org in EXAMPLES["organizations"] if not org["name"].get("en")} == set()


def test_chains_point_backwards() -> None:
    follows = {example["id"]: example["follows"] for example in EXAMPLES["examples"] if example["follows"]}
    assert follows == {"EX15": "EX06", "EX26": "EX25", "EX39": "EX32", "EX44": "EX42", "EX52": "EX46"}


def test_demonstration_values_are_known_and_say_what_they_are() -> None:
    unknown = Counter[str]()
    keys = {entry["key"] for entry in DEMONSTRATION["organizations"]}
    for organization in DEMONSTRATION["organizations"]:
        unknown.update({organization["kind"]} - set(OrganizationKind.values))
        assert organization["names"]["en"].startswith("Demonstration: ")
        assert set(organization["names"]) == {"ar", "en", "es", "fr", "ru", "zh"}
    for person in DEMONSTRATION["people"]:
        unknown.update({person["role"]} - set(MembershipRole.values) if person["organization"] else set())
    fields = {entry["code"] for entry in REFERENCE["functional_fields"]}
    themes = {entry["code"] for entry in REFERENCE["cross_cutting_concerns"]}
    for entry in DEMONSTRATION["undertakings"]:
        unknown.update({entry["parent"], *entry.get("also_serves", [])} - ITEMS)
        unknown.update(set(entry["fields"]) - fields)
        unknown.update(set(entry.get("themes", [])) - themes)
        unknown.update({entry["level"]} - set(Level.values))
        unknown.update({entry.get("visibility", "public")} - set(Visibility.values))
        unknown.update({entry.get("counterpart_stance", "initiated")} - set(CounterpartStance.values))
        for participant in entry["participants"]:
            unknown.update({participant["role"]} - set(Role.values))
            unknown.update({participant.get("response", "accepted")} - set(Response.values))
            unknown.update({participant["organization"]} - keys)
        for update in entry["updates"]:
            unknown.update({update.get("kind", "update")} - set(UpdateKind.values))
            unknown.update({update["organization"]} - keys)
            assert update["days"] < 0
    assert unknown == Counter()
