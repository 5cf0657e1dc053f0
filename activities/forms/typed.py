"""What somebody typed, kept as it is: as a draft, or across a sign-in."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict

# More than the longest answers the form takes, and little enough for a session or a draft.
MAX_CHARACTERS = 60_000
MAX_FIELDS = 60

# What belongs to one showing of a form and not to what was typed into it.
NOT_TYPED = {"csrfmiddlewaretoken", "token", "discard", "carry", "nevertheless"}

_SESSION_KEY = "typed"

Typed = dict[str, list[str]]


def typed_fields(data: QueryDict) -> Typed | None:
    """The fields as typed, without files; None when there is too much of it to keep."""
    if len(data) > MAX_FIELDS:
        return None
    # PostgreSQL keeps no NUL in JSON, and no half of a surrogate pair.
    fields = {
        name: [value.replace("\x00", "").encode("utf-8", "replace").decode() for value in values]
        for name, values in data.lists()
        if name not in NOT_TYPED
    }
    length = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    return fields if length <= MAX_CHARACTERS else None


def initial_from(fields: Mapping[str, list[str]], several: set[str]) -> dict[str, Any]:
    """Initial values for a form; the fields named in `several` keep all their values."""
    return {name: values if name in several else values[-1] for name, values in fields.items() if values}


def keep_across_sign_in(request: HttpRequest, path: str) -> bool:
    """Keep what was sent to the form at `path` in the session of a visitor nobody knows yet; False when it is too much.

    Says nothing about what the address leads to: it is done before anything is looked up, for any address alike.
    """
    fields = typed_fields(request.POST)
    if fields is None:
        return False
    request.session[_SESSION_KEY] = {"path": path, "fields": fields}
    return True


def typed_for(request: HttpRequest, path: str) -> Typed | None:
    """What was kept for the form at `path`. Another person signing in at the same browser does not get it."""
    kept = request.session.get(_SESSION_KEY)
    if not kept or kept["path"] != path:
        return None
    fields: Typed = dict(kept["fields"])
    return fields if fields.pop("writer", None) == [str(request.user.pk)] else None


def forget_typed(request: HttpRequest) -> None:
    """It was saved, kept as a draft or thrown away."""
    request.session.pop(_SESSION_KEY, None)
