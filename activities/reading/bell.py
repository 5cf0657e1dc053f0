"""What a person was told, page by page, and what the person follows."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import BigIntegerField, OuterRef, Subquery, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tracker.toolkit.texts import Text, find_text

from ..choices import MAILED
from ..filters import Selection, StandingSelection
from ..models import Activity, Follow, Notification, Unsubscription
from ..notifications.wording import Words
from ..notifications.words import with_rows, words_of

LONGEST_QUERY = Follow._meta.get_field("query").max_length or 0
LONGEST_NAME = Follow._meta.get_field("name").max_length or 0


def follow_id(user: Any, column: str) -> Any:
    """To be annotated as `follow_id`: by which row this person follows the one at hand, if at all."""
    if not user.is_authenticated:
        return Value(None, output_field=BigIntegerField())
    return Subquery(Follow.objects.filter(user=user, **{column: OuterRef("pk")}).values("pk")[:1])


class Followable(NamedTuple):
    """What may be followed of a list: one `area` by its id, or its filter.

    Whether it is followed already is not asked: it would be one more statement for each list that is read.
    """

    area: int | None
    query: str


def what_to_follow(selection: Selection) -> Followable | None:
    """Of a list that is filtered, for somebody signed in; None where there is nothing to follow."""
    if not selection.user.is_authenticated or not selection.values or not selection.can_be_kept:
        return None
    codes = selection.given.get("area", [])
    areas = selection.names.areas[codes[0]].ids if len(codes) == 1 and len(selection.given) == 1 else ()
    if len(areas) == 1:  # several frameworks may use the same letter
        return Followable(areas[0], "")
    query = selection.tidy()
    return Followable(None, query) if len(query) <= LONGEST_QUERY else None


class Told(NamedTuple):
    """A notification and what it says."""

    notification: Notification
    words: Words


def told_to(user: Any) -> Any:
    """Everything in this person's list, newest first; still to be cut into pages."""
    return Notification.objects.for_person(user).order_by("-created_at", "-pk")


def in_words(rows: Any, user: Any) -> list[Told]:
    """These notifications in the language of the page."""
    return [Told(row, words_of(row)) for row in with_rows(rows, user)]


class Followed(NamedTuple):
    """Something followed: its code, its name, where it is read ("" where it cannot be any more), a word on it."""

    follow: Follow
    code: str
    name: Text
    path: str
    note: str = ""


def mailed_kinds(user: Any) -> list[str]:
    """The kinds of which this person wants mail."""
    declined = set(Unsubscription.objects.filter(user=user).values_list("kind", flat=True))
    return [kind.value for kind in MAILED if kind not in declined]


def followed_by(user: Any) -> dict[str, list[Followed]]:
    """What a person follows, by kind, in two statements."""
    rows = list(
        Follow.objects.filter(user=user).select_related("activity__framework", "area", "organization").order_by("pk")
    )
    ids = [row.activity_id for row in rows if row.activity_id]
    readable = set(Activity.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    found: dict[str, list[Followed]] = {"activities": [], "areas": [], "organizations": [], "filters": []}
    for row in rows:
        if row.activity_id:
            found["activities"].append(_activity(row, row.activity_id in readable))
        elif row.area_id:
            found["areas"].append(_area(row))
        elif row.organization_id:
            found["organizations"].append(_organization(row))
        else:
            found["filters"].append(_filter(row, user))
    return found


def _activity(row: Follow, readable: bool) -> Followed:
    activity: Any = row.activity
    if not readable:
        return Followed(row, "", Text(_("An activity that you can no longer see"), ""), "")
    return Followed(row, activity.code, find_text(activity, "title"), activity.get_absolute_url())


def _area(row: Follow) -> Followed:
    area: Any = row.area
    query = urlencode({"area": area.code})
    return Followed(row, area.code, find_text(area, "title"), f"{reverse('activity-list')}?{query}")


def _organization(row: Follow) -> Followed:
    organization: Any = row.organization
    return Followed(
        row, find_text(organization, "acronym").value, find_text(organization, "name"), organization.get_absolute_url()
    )


def _filter(row: Follow, user: Any) -> Followed:
    selection = StandingSelection(dict(QueryDict(row.query).lists()), user)
    name = Text(row.name, "")
    if selection.problems:
        return Followed(row, "", name, "", _("This filter asks for something that the register no longer knows."))
    return Followed(row, "", name, f"{reverse('activity-list')}?{row.query}", selection.sentence())
