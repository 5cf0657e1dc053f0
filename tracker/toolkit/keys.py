"""Many keys as one parameter of a statement: a placeholder for each would cost more than the rows they find."""

import json
from collections.abc import Sequence

from django.db import connection
from django.db.models.expressions import RawSQL


def among(keys: Sequence[int]) -> RawSQL:
    """For `filter(pk__in=among(keys))` and the like: whole numbers, as many as there are."""
    if connection.vendor == "postgresql":
        # Written here: the driver looks at each member of a list before it writes the same.
        return RawSQL("SELECT unnest(%s::bigint[])", ["{" + ",".join(map(str, map(int, keys))) + "}"])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])
