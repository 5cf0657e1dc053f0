"""The database itself refuses to change or delete an entry of the log. Only demonstration activities may be taken away."""

from django.db import migrations

TABLES = {
    "activities_statusupdate": "SELECT is_demonstration FROM activities_activity WHERE id = OLD.activity_id",
    "activities_evidence": (
        "SELECT a.is_demonstration FROM activities_activity a "
        "JOIN activities_statusupdate u ON u.activity_id = a.id WHERE u.id = OLD.update_id"
    ),
}
MESSAGE = "the log is append-only: correct an entry by adding one"


def sqlite(table: str, is_demonstration: str) -> list[tuple[str, str]]:
    return [
        (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
            f"DROP TRIGGER IF EXISTS {table}_no_update",
        ),
        (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN NOT COALESCE(({is_demonstration}), 0) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
            f"DROP TRIGGER IF EXISTS {table}_no_delete",
        ),
    ]


def postgresql(table: str, is_demonstration: str) -> list[tuple[str, str]]:
    return [
        (
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' AND COALESCE(({is_demonstration}), false) THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"DROP FUNCTION IF EXISTS {table}_refuse()",
        ),
        (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
        ),
    ]


def statements(vendor: str) -> list[tuple[str, str]]:
    make = {"sqlite": sqlite, "postgresql": postgresql}[vendor]
    return [pair for table, is_demonstration in TABLES.items() for pair in make(table, is_demonstration)]


def create(apps, schema_editor):
    for forwards, _ in statements(schema_editor.connection.vendor):
        schema_editor.execute(forwards, params=None)


def remove(apps, schema_editor):
    for _, backwards in reversed(statements(schema_editor.connection.vendor)):
        schema_editor.execute(backwards, params=None)


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]

    operations = [migrations.RunPython(create, remove)]
