"""What load_reference puts into the register is what the data file says: item by item, in every language, once."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db.models import Model
from django.test import TestCase
from django.utils.translation import override

from activities.choices import Level, Status
from activities.loading.reference import DATA
from activities.models import (
    Activity,
    Area,
    Framework,
    FrameworkParticipant,
    FunctionalField,
    ObstacleKind,
    ParticipantGroup,
    PartnerKind,
    Passage,
    Principle,
    ResourceKind,
    Theme,
)
from organizations.models import Organization, OrganizationName
from tracker.toolkit.search import normalise

FILE = json.loads((DATA / "framework_S-2001-138.json").read_text(encoding="utf-8"))
COLUMNS = {"ar": "ar", "en": "en", "es": "es", "fr": "fr", "ru": "ru", "zh": "zh_hans"}
SIX = set(COLUMNS)


def in_database(row: Any, field: str) -> dict[str, str]:
    return {code: text for code, column in COLUMNS.items() if (text := getattr(row, f"{field}_{column}"))}


def in_file(texts: dict[str, Any]) -> dict[str, str]:
    return {code: text for code, text in texts.items() if code in SIX and isinstance(text, str)}


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("load_reference", *arguments, stdout=out, **options)
    return out.getvalue()


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the two apps, history included."""
    return {
        model._meta.label: sorted(rows_of(model), key=repr)
        for app in ("organizations", "activities")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def rows_of(model: type[Model]) -> list[tuple[Any, ...]]:
    """All columns by name: without names, the language columns are left out."""
    return list(model._base_manager.values_list(*(field.attname for field in model._meta.concrete_fields)))


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, path)
    elif isinstance(node, str):
        yield path, node


class ReferenceTest(TestCase):
    """One load, read by every test."""

    @classmethod
    def setUpTestData(cls) -> None:
        run()
        cls.framework = Framework.objects.get(code="S-2001-138")

    def passages(self, part: str) -> dict[str, Passage]:
        return {passage.anchor: passage for passage in Passage.objects.filter(framework=self.framework, part=part)}


class Document(ReferenceTest):
    def test_framework(self) -> None:
        document, meeting = FILE["document"], FILE["document"]["meeting"]
        for field, texts in {
            "title": document["title"],
            "short_title": document["annex_I_title"],
            "subtitle": document["annex_I_subtitle"],
            "meeting_name": meeting["name"],
            "meeting_theme": meeting["theme"],
            "meeting_place": meeting["place"],
            "meeting_chair": meeting["chair"],
            "legal_nature": meeting["legal_nature"],
        }.items():
            with self.subTest(field):
                self.assertEqual(in_database(self.framework, field), in_file(texts))
        self.assertEqual(
            (self.framework.symbol, self.framework.issued_on, self.framework.source_language),
            ("S/2001/138", "2001-02-12", "zh-hans"),
        )
        self.assertEqual(
            (self.framework.meeting_started_on, self.framework.meeting_ended_on), ("2001-02-06", "2001-02-07")
        )

    def test_letter(self) -> None:
        document = FILE["document"]
        expected = {
            "masthead": ("S/2001/138", document["body"], {}, ""),
            "letter": ("", document["title"], {}, ""),
            "letter-addressee": (
                "",
                document["addressed_to"]["role"],
                {"en": "Said Ben Mustapha (Tunisia)"},
                "https://press.un.org/en/2001/sc7014.doc.htm",
            ),
            **{f"letter-{p['n']}": (str(p["n"]), {}, in_file(p), "") for p in document["letter_paragraphs"]},
            "letter-signature": ("", document["signed_by"]["role"], in_file(document["signed_by"]), ""),
        }
        self.assertEqual(self.as_loaded("letter"), expected)
        self.assertEqual(list(self.passages("letter")), list(expected))

    def test_annex_i(self) -> None:
        document = FILE["document"]
        legal = document["meeting"]["legal_nature"]
        expected = {
            "annex-I": ("I", document["annex_I_title"], document["annex_I_subtitle"], ""),
            "annex-I-footnote": ("*", {}, {"zh": legal["zh_footnote"], "en": legal["en_footnote"]}, ""),
            **{f"section-{s['n']}": (s["n"], in_file(s), {}, "") for s in document["sections"]},
        }
        self.assertEqual(self.as_loaded("annex_i"), expected)
        self.assertEqual(in_file(document["annexes"][0]).items() - document["annex_I_title"].items(), set())

    def test_annex_ii(self) -> None:
        remarks = FILE["closing_remarks"]
        published = remarks["also_published_as"]
        expected = {
            "annex-II": ("II", in_file(FILE["document"]["annexes"][1]), {}, ""),
            "annex-II-published": ("", {}, {"en": published["en"]}, published["source"]),
            "introduction": ("", {}, remarks["introduction"], ""),
            **{
                point["code"]: (
                    str(point["order"]),
                    {"en": point["short_title"], "zh": point["short_title_zh"]},
                    in_file(point),
                    "",
                )
                for point in remarks["points_of_agreement"]
            },
            "obstacles": ("", {}, in_file(remarks["obstacles"]), ""),
            "paradox": ("", remarks["paradox"]["title"], in_file(remarks["paradox"]), ""),
            "link-to-1998": ("", {}, remarks["link_to_1998"], ""),
            "culture-of-prevention": ("", {}, remarks["culture_of_prevention"], ""),
            "closing": ("", {}, remarks["closing"], ""),
        }
        self.assertEqual(self.as_loaded("annex_ii"), expected)
        self.assertEqual(list(self.passages("annex_ii")), list(expected))

    def as_loaded(self, part: str) -> dict[str, tuple[str, dict[str, str], dict[str, str], str]]:
        return {
            anchor: (passage.number, in_database(passage, "title"), in_database(passage, "text"), passage.source)
            for anchor, passage in self.passages(part).items()
        }

    def test_principles(self) -> None:
        rows = {
            row.code: (row.position, in_database(row, "title"), in_database(row, "text"))
            for row in Principle.objects.filter(framework=self.framework)
        }
        self.assertEqual(rows, {p["code"]: (p["order"], p["title"], in_file(p)) for p in FILE["principles"]})
        self.assertEqual(len(rows), FILE["counts"]["principles"])

    def test_controlled_lists(self) -> None:
        obstacles = FILE["closing_remarks"]["obstacles"]["items"]
        lists = {
            FunctionalField: FILE["functional_fields"],
            Theme: FILE["cross_cutting_concerns"],
            ResourceKind: FILE["resource_kinds"],
            ObstacleKind: [*obstacles, *FILE["register_obstacle_kinds"]],
        }
        for model, entries in lists.items():
            with self.subTest(model.__name__):
                rows = {row.code: (in_database(row, "title"), row.source) for row in model.objects.all()}
                self.assertEqual(rows, {e["code"]: (e["title"], e.get("source", "")) for e in entries})
        self.assertEqual(len(obstacles), FILE["counts"]["obstacles"])
        partners = [(in_database(row, "title"), row.source) for row in PartnerKind.objects.all()]
        self.assertEqual(partners, [(entry["title"], entry["source"]) for entry in FILE["partner_kinds_named"]])

    def test_levels_are_those_of_the_choices(self) -> None:
        with override("en"):
            self.assertEqual(
                {entry["code"]: entry["title"]["en"] for entry in FILE["levels"]},
                {level.value: str(level.label) for level in Level if level != Level.BOTH},
            )

    def test_areas(self) -> None:
        rows = {row.code: in_database(row, "title") for row in Area.objects.filter(framework=self.framework)}
        section = next(section for section in FILE["document"]["sections"] if section["n"] == "III")
        expected = {area["code"]: area["title"] for area in FILE["areas"]}
        self.assertEqual(rows, {**expected, "F": in_file(section)})
        self.assertEqual(list(rows), list("ABCDEF"))

    def test_agreed_items(self) -> None:
        expected = {}
        for area in FILE["areas"]:
            for item in area["activities"]:
                for entry, parent in [(item, ""), *((child, item["code"]) for child in item.get("children", []))]:
                    expected[entry["code"]] = (area["code"], parent, entry["title"], entry["description"])
        for entry in FILE["follow_up"]:
            expected[entry["code"]] = ("F", "", entry["title"], in_file(entry))
        rows = {
            row.code: (
                row.area.code,
                row.parent.code if row.parent else "",
                in_database(row, "title"),
                in_database(row, "description"),
            )
            for row in Activity.objects.filter(framework=self.framework).select_related("area", "parent")
        }
        self.assertEqual(rows, expected)
        counts = FILE["counts"]
        self.assertEqual(len(rows), counts["top_level_activities"] + counts["sub_activities"] + counts["follow_up"])
        self.assertEqual(
            set(Activity.objects.values_list("agreed", "status", "visibility")), {(True, Status.AGREED, "public")}
        )

    def test_items_are_classified_where_the_document_says_so(self) -> None:
        levels = dict(Activity.objects.exclude(level="").values_list("code", "level"))
        self.assertEqual(levels, {"B.2": "field", "B.3": "both", "C.1.d": "both", "C.1.e": "both"})
        themes = set(Activity.themes.through.objects.values_list("activity__code", "theme__code"))
        named = {(e["source"], e["code"]) for e in FILE["cross_cutting_concerns"] if e["source"] in ("C.1.b", "A.1")}
        self.assertEqual(themes, named)
        self.assertEqual(Activity.objects.get(code="F.1").planned_end_on, "2001-12-31")


class AnnexIII(ReferenceTest):
    def test_groups(self) -> None:
        rows = {
            row.code: (in_database(row, "title"), row.title_as_printed, row.footnote_as_printed, row.entries.count())
            for row in ParticipantGroup.objects.filter(framework=self.framework)
        }
        self.assertEqual(
            rows,
            {
                c["code"]: (c["title"], c["zh_seed"], c.get("zh_footnote", ""), c["count"])
                for c in FILE["organization_categories"]
            },
        )
        self.assertEqual({code: row[3] for code, row in rows.items()}, FILE["counts"]["by_category"])

    def test_every_name_as_printed_in_its_order(self) -> None:
        rows = FrameworkParticipant.objects.order_by("position").values_list(
            "position", "group__code", "name_as_printed", "organization__kind"
        )
        self.assertEqual(
            list(rows), [(o["order"], o["category"], o["zh_seed"], o["category"]) for o in FILE["organizations"]]
        )
        self.assertEqual(len(rows), 44)

    def test_every_organization(self) -> None:
        for entry in FILE["organizations"]:
            with self.subTest(entry["acronym"]):
                row = FrameworkParticipant.objects.get(position=entry["order"]).organization
                later = entry.get("later") or {}
                acronym = entry.get("screen_acronym", entry["acronym"])
                self.assertEqual(in_database(row, "acronym"), {"en": acronym, **entry.get("acronym_local", {})})
                names = {**in_file(entry["name"]), "zh": entry["name"]["zh_official"]}
                self.assertEqual(in_database(row, "name"), later["name"] if "renamed" in later else names)
                self.assertEqual(row.website, entry.get("website", ""))
                self.assertEqual(row.seat, entry["seat"])
                self.assertEqual(row.working_languages, entry.get("working_languages", []))
                notes = [note.text for note in row.notes.all()]
                self.assertEqual(notes[: len(entry.get("notes", []))], entry.get("notes", []))
                self.assertEqual(len(notes), len(entry.get("notes", [])) + bool(later))

    def test_successors(self) -> None:
        rows = {
            row.acronym_en: (row.successor.acronym_en, row.succeeded_on, in_database(row.successor, "name"))
            for row in Organization.objects.exclude(successor=None).select_related("successor")
        }
        expected = {
            o["acronym"]: (later["successor"], later.get("date") or str(later["year"]), later["name"])
            for o in FILE["organizations"]
            if "successor" in (later := o.get("later") or {})
        }
        self.assertEqual(rows, expected)
        self.assertEqual(set(rows), {"OAU", "UNIFEM", "DDA", "DPKO", "DPA"})
        self.assertEqual(Organization.objects.count(), 44 + 5)

    def test_a_rename_keeps_both_names_with_their_dates(self) -> None:
        entry = next(o for o in FILE["organizations"] if o["acronym"] == "OIC")
        rows = [
            (in_database(row, "name"), row.since, row.until)
            for row in OrganizationName.objects.filter(organization__slug="oic")
        ]
        before = {**in_file(entry["name"]), "zh": entry["name"]["zh_official"]}
        self.assertEqual(rows, [(before, "", "2011-06-28"), (entry["later"]["name"], "2011-06-28", "")])

    def test_printed_slips_stay_findable(self) -> None:
        slips = {o["zh_seed"] for o in FILE["organizations"] if o["zh_seed"] != o["name"]["zh_official"]}
        rows = set(OrganizationName.objects.filter(source="S/2001/138").values_list("name_zh_hans", flat=True))
        self.assertEqual(rows, slips)
        self.assertIn("美国国家组织", rows)
        found = Organization.objects.filter(search_text__contains=normalise("美国国家组织"))
        self.assertEqual([row.acronym_en for row in found], ["OAS"])
        self.assertFalse(Organization.objects.filter(search_text="").exists())


class Whole(ReferenceTest):
    def test_no_text_of_the_file_is_missing(self) -> None:
        texts = {
            value
            for model in (*apps.get_app_config("activities").get_models(), Organization, OrganizationName)
            if not model.__name__.startswith("Historical")
            for row in rows_of(model)
            for value in row
            if isinstance(value, str) and value
        }
        texts |= set(apps.get_model("organizations.OrganizationNote").objects.values_list("text", flat=True))
        texts |= set(apps.get_model("organizations.OrganizationNote").objects.values_list("source", flat=True))
        languages = {code for row in Organization.objects.values_list("working_languages", flat=True) for code in row}
        everything = "\n".join(texts)
        missing = {path for path, text in leaves(FILE) if text not in everything and text not in languages}
        # Levels are choices of the product; where they are named became the classification of items.
        self.assertEqual({path for path in missing if not path.startswith("levels.")}, set())

    def test_a_second_run_changes_nothing(self) -> None:
        before = dump()
        self.assertRegex(run(), r"^framework_S-2001-138\.json: nothing to do, \d+ rows are as the file says\n$")
        self.assertEqual(dump(), before)

    def test_a_changed_reference_text_is_corrected_and_named(self) -> None:
        Principle.objects.filter(code="P1").update(text_zh_hans="别的")
        Activity.objects.filter(code="A.5").update(title_fr="Autre", description_en="Other")
        before = dump()
        lines = run().splitlines()
        self.assertIn(
            "framework_S-2001-138.json: changed in principles: P1 Self-reliance and home-grown process (text_zh_hans)",
            lines,
        )
        self.assertIn(
            "framework_S-2001-138.json: changed in cooperation activities: A.5 Joint staff training "
            "(title_fr, description_en)",
            lines,
        )
        after = dump()
        self.assertEqual(
            {table for table in after if after[table] != before[table]},
            {f"activities.{name}" for name in ("Principle", "HistoricalPrinciple", "Activity", "HistoricalActivity")},
        )
        self.assertEqual(
            Activity.objects.get(code="A.5").description, FILE["areas"][0]["activities"][4]["description"]["en"]
        )

    def test_what_coordinators_edit_stays(self) -> None:
        item = Activity.objects.get(code="B.2")
        item.level, item.editorial_note = Level.BOTH, "Our note."
        item.save()
        item.themes.set(Theme.objects.filter(code="gender"))
        organization = Organization.objects.get(slug="asean")
        organization.seat, organization.kind = "Elsewhere", "other"
        organization.save()
        before = dump()
        self.assertIn("left as edited here in organizations: ASEAN", run())
        self.assertEqual(dump(), before)

    def test_what_nobody_edited_follows_the_file(self) -> None:
        Organization.objects.filter(slug="asean").update(seat="Elsewhere")
        self.assertIn("changed in organizations: ASEAN (seat)", run())
        self.assertEqual(Organization.objects.get(slug="asean").seat, "Jakarta")


class AnotherFramework(TestCase):
    def test_a_small_file_loads_beside_the_first(self) -> None:
        run()
        meeting = {"name": {"en": "Third high-level meeting"}, "date_start": "1998-07-28"}
        small = {
            "document": {"symbol": "X/1998/1", "title": {"en": "Modalities"}, "meeting": meeting},
            "areas": [
                {
                    "code": "A",
                    "title": {"en": "Modalities"},
                    "activities": [
                        {"code": "A.1", "title": {"en": "More regular consultations"}, "description": {"en": ""}}
                    ],
                }
            ],
        }
        path = self.file("small.json", small)
        before = Activity.objects.filter(framework__code="S-2001-138").count()
        run(path)
        self.assertEqual(list(Framework.objects.values_list("code", "position")), [("S-2001-138", 1), ("X-1998-1", 2)])
        self.assertEqual(Framework.objects.get(code="X-1998-1").source_language, "en")
        self.assertEqual(Activity.objects.get(framework__code="X-1998-1").title, "More regular consultations")
        self.assertEqual(Activity.objects.filter(framework__code="S-2001-138").count(), before)

    def file(self, name: str, content: Any) -> str:
        folder = self.enterContext(TemporaryDirectory())
        path = Path(folder) / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return str(path)
