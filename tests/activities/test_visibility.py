"""Who may read what: the rows a person is given are exactly those the one question says yes to."""

import datetime

import pytest
from django.utils import timezone

from activities.models import Activity
from activities.workflow import end_participation
from organizations.models import User
from tests.factories import make_item, make_organization, make_undertaking
from tests.personas import PEOPLE, Cast


def test_rows_and_the_single_question_agree(cast: Cast) -> None:
    for person in PEOPLE:
        user = cast.people[person]
        rows = set(Activity.objects.visible_to(user))
        assert rows == {activity for activity in Activity.objects.all() if user.has_perm("activities.read", activity)}


@pytest.mark.parametrize(("days_ago", "reads"), [(0, False), (1, False), (-1, True)])
def test_who_has_left_reads_no_more(cast: Cast, days_ago: int, reads: bool) -> None:
    participation = cast.restricted.participations.get(organization=cast.organizations["partner"])
    end_participation(
        participation=participation,
        on=timezone.localdate() - datetime.timedelta(days=max(days_ago, 0)),
        by=cast.people["coordinator"],
        version=participation.version,
    )
    if days_ago < 0:
        # Until tomorrow it still holds.
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        type(participation).objects.filter(pk=participation.pk).update(until=tomorrow.isoformat(), response="accepted")
    user = User.objects.get(pk=cast.people["partner"].pk)
    assert (cast.restricted in Activity.objects.visible_to(user)) is reads
    assert user.has_perm("activities.read", cast.restricted) is reads


def test_what_a_demonstration_organization_proposes_is_demonstration(db: None) -> None:
    invented = make_organization(acronym="DEMO", is_demonstration=True)
    real = make_organization(acronym="REAL")
    item = make_item()
    marks = [make_undertaking(item=item, lead=lead).is_demonstration for lead in (invented, real, None)]
    assert marks == [True, False, False]
