"""Indexes of the few rows among many that are agreed items or follow another, and of who may see a restricted one."""

from django.db import migrations

# The same text is understood by both databases.
INDEXES = {
    # The agreed items, in their order: the page of a framework, every list of main items.
    "activity_agreed": "activities_activity (framework_id, sort_key) WHERE agreed",
    # What follows an activity. Hardly any row follows one: of an index of all rows SQLite's statistics say that it
    # tells nothing apart, and then it reads the table.
    "activity_follows": "activities_activity (follows_id) WHERE follows_id IS NOT NULL",
    # “Visible to this person”, asked of one restricted activity after another, as SQLite does for a late page.
    "participation_opening": "activities_participation (activity_id, organization_id, response, until)",
}


def create(apps, schema_editor):
    for name, columns in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {columns}")


def remove(apps, schema_editor):
    for name in INDEXES:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("activities", "0008_append_only_reports")]

    operations = [migrations.RunPython(create, remove)]
