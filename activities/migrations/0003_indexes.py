"""Indexes that differ by database: by status and last update, and of the searched text."""

from django.db import migrations

RECENT = {
    # Never updated comes last. SQLite sorts it so by itself and knows no NULLS LAST in an index.
    "sqlite": "last_update_at DESC, id DESC",
    "postgresql": "last_update_at DESC NULLS LAST, id DESC",
}
INDEXES = {
    "activity_recent": "{recent}",
    "activity_area_status": "area_id, status, {recent}",
    "activity_status": "status, {recent}",
}


def create(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, columns in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON activities_activity ({columns.format(recent=RECENT[vendor])})")
    if vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute("CREATE INDEX activity_search ON activities_activity USING gin (search_text gin_trgm_ops)")


def remove(apps, schema_editor):
    for name in (*INDEXES, "activity_search"):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("activities", "0002_append_only_log")]

    operations = [migrations.RunPython(create, remove)]
