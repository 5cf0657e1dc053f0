"""Makers of test rows: keyword-only functions. An undertaking given a status walks there through the workflow."""

import datetime
import itertools
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone

from activities.choices import ReportKind, Response, Role, Sharing, Status, Visibility
from activities.models import Activity, Area, Framework, Participation, ReportingRound, SavedReport, StatusUpdate
from activities.workflow import (
    invite,
    open_round,
    post_update,
    propose_undertaking,
    refresh_derived,
    refresh_search_text,
)
from activities.workflow.saved import save_report
from activities.workflow.undertakings import sort_key_of
from organizations.choices import COORDINATORS, MembershipRole, OrganizationKind
from organizations.models import Membership, Organization, User
from tracker.toolkit.dates import PartialDate

_numbers = itertools.count(1)

# The shortest way from "proposed" to each status.
PATHS: dict[str, Sequence[str]] = {
    Status.PROPOSED: (),
    Status.AGREED: (Status.AGREED,),
    Status.UNDER_WAY: (Status.UNDER_WAY,),
    Status.STALLED: (Status.UNDER_WAY, Status.STALLED),
    Status.COMPLETED: (Status.UNDER_WAY, Status.COMPLETED),
    Status.DISCONTINUED: (Status.DISCONTINUED,),
}


def make_framework(*, code: str = "S-2001-138", **fields: Any) -> Framework:
    framework, _ = Framework.objects.get_or_create(
        code=code,
        defaults={
            "symbol": code.replace("-", "/"),
            "title_en": "Letter dated 12 February 2001",
            "short_title_en": "Framework for cooperation in peace-building",
            "short_title_zh_hans": "合作建设和平的框架",
            **fields,
        },
    )
    return framework


def make_area(*, code: str = "A", framework: Framework | None = None, title: str = "") -> Area:
    area, _ = Area.objects.get_or_create(
        framework=framework or make_framework(),
        code=code,
        defaults={"title_en": title or f"Area {code}", "title_zh_hans": f"领域{code}", "position": ord(code[0])},
    )
    return area


def make_item(*, code: str = "A.5", title: str = "", framework: Framework | None = None) -> Activity:
    """An agreed item; the same code gives the same row."""
    framework = framework or make_framework()
    item, created = Activity.objects.get_or_create(
        framework=framework,
        code=code,
        defaults={
            "area": make_area(code=code[0], framework=framework),
            "agreed": True,
            "sort_key": sort_key_of(code),
            "title_en": title or f"Item {code}",
            "title_zh_hans": f"项目{code}",
            "status": Status.AGREED,
        },
    )
    if created:
        refresh_derived(item)
        refresh_search_text([item])
    return item


def make_organization(*, acronym: str = "", kind: str = OrganizationKind.REGIONAL, **fields: Any) -> Organization:
    acronym = acronym or f"ORG{next(_numbers)}"
    fields.setdefault("name_en", f"Organization {acronym}")
    return Organization.objects.create(slug=acronym.lower(), acronym_en=acronym, kind=kind, **fields)


def make_user(
    *,
    name: str = "",
    organization: Organization | None = None,
    role: str = MembershipRole.FOCAL_POINT,
    coordinator: bool = False,
    administrator: bool = False,
    language: str = "",
    password: str = "correct horse battery staple",
) -> User:
    name = name or f"Person {next(_numbers)}"
    user = User.objects.create_user(
        f"{name.lower().replace(' ', '.')}@example.org",
        password,
        name=name,
        language=language,
        is_staff=coordinator or administrator,
        is_superuser=administrator,
    )
    if coordinator:
        user.groups.add(Group.objects.get_or_create(name=COORDINATORS)[0])
    if organization:
        Membership.objects.create(user=user, organization=organization, role=role)
    return user


def make_participation(
    *,
    activity: Activity,
    organization: Organization,
    role: str = Role.PARTNER,
    response: str = Response.ACCEPTED,
    **fields: Any,
) -> Participation:
    return invite(activity=activity, organization=organization, role=role, response=response, by=None, **fields)


def make_update(
    *,
    activity: Activity,
    organization: Organization | None = None,
    author: User | None = None,
    as_of: str | datetime.date | None = None,
    days_ago: int = 0,
    may_set_status: bool = True,
    **fields: Any,
) -> StatusUpdate:
    """An entry of the log; `days_ago` moves both the day it is true and the moment it was told."""
    then = timezone.now() - datetime.timedelta(days=days_ago)
    organization = organization or activity.lead or make_organization()
    return post_update(
        activity=activity,
        organization=organization,
        author=author or User.objects.filter(memberships__organization=organization).first() or make_user(),
        as_of=as_of or PartialDate(then.date()),
        may_set_status=may_set_status,
        at=then,
        **fields,
    )


def make_round(
    *,
    by: User | None = None,
    title: str = "",
    filters: str = "",
    due_in: int = 14,
    opened_days_ago: int = 0,
    framework: Framework | None = None,
    **fields: Any,
) -> ReportingRound:
    """An open round over the activities that `filters` finds; `due_in` counts days from today and may be negative."""
    today = timezone.localdate()
    return open_round(
        framework=framework or make_framework(),
        title=title or f"Round {next(_numbers)}",
        period_start=today - datetime.timedelta(days=90),
        period_end=today,
        due_on=today + datetime.timedelta(days=due_in),
        by=by or make_user(coordinator=True),
        filters=filters,
        at=timezone.now() - datetime.timedelta(days=max(opened_days_ago, -due_in)),
        **fields,
    )


def make_undertaking(
    *,
    item: Activity | None = None,
    title: str = "",
    status: str = Status.PROPOSED,
    lead: Organization | None = None,
    partners: Sequence[Organization] = (),
    visibility: str = Visibility.PUBLIC,
    days_ago: int = 0,
    **fields: Any,
) -> Activity:
    """An undertaking with its lead and partners, walked to `status` by updates of `days_ago`."""
    fields.setdefault("title_en", title or f"Undertaking {next(_numbers)}")
    activity = propose_undertaking(
        parent=item or make_item(), by=None, organization=lead, visibility=visibility, **fields
    )
    for partner in partners:
        make_participation(activity=activity, organization=partner)
    for step in PATHS[status]:
        make_update(
            activity=activity,
            organization=lead,
            days_ago=days_ago,
            status=step,
            reason="Walked there by a test.",
            closing="objective_met" if step == Status.COMPLETED else "",
        )
    return Activity.objects.get(pk=activity.pk)


def make_saved_report(
    *,
    by: User,
    name: str = "",
    query: str = "area=A",
    organization: Organization | None = None,
    everybody: bool = False,
    **shown: Any,
) -> SavedReport:
    """A saved report of the list of activities: private, shared with an organization, or with everybody."""
    sharing = Sharing.ORGANIZATION if organization else Sharing.MEMBERS if everybody else Sharing.PRIVATE
    facts = {"kind": ReportKind.LIST, "subject": "", "query": query, "words": {}, "language": "en", **shown}
    report, _ = save_report(
        by=by, name=name or f"Report {next(_numbers)}", shown=facts, sharing=sharing, organization=organization
    )
    return report
