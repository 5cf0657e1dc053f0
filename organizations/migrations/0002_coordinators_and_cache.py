"""The group of those who keep the register, and the table that holds the counters of rate limits."""

from django.core.management import call_command
from django.db import migrations

COORDINATORS = "coordinators"


def create(apps, schema_editor):
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).get_or_create(name=COORDINATORS)
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def remove(apps, schema_editor):
    apps.get_model("auth", "Group").objects.using(schema_editor.connection.alias).filter(name=COORDINATORS).delete()
    schema_editor.execute("DROP TABLE IF EXISTS cache_entries")


class Migration(migrations.Migration):
    dependencies = [("organizations", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create, remove)]
