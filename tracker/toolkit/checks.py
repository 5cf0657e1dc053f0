"""What a deployment must offer and no setting can promise: asked by `manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections


@register(Tags.database, deploy=True)
def letters_beyond_ascii_are_letters(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """With the character type “C” the trigrams of PostgreSQL hold no Arabic, Chinese or Russian letter."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
            (character_type,) = cursor.fetchone()
        if character_type in ("C", "POSIX"):
            found.append(
                Warning(
                    f"The character type (lc_ctype) of the database is {character_type}: words in Arabic, Chinese and "
                    "Russian are in no index.",
                    hint="Create the database with LC_CTYPE 'C.UTF-8' or another locale of UTF-8, and restore into it.",
                    id="toolkit.W001",
                )
            )
    return found
