"""Answering a hint of overlap: the answer is kept with both undertakings, and the hint does not come back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from activities.choices import OverlapKind
from activities.models import Activity, OverlapAnswer
from activities.workflow import StaleEdit
from activities.workflow.overlaps import answer_overlap
from tests.factories import make_organization, make_undertaking
from tests.personas import Cast
from tests.reading import client_of, main_part, page, queries

pytestmark = pytest.mark.django_db
HINT = "Two undertakings look alike"


@pytest.fixture
def pair(cast: Cast) -> tuple[Activity, Activity]:
    made = [
        make_undertaking(lead=make_organization(acronym=name), title="Course for mission planners", countries=["GH"])
        for name in ("OSCE", "UNDP")
    ]
    return made[0], made[1]


def address(pair: tuple[Activity, Activity]) -> str:
    return reverse("overlap-answer", args=[activity.pk for activity in pair])


def matrix(user: Any) -> str:
    return main_part(page(user, reverse("matrix")))


def test_the_hint_is_shown_to_all_and_answered_by_coordinators(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    for person in ("anonymous", "lead", "coordinator"):
        html = matrix(cast.people[person])
        assert HINT in html
        assert (address(pair) in html) is (person == "coordinator")
    assert client_of(cast.lead).post(address(pair), {"answer": "different"}).status_code == 403
    assert OverlapAnswer.objects.count() == 0


@pytest.mark.parametrize("answer", list(OverlapKind))
def test_an_answered_hint_does_not_come_back(cast: Cast, pair: tuple[Activity, Activity], answer: str) -> None:
    data = {"answer": answer, "sentence": "A.5.4 should remain.", "seen": "0"}
    response = client_of(cast.coordinator).post(address(pair), data)
    assert response.status_code == 302 and response["Location"] == reverse("matrix")
    row = OverlapAnswer.objects.get()
    assert (row.first, row.second, row.answer, row.sentence, row.by, row.version) == (
        *pair, answer, "A.5.4 should remain.", cast.coordinator, 1,
    )  # fmt: skip
    for person in ("anonymous", "lead", "coordinator"):
        assert HINT not in matrix(cast.people[person])


def test_related_ties_both_pages(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    for one, other in (pair, pair[::-1]):
        assert other.get_absolute_url() not in main_part(page(cast.anonymous, one.get_absolute_url()))
    answer_overlap(one=pair[1], other=pair[0], answer="related", by=cast.coordinator)
    for one, other in (pair, pair[::-1]):
        html = main_part(page(cast.anonymous, one.get_absolute_url()))
        assert html.split('id="h-beside"')[1].count(f'href="{other.get_absolute_url()}"') == 1


def test_a_proposal_to_merge_is_for_coordinators(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    why = "The other one should remain."
    answer_overlap(one=pair[0], other=pair[1], answer="merge", by=cast.coordinator, sentence=why)
    for activity in pair:
        places = [activity.get_absolute_url(), reverse("activity-history", args=["S-2001-138", activity.code])]
        for place in places:
            assert why in main_part(page(cast.coordinator, place))
            for person in ("anonymous", "lead"):
                assert why not in page(cast.people[person], place)
    assert why in page(cast.coordinator, reverse("overlap-list"))
    assert Activity.objects.filter(pk__in=[activity.pk for activity in pair]).count() == 2, "nothing was merged"


def test_the_answer_stands_in_the_history_of_both(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    answer_overlap(one=pair[0], other=pair[1], answer="different", by=cast.coordinator, sentence="Other planners.")
    answer_overlap(one=pair[0], other=pair[1], answer="related", by=cast.administrator, sentence="Same room.", seen=1)
    for one, other in (pair, pair[::-1]):
        html = main_part(page(cast.lead, reverse("activity-history", args=["S-2001-138", one.code])))
        assert html.count("Looks alike; the answer is") == 2
        assert "Other planners." in html and "Same room." in html and other.get_absolute_url() in html
        assert "coordinator" in html and "administrator" in html
        # Names of people are for those who signed in.
        assert "administrator" not in main_part(
            page(cast.anonymous, reverse("activity-history", args=["S-2001-138", one.code]))
        )


def test_what_was_said_of_the_unseen_is_told_to_nobody(cast: Cast) -> None:
    answer_overlap(
        one=cast.public, other=cast.restricted, answer="related", by=cast.coordinator, sentence="Same teachers."
    )
    history = reverse("activity-history", args=["S-2001-138", cast.public.code])
    for person, knows in {"anonymous": False, "stranger": False, "lead": True, "coordinator": True}.items():
        user = cast.people[person]
        assert ("Same teachers." in page(user, history)) is knows
        assert (cast.restricted.get_absolute_url() in page(user, cast.public.get_absolute_url())) is knows


def test_a_second_answer_names_the_first(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    """Two coordinators opened the hint; the second is shown what the first said, and keeps what was typed."""
    answer_overlap(one=pair[0], other=pair[1], answer="different", by=cast.administrator, sentence="Not the same.")
    client = client_of(cast.coordinator)
    data = {"answer": "related", "sentence": "They share a room.", "seen": "0"}
    response = client.post(address(pair), data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Not the same." in html and "They share a room." in html and 'name="seen" value="1"' in html
    assert OverlapAnswer.objects.get().answer == "different"
    assert client.post(address(pair), data | {"seen": "1"}).status_code == 302
    assert (OverlapAnswer.objects.get().answer, OverlapAnswer.objects.get().version) == ("related", 2)


def test_the_same_answer_sent_twice_is_one(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    for _ in range(2):
        assert client_of(cast.coordinator).post(address(pair), {"answer": "different"}).status_code == 302
    assert OverlapAnswer.objects.get().version == 1
    assert OverlapAnswer.history.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [({}, "answer"), ({"answer": "maybe"}, "answer"), ({"answer": "merge", "sentence": " "}, "sentence")],
)
def test_refusals_change_nothing(
    cast: Cast, pair: tuple[Activity, Activity], digest: Callable[[], str], data: dict[str, str], field: str
) -> None:
    before = digest()
    response = client_of(cast.coordinator).post(address(pair), data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert digest() == before


def test_a_pair_has_one_address(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    client = client_of(cast.coordinator)
    first, second = (activity.pk for activity in pair)
    for args in ((second, first), (first, first), (first, cast.item.pk), (first, 10**20)):
        assert client.get(reverse("overlap-answer", args=args)).status_code == 404


def test_one_answer_for_each_pair(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    answer_overlap(one=pair[0], other=pair[1], answer="different", by=cast.coordinator)
    with pytest.raises(StaleEdit):
        answer_overlap(one=pair[1], other=pair[0], answer="related", by=cast.administrator)
    for first, second in (pair, pair[::-1]):
        with pytest.raises(IntegrityError), transaction.atomic():
            OverlapAnswer.objects.create(first=first, second=second, answer="related", by=cast.coordinator)
    with pytest.raises(ValidationError):
        answer_overlap(one=pair[0], other=cast.item, answer="related", by=cast.coordinator)


def test_statements_hang_on_no_number_of_answers(cast: Cast, pair: tuple[Activity, Activity]) -> None:
    answer_overlap(one=pair[0], other=pair[1], answer="related", by=cast.coordinator)
    places = [reverse("overlap-list"), reverse("activity-history", args=["S-2001-138", pair[0].code]), address(pair)]
    places += [pair[0].get_absolute_url(), reverse("matrix")]
    before = [queries(cast.coordinator, place) for place in places]
    for which in (cast.public, cast.internal):
        answer_overlap(one=pair[0], other=which, answer="merge", by=cast.coordinator, sentence="The first remains.")
    assert [queries(cast.coordinator, place) for place in places] == before
