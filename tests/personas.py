"""The cast: one person of each kind, named by what they are, and the activities they meet."""

import copy
import datetime
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.utils import timezone

from activities.choices import Response, Role, Status, Visibility
from activities.models import Activity
from organizations.choices import COORDINATORS, MembershipRole
from organizations.models import Organization, User

from .factories import make_item, make_organization, make_participation, make_undertaking, make_user

PEOPLE = (
    "anonymous",
    "stranger",
    "observer",
    "reporter",
    "partner",
    "invited",
    "lead_reporter",
    "co_lead",
    "lead",
    "coordinator",
    "administrator",
)


@dataclass
class Cast:
    """Everybody, their organizations, and one activity of each visibility in which the same organizations take part."""

    organizations: dict[str, Organization]
    people: dict[str, User | AnonymousUser]
    item: Activity
    public: Activity
    internal: Activity
    restricted: Activity

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def build_cast() -> Cast:
    orgs = {
        name: make_organization(acronym=name.upper(), name_en=f"{name.title()} Organization")
        for name in ("lead", "colead", "partner", "observer", "invited", "stranger")
    }
    people: dict[str, User | AnonymousUser] = {
        "anonymous": AnonymousUser(),
        "stranger": make_user(name="stranger", organization=orgs["stranger"], role=MembershipRole.FOCAL_POINT),
        "observer": make_user(name="observer", organization=orgs["observer"], role=MembershipRole.READER),
        "reporter": make_user(name="reporter", organization=orgs["partner"], role=MembershipRole.REPORTER),
        "partner": make_user(name="partner", organization=orgs["partner"]),
        "invited": make_user(name="invited", organization=orgs["invited"]),
        "lead_reporter": make_user(name="lead reporter", organization=orgs["lead"], role=MembershipRole.REPORTER),
        "co_lead": make_user(name="co lead", organization=orgs["colead"]),
        "lead": make_user(name="lead", organization=orgs["lead"]),
        "coordinator": make_user(name="coordinator", coordinator=True),
        "administrator": make_user(name="administrator", administrator=True),
    }
    item = make_item(code="A.5", title="Joint staff training")
    activities = {}
    for visibility in Visibility.values:
        activity = make_undertaking(
            item=item,
            title=f"{visibility.title()} course",
            lead=orgs["lead"],
            partners=[orgs["partner"]],
            visibility=visibility,
            status=Status.UNDER_WAY,
        )
        make_participation(activity=activity, organization=orgs["colead"], role=Role.CO_LEAD)
        make_participation(activity=activity, organization=orgs["observer"], role=Role.OBSERVER)
        make_participation(
            activity=activity, organization=orgs["invited"], role=Role.TECHNICAL_SUPPORT, response=Response.INVITED
        )
        activities[visibility] = Activity.objects.get(pk=activity.pk)
    return Cast(organizations=orgs, people=people, item=item, **activities)


class Prepared:
    """The cast and all rows that building it wrote, to be written again: building it takes half a second."""

    def __init__(self) -> None:
        before = _rows()
        self.made_at = timezone.now()
        self.cast = build_cast()
        self.written = {
            table: (columns, [row for row in rows if row not in before.get(table, ((), ()))[1]])
            for table, (columns, rows) in _rows().items()
        }
        self.group = Group.objects.get(name=COORDINATORS).pk
        self.kept = copy.deepcopy(self.cast)

    def fits(self) -> bool:
        """Not on another day, at which a test has set the clock, nor after the database was emptied."""
        return (
            abs(timezone.now() - self.made_at) < datetime.timedelta(hours=1)
            and timezone.localdate() == timezone.localdate(self.made_at)
            and Group.objects.filter(pk=self.group, name=COORDINATORS).exists()
        )

    def again(self) -> Cast:
        with connection.cursor() as cursor:
            for table, (columns, rows) in self.written.items():
                if rows:
                    names = ", ".join(map(connection.ops.quote_name, columns))
                    places = ", ".join(["%s"] * len(columns))
                    insert = f"INSERT INTO {connection.ops.quote_name(table)} ({names}) VALUES ({places})"  # noqa: S608
                    cursor.executemany(insert, rows)
        return copy.deepcopy(self.kept)


def _rows() -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Every row of the register by table, with the names of its columns."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in ("organizations", "activities"):
                table = model._meta.db_table
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
                found[table] = ([column[0] for column in cursor.description or ()], cursor.fetchall())
    return found


_prepared: list[Prepared] = []


@pytest.fixture
def cast(db: None) -> Cast:
    if _prepared and _prepared[0].fits():
        return _prepared[0].again()
    prepared = Prepared()
    _prepared[:] = _prepared or [prepared]
    return prepared.cast
