"""What stands in the way is part of an entry: the database refuses to change or delete it as well."""

from importlib import import_module

from django.db import migrations

log = import_module("activities.migrations.0002_append_only_log")

TABLE = "activities_statusupdate_obstacle_kinds"
IS_DEMONSTRATION = (
    "SELECT a.is_demonstration FROM activities_activity a "
    "JOIN activities_statusupdate u ON u.activity_id = a.id WHERE u.id = OLD.statusupdate_id"
)


def statements(vendor):
    return {"sqlite": log.sqlite, "postgresql": log.postgresql}[vendor](TABLE, IS_DEMONSTRATION)


def create(apps, schema_editor):
    for forwards, _ in statements(schema_editor.connection.vendor):
        schema_editor.execute(forwards, params=None)


def remove(apps, schema_editor):
    for _, backwards in reversed(statements(schema_editor.connection.vendor)):
        schema_editor.execute(backwards, params=None)


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_indexes")]

    operations = [migrations.RunPython(create, remove)]
