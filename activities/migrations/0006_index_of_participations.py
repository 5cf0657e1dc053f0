"""Where an organization takes part, in which role and since when: all that its pages count stands in one index."""

from django.db import migrations

BEFORE = "activities_participation (organization_id, response, until, activity_id)"
AFTER = "activities_participation (organization_id, response, until, activity_id, role, since)"


def replace(columns):
    def run(apps, schema_editor):
        schema_editor.execute("DROP INDEX IF EXISTS participation_visible")
        schema_editor.execute(f"CREATE INDEX participation_visible ON {columns}")

    return run


class Migration(migrations.Migration):
    dependencies = [("activities", "0005_indexes_of_visibility")]

    operations = [migrations.RunPython(replace(AFTER), replace(BEFORE))]
