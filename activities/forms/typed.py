"""What somebody typed, kept as it is: as a draft, or across a sign-in."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import HttpRequest, QueryDict

# More than the longest answers the form takes, and little enough for a session or a draft.
MAX_CHARACTERS = 60_000
MAX_FIELDS = 60
# Tokens and codes that forms send along are shorter.
LONGEST_CHOICE = 80

# What belongs to one showing of a form and not to what was typed into it.
NOT_TYPED = {"discard", "carry", "nevertheless"}
# Parts of names of what is nobody's words, or must not be kept.
SECRET = ("password", "token")

_SESSION_KEY = "typed"

Typed = dict[str, list[str]]


def typed_fields(data: QueryDict) -> Typed | None:
    """The fields as typed, without files; None when there is too much of it to keep."""
    # PostgreSQL keeps no NUL in JSON, and no half of a surrogate pair.
    fields = {
        name: [value.replace("\x00", "").encode("utf-8", "replace").decode() for value in values]
        for name, values in data.lists()
        if name not in NOT_TYPED and not is_secret(name)
    }
    if len(fields) > MAX_FIELDS:
        return None
    length = sum(len(name) + sum(map(len, values)) for name, values in fields.items())
    return fields if length <= MAX_CHARACTERS else None


def is_secret(name: str) -> bool:
    return any(part in name.lower() for part in SECRET)


def sentences_in(fields: Mapping[str, list[str]]) -> list[str]:
    """What is worth copying: sentences, not choices and codes."""
    texts = [text.strip() for name, values in fields.items() if not is_secret(name) for text in values]
    return [text for text in texts if " " in text or len(text) > LONGEST_CHOICE]


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
    request.session[_SESSION_KEY] = {"path": path, "fields": fields, "files": bool(request.FILES)}
    return True


class Kept(NamedTuple):
    """What was sent to the form at `path`; `files`: with files, which cannot be kept."""

    path: str
    fields: Typed
    files: bool


def kept_by(request: HttpRequest) -> Kept | None:
    """What was kept for this person. Another one signing in at the same browser does not get it."""
    kept = request.session.get(_SESSION_KEY)
    if not kept:
        return None
    fields: Typed = dict(kept["fields"])
    # Each form names its writer: see the tag `csrf_token`.
    is_theirs = fields.pop("writer", None) == [str(request.user.pk)]
    return Kept(kept["path"], fields, kept.get("files", False)) if is_theirs else None


def typed_for(request: HttpRequest, path: str) -> Typed | None:
    """What was kept for the form at `path`, where this person wrote it."""
    kept = kept_by(request)
    return kept.fields if kept and kept.path == path else None


def forget_typed_at(request: HttpRequest, path: str) -> None:
    """It is sent again: from now on the form itself keeps what was typed."""
    if (request.session.get(_SESSION_KEY) or {}).get("path") == path:
        forget_typed(request)


def forget_typed(request: HttpRequest) -> None:
    """It was saved, kept as a draft or thrown away."""
    request.session.pop(_SESSION_KEY, None)
