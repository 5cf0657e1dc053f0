"""Finding what an address names, as far as the person may see it: what is invisible does not exist."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from ..models import Activity

# What pages show of an activity.
SHOWN = ("framework", "area", "parent", "lead")


def find_activity(user: Any, framework: str, code: str, related: Sequence[str] = SHOWN) -> Activity:
    """The activity of that address, read with what it refers to. Raises Http404 for what the person may not see."""
    if "\x00" in code:  # no code has one, and PostgreSQL refuses to look for it
        raise Http404
    unread = ["search_text", *(["parent__search_text"] if "parent" in related else [])]
    rows = Activity.objects.select_related(*related).defer(*unread)
    activity: Activity = get_object_or_404(rows, framework__code=framework, code=code)
    if not user.has_perm("activities.read", activity):
        raise Http404
    return activity


def page_number(request: HttpRequest) -> int:
    """The page that the address asks for, the first where it names none. Raises Http404 for what is no number."""
    text = request.GET.get("page", "1")
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or int(text) < 1:
        raise Http404
    return int(text)
