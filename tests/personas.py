"""The cast: one person of each kind, named by what they are, and the activities they meet."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from activities.choices import Response, Role, Status, Visibility
from activities.models import Activity
from organizations.choices import MembershipRole
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


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()
