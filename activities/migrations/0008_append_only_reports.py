"""The database itself refuses to change a frozen report, or a review once it is decided. Demonstrations may be removed."""

from django.db import migrations

DEMONSTRATION_ROUND = "SELECT r.is_demonstration FROM activities_reportinground r WHERE r.id = {round}"
DEMONSTRATION_UPDATE = (
    "SELECT a.is_demonstration FROM activities_activity a JOIN activities_statusupdate u ON u.activity_id = a.id "
    "WHERE u.id = {update}"
)
REPORT_OF_ROW = "(SELECT f.round_id FROM activities_frozenreport f WHERE f.id = OLD.report_id)"
UPDATE_OF_REASON = "(SELECT v.update_id FROM activities_review v WHERE v.id = OLD.review_id)"

# Table: whether a row may be deleted, and while what holds of it it may still be changed.
TABLES = {
    "activities_frozenreport": (DEMONSTRATION_ROUND.format(round="OLD.round_id"), None),
    "activities_frozenrow": (DEMONSTRATION_ROUND.format(round=REPORT_OF_ROW), None),
    "activities_review": (DEMONSTRATION_UPDATE.format(update="OLD.update_id"), "OLD.state = 'submitted'"),
    "activities_reviewreason": (DEMONSTRATION_UPDATE.format(update=UPDATE_OF_REASON), None),
}
MESSAGE = "what was frozen or decided is kept as it is"


def sqlite(table, deletable, changeable):
    when = f"WHEN NOT ({changeable})" if changeable else ""
    return [
        (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
            f"DROP TRIGGER IF EXISTS {table}_no_update",
        ),
        (
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN NOT COALESCE(({deletable}), 0) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
            f"DROP TRIGGER IF EXISTS {table}_no_delete",
        ),
    ]


def postgresql(table, deletable, changeable):
    change = f"IF TG_OP = 'UPDATE' AND {changeable} THEN RETURN NEW; END IF; " if changeable else ""
    return [
        (
            f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {change}"
            f"IF TG_OP = 'DELETE' AND COALESCE(({deletable}), false) THEN RETURN OLD; END IF; "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"DROP FUNCTION IF EXISTS {table}_refuse()",
        ),
        (
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"DROP TRIGGER IF EXISTS {table}_kept ON {table}",
        ),
    ]


def statements(vendor):
    make = {"sqlite": sqlite, "postgresql": postgresql}[vendor]
    return [pair for table, rules in TABLES.items() for pair in make(table, *rules)]


def create(apps, schema_editor):
    for forwards, _ in statements(schema_editor.connection.vendor):
        schema_editor.execute(forwards, params=None)


def remove(apps, schema_editor):
    for _, backwards in reversed(statements(schema_editor.connection.vendor)):
        schema_editor.execute(backwards, params=None)


class Migration(migrations.Migration):
    dependencies = [("activities", "0007_the_cycle")]

    operations = [migrations.RunPython(create, remove)]
