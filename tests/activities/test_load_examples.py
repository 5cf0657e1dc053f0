"""What load_examples makes of the documented examples: undertakings as precise as their sources, and no more."""

import datetime
import json
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import TestCase

from activities.choices import Response, UpdateKind
from activities.filters import KEEPER, Selection
from activities.imports.carrying import prepare
from activities.imports.plan import plan_from
from activities.loading.reference import DATA
from activities.models import Activity, Evidence, Participation, StatusUpdate
from organizations.models import Organization
from tests.activities.test_load_reference import COLUMNS, dump, in_database
from tests.factories import make_user

FILE = json.loads((DATA / "documented_examples.json").read_text(encoding="utf-8"))
EXAMPLES = {entry["id"]: entry for entry in FILE["examples"]}


def run(command: str = "load_examples") -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


class Examples(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        run("load_reference")
        run()
        cls.rows = {row.import_key: row for row in Activity.objects.undertakings().select_related("parent", "follows")}

    def test_there_are_57_undertakings(self) -> None:
        self.assertEqual(set(self.rows), set(EXAMPLES))
        self.assertEqual(Activity.objects.count(), 57 + 23)

    def test_codes_are_given_in_order_of_entry_under_the_first_item(self) -> None:
        last: dict[str, int] = {}
        expected = {}
        for key, entry in EXAMPLES.items():
            main = entry["framework_codes"][0]
            last[main] = last.get(main, 0) + 1
            expected[key] = (f"{main}.{last[main]}", main)
        self.assertEqual({key: (row.code, row.parent.code) for key, row in self.rows.items()}, expected)
        counters = dict(
            Activity.objects.agreed_items().exclude(last_child_number=0).values_list("code", "last_child_number")
        )
        self.assertEqual(counters, last)

    def test_a_report_of_it_is_an_import_that_changes_nothing_in_any_language(self) -> None:
        """Real titles, names and dates: XLSX out, XLSX in."""
        coordinator = make_user(coordinator=True)
        for language, _name in settings.LANGUAGES:
            self.client.cookies["language"] = language
            self.client.force_login(coordinator)
            content = b"".join(self.client.get("/activities/?format=xlsx"))
            upload = SimpleUploadedFile("report.xlsx", content)
            plan = plan_from(prepare(kind="undertakings", upload=upload, by=coordinator, reason="").plan)
            self.assertEqual([line for line in plan.lines if line.outcome != "unchanged"], [], language)
            self.assertEqual(len(plan.lines), 57 + 23)

    def test_as_of_a_day_in_the_past_those_are_known_of_which_the_sources_told_by_then(self) -> None:
        def known(day: str) -> dict[str, str]:
            rows = Selection({"as_of": [day]}, KEEPER).rows()
            return {row.import_key or row.code: row.then_status for row in rows}

        def told(*keys: str) -> dict[str, str]:
            return {key: EXAMPLES[key]["status"] for key in keys}

        items = dict.fromkeys(Activity.objects.agreed_items().values_list("code", flat=True), "agreed")
        self.assertEqual(known("1998-07-30"), {})
        self.assertEqual(known("1998-07-31"), told("EX01"))
        self.assertEqual(known("2000-12-31"), told("EX01", "EX02", "EX04", "EX05"))
        self.assertEqual(known("2001-02-12"), items | told("EX01", "EX02", "EX04", "EX05"))
        self.assertEqual(known("2001-12-31"), items | told("EX01", "EX02", "EX03", "EX04", "EX05", "EX06"))
        self.assertEqual(known("2002-05-02")["F.1"], "completed")
        self.assertEqual(set(known("2020-12-31")), set(items) | set(EXAMPLES))
        [row] = Activity.objects.as_known_on(datetime.date(2000, 5, 31)).filter(import_key="EX04")
        self.assertEqual(row.then_last_update_at, datetime.datetime(2000, 4, 28, tzinfo=datetime.UTC))

    def test_further_items_are_served_too(self) -> None:
        self.assertEqual(
            {key: {item.code for item in row.also_serves.all()} for key, row in self.rows.items()},
            {key: set(entry["framework_codes"][1:]) for key, entry in EXAMPLES.items()},
        )
        self.assertEqual(sum(row.also_serves.exists() for row in self.rows.values()), 39)

    def test_texts_places_and_dates_are_those_of_the_file(self) -> None:
        def of_row(row: Activity) -> tuple[Any, ...]:
            dates = (row.planned_end_on, row.actual_start_on, row.actual_end_on, row.dates_as_stated)
            places = (row.place, sorted(country.code for country in row.countries), row.other_participants)
            follows = row.follows.import_key if row.follows else ""
            return (in_database(row, "title"), *dates, *places, row.confidence, row.editorial_note, follows)

        def of_entry(entry: dict[str, Any]) -> tuple[Any, ...]:
            dates = (entry.get("planned_end", ""), entry["date_start"], entry["date_end"] or "", entry["date_text"])
            places = (entry["place"], sorted(entry["countries"]), entry["others_named"])
            return (
                {"en": entry["title"], "zh": entry["title_zh"]},
                *dates,
                *places,
                entry["confidence"],
                entry["note"],
                entry["follows"],
            )

        self.assertEqual(
            {key: of_row(row) for key, row in self.rows.items()},
            {key: of_entry(entry) for key, entry in EXAMPLES.items()},
        )

    def test_nothing_is_added_that_the_source_does_not_say(self) -> None:
        self.assertEqual(
            set(
                Activity.objects.undertakings().values_list(
                    "aim", "closing_condition", "legal_basis", "national_counterpart", "level", "review_on", "progress"
                )
            ),
            {("", "", "", "", "", None, None)},
        )
        self.assertEqual({row.visibility for row in self.rows.values()}, {"public"})
        self.assertFalse(Activity.objects.undertakings().filter(functional_fields__isnull=False).exists())

    def test_participations_have_the_role_and_the_words_of_the_source(self) -> None:
        rows = Participation.objects.values_list(
            "activity__import_key", "organization__acronym_en", "role", "responsibility", "since", "until", "response"
        )
        expected = [
            (key, p["organization"], p["role"], p["responsibility"], "", p.get("until", ""), Response.ACCEPTED)
            for key, entry in EXAMPLES.items()
            for p in entry["participants"]
        ]
        self.assertEqual(sorted(rows), sorted(expected))
        self.assertEqual(Participation.objects.exclude(until="").get().until, "2000-06")

    def test_organizations_outside_annex_iii_are_created_with_their_kind(self) -> None:
        expected = {
            entry["acronym"]: (entry["kind"], {code: text for code, text in entry["name"].items() if code in COLUMNS})
            for entry in FILE["organizations"]
        }
        rows = {
            row.acronym_en: (row.kind, in_database(row, "name"))
            for row in Organization.objects.filter(acronym_en__in=expected)
        }
        self.assertEqual(rows, expected)
        self.assertEqual(Organization.objects.count(), 44 + 5 + 38)
        parts = Organization.objects.filter(parent__acronym_en="EU").values_list("acronym_en", flat=True)
        self.assertEqual(set(parts), {"EC", "Council of the EU", "EU Presidency"})

    def test_the_outcome_is_one_entry_with_its_sources(self) -> None:
        of_undertakings = StatusUpdate.objects.filter(activity__agreed=False)
        rows = of_undertakings.values_list("activity__import_key", "as_of", "status", "done", "closing", "reason")
        expected = [(key, e["as_of"], e["status"], e["outcome"], "", "") for key, e in EXAMPLES.items()]
        self.assertEqual(sorted(rows), sorted(expected))
        self.assertEqual(
            set(StatusUpdate.objects.values_list("kind", "organization", "author")),
            {(UpdateKind.DOCUMENTED, None, None)},
        )
        proof = Evidence.objects.filter(update__in=of_undertakings).order_by("update", "position")
        links = proof.values_list("update__activity__import_key", "url")
        self.assertEqual(
            sorted(links), sorted((key, address) for key, entry in EXAMPLES.items() for address in entry["sources"])
        )
        self.assertEqual(
            {key: (row.status, row.status_as_of) for key, row in self.rows.items()},
            {key: (entry["status"], entry["as_of"]) for key, entry in EXAMPLES.items()},
        )

    def test_what_became_of_an_agreed_item_is_in_its_log(self) -> None:
        item = Activity.objects.get(code="F.1")
        entry = item.updates.get()
        told = json.loads((DATA / "framework_S-2001-138.json").read_text(encoding="utf-8"))["follow_up"][0]
        self.assertEqual((entry.kind, entry.as_of, entry.done), ("documented", "2002-05-02", told["what_happened"]))
        self.assertEqual([proof.url for proof in entry.evidence.all()], [told["source"]])
        self.assertEqual(item.status, "completed")

    def test_found_by_words_of_the_participants_in_other_languages(self) -> None:
        found = set(
            Activity.objects.filter(search_text__contains="非 洲 统 一 组 织").values_list("import_key", flat=True)
        )
        self.assertIn("EX01", found)

    def test_a_second_run_changes_nothing(self) -> None:
        before = dump()
        self.assertEqual(run(), "documented_examples.json: nothing to do, 96 rows are as the file says\n")
        self.assertEqual(run("load_reference").count("nothing to do"), 1)
        self.assertEqual(dump(), before)

    def test_what_coordinators_edit_stays(self) -> None:
        row = Activity.objects.get(import_key="EX01")
        row.title_en = "Liaison office"
        row.save()
        Organization.objects.filter(acronym_en="EC").update(parent=None)
        run()
        self.assertEqual(Activity.objects.get(import_key="EX01").title_en, "Liaison office")
        self.assertEqual(Organization.objects.get(acronym_en="EC").parent, None)

    def test_codes_are_never_given_twice(self) -> None:
        code = self.rows["EX57"].code
        Activity.objects.filter(import_key="EX57").update(import_key=None)
        run()
        self.assertEqual(
            Activity.objects.get(import_key="EX57").code,
            f"{code.rpartition('.')[0]}.{int(code.rpartition('.')[2]) + 1}",
        )


class WithoutReference(TestCase):
    def test_the_command_says_what_to_run_first(self) -> None:
        before = dump()
        with self.assertRaisesMessage(CommandError, "S/2001/138 is not in the register. Run load_reference first."):
            run()
        self.assertEqual(dump(), before)
