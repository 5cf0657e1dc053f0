"""Indexes that hold all that is asked of them: the order of the list with who may see a row, and where an organization takes part."""

from django.db import migrations

# The same text is understood by both databases; the list of columns is the whole point, so nothing is left to a model.
INDEXES = {
    # A late page of the list: what stands before it is passed over in the index, without a look at the rows.
    "activity_page": "activities_activity (framework_id, sort_key, id, visibility)",
    # “visible to this person”: PostgreSQL collects the activities of an organization before the first row.
    "participation_visible": "activities_participation (organization_id, response, until, activity_id)",
}


def create(apps, schema_editor):
    for name, columns in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {columns}")


def remove(apps, schema_editor):
    for name in INDEXES:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_append_only_obstacles")]

    operations = [migrations.RunPython(create, remove)]
