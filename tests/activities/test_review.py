"""Review: the queue, the decision, two coordinators at once, and the exchange that stays readable under the update."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from activities.choices import NotificationKind, ReturnReason, ReviewState, Role, Status
from activities.models import Evidence, Notification, Review, ReviewReason, StatusUpdate
from activities.workflow import AlreadyDecided, accept, no_change, return_update
from tests.factories import (
    make_item,
    make_organization,
    make_participation,
    make_round,
    make_undertaking,
    make_update,
    make_user,
)
from tests.personas import PEOPLE, Cast, build_cast
from tests.reading import client_of, main_part, page, queries

from .test_concurrency import together

pytestmark = pytest.mark.django_db

QUEUE = "/review/"
MISSING = "Name the day & the place of the course."


def entry(cast: Cast, **fields: Any) -> StatusUpdate:
    """An entry of the partner's focal point."""
    known = {"activity": cast.public, "organization": cast.organizations["partner"], "author": cast.partner}
    return make_update(**{**known, "done": "Two courses were held.", **fields})


def decide(update: StatusUpdate) -> str:
    return reverse("review-decide", args=[update.review.pk])


def returned(cast: Cast, update: StatusUpdate | None = None, by: Any = None, **fields: Any) -> StatusUpdate:
    update = update or entry(cast)
    fields = {"reasons": ["unclear", "no_evidence"], "sentence": MISSING, **fields}
    return return_update(update.review, by=by or cast.coordinator, **fields).update


def queued(user: Any, query: str = "") -> list[int]:
    """The entries of the queue, in its order."""
    html = main_part(page(user, QUEUE + query))
    reviews = [int(pk) for pk in re.findall(r'href="/review/(\d+)/"', html)]
    updates = dict(Review.objects.values_list("pk", "update"))
    return [updates[pk] for pk in reviews]


def row(html: str, update: StatusUpdate) -> str:
    return next(part for part in html.split('<tr role="row">') if f'href="{decide(update)}"' in part)


# The queue


def test_the_queue_holds_what_waits_oldest_first(cast: Cast) -> None:
    before = list(Review.objects.waiting().order_by("submitted_at", "pk").values_list("update", flat=True))
    late = entry(cast)
    early = entry(cast, activity=cast.restricted, days_ago=3)
    accepted, back, corrected = entry(cast), entry(cast), entry(cast)
    accept([accepted.review], cast.coordinator)
    returned(cast, back)
    correction = entry(cast, corrects=corrected)
    assert queued(cast.coordinator) == [early.pk, *before, late.pk, correction.pk]
    assert len(before) == 3


def test_a_row_says_who_said_what(cast: Cast) -> None:
    made = make_round(title="Spring round")
    proof = [Evidence(kind="link", url=f"https://example.org/{number}") for number in range(2)]
    update = make_update(
        activity=cast.public,
        organization=cast.organizations["lead"],
        author=cast.coordinator,
        on_behalf=True,
        progress=40,
        status=Status.STALLED,
        reason="No money.",
        done="<b>Half</b> of it.",
        evidence=proof,
    )
    shown = row(main_part(page(cast.administrator, QUEUE)), update)
    told = [cast.public.code, "Public course", "LEAD", "coordinator", "recorded on behalf", "Stalled", "40%"]
    told += [escape("<b>Half</b> of it."), f"<bdi>{made.number}</bdi>", '">2</td>']
    assert [words for words in told if words not in shown] == []


def test_nobody_chooses_what_they_wrote_themselves(cast: Cast) -> None:
    own = make_update(
        activity=cast.public, organization=cast.organizations["partner"], author=cast.coordinator, on_behalf=True
    )
    mine, theirs = (row(main_part(page(user, QUEUE)), own) for user in (cast.coordinator, cast.administrator))
    assert 'name="chosen"' in theirs and 'name="chosen"' not in mine
    assert "Your own entry" in mine and "Your own entry" not in theirs


def test_several_are_accepted_at_once_and_each_for_itself(cast: Cast) -> None:
    first, second, decided, left = (entry(cast) for _ in range(4))
    own = make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.coordinator)
    returned(cast, decided, by=cast.administrator)
    chosen = [update.review.pk for update in (first, own, decided, second)]
    response = client_of(cast.coordinator).post(QUEUE, {"chosen": chosen}, follow=True)
    html = main_part(response.content.decode())
    states = dict(Review.objects.filter(update__in=[first, second, decided, own, left]).values_list("update", "state"))
    assert states == {
        first.pk: ReviewState.ACCEPTED,
        second.pk: ReviewState.ACCEPTED,
        decided.pk: ReviewState.RETURNED,
        own.pk: ReviewState.SUBMITTED,
        left.pk: ReviewState.SUBMITTED,
    }
    code = cast.public.code
    assert f"2 updates accepted: {code} (PARTNER), {code} (PARTNER)." in html
    assert f"Not accepted: {code} (LEAD). Nobody reviews what they wrote themselves." in html
    assert f"Not accepted: {code} (PARTNER). administrator has already decided: Returned." in html
    assert Review.objects.get(update=first).decided_by == cast.coordinator


@pytest.mark.parametrize("chosen", [[], ["", "x", "-1", "9" * 30, "0"], ["999999"]])
def test_nothing_ticked_is_said(cast: Cast, digest: Callable[[], str], chosen: list[str]) -> None:
    before = digest()
    response = client_of(cast.coordinator).post(QUEUE, {"chosen": chosen})
    assert response.status_code == 422 and b"Tick at least one update." in response.content
    assert digest() == before


def test_one_round_is_shown_alone(cast: Cast) -> None:
    outside = list(Review.objects.waiting().values_list("update", flat=True))
    made = make_round(title="Spring round")
    inside = entry(cast)
    assert queued(cast.coordinator, f"?round={made.number}") == [inside.pk]
    assert set(queued(cast.coordinator)) == {*outside, inside.pk}
    client = client_of(cast.coordinator)
    for query in ("?round=99", "?round=x", "?round=%00", "?page=2", "?page=x", "?page=" + "9" * 30):
        assert client.get(QUEUE + query).status_code == 404, query


def counted(user: Any, section: str, query: str = "") -> dict[str, list[int]]:
    html = main_part(page(user, QUEUE + query)).split(f'aria-labelledby="h-{section}"')[1].split("</section>")[0]
    found = {}
    for line in html.split("<tr>")[2:]:
        name = re.sub(r"<[^>]+>", "", line.split("</th>")[0]).strip()
        cells = [
            re.match(r"\d*", re.sub(r"<a [^>]*>", "", cell)) for cell in re.findall(r'<td class="num">(.*?)</td>', line)
        ]
        found[name] = [int(cell[0] or 0) for cell in cells if cell]
    return found


def test_returns_are_counted_by_reason_organization_and_round(cast: Cast) -> None:
    returned(cast)
    before = Review.objects.waiting().count()
    made = make_round(title="Spring round")
    returned(cast, reasons=["unclear"])
    lead = make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead)
    returned(cast, lead, reasons=["wrong_period"])
    accept([entry(cast).review], cast.coordinator)
    waiting = entry(cast)
    by_reason = {str(label): [0] for label in ReturnReason.labels}
    user = cast.coordinator
    assert counted(user, "reasons") == by_reason | {"Unclear": [2], "No evidence": [1], "Wrong period": [1]}
    assert counted(user, "organizations") == {"PARTNER": [2, 1], "LEAD": [1, 0]}
    rounds = {f"{made.number} Spring round": [1, 2, 1], "Outside a round": [before, 1, 0]}
    assert counted(user, "rounds") == rounds
    inside = f"?round={made.number}"
    assert counted(user, "reasons", inside) == by_reason | {"Unclear": [1], "Wrong period": [1]}
    assert counted(user, "organizations", inside) == {"PARTNER": [1, 1], "LEAD": [1, 0]}
    assert counted(user, "rounds", inside) == rounds
    assert queued(user, inside) == [waiting.pk]
    # By reason and organization, in a round and altogether.
    of_partner = "?organization=partner"
    assert counted(user, "reasons", of_partner) == by_reason | {"Unclear": [2], "No evidence": [1]}
    assert counted(user, "reasons", f"{inside}&organization=partner") == by_reason | {"Unclear": [1]}
    assert counted(user, "organizations", of_partner) == {"PARTNER": [2, 1], "LEAD": [1, 0]}
    assert counted(user, "rounds", of_partner) == {
        f"{made.number} Spring round": [1, 1, 1],
        "Outside a round": [0, 1, 0],
    }


@pytest.mark.parametrize("query", ["", "?organization=partner", "?round=1", "?round=none", "?reason=unclear"])
def test_every_count_opens_what_it_counts(cast: Cast, query: str) -> None:
    returned(cast)
    make_round(title="Spring round")
    returned(cast, reasons=["unclear"])
    lead = make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead)
    returned(cast, lead, reasons=["wrong_period"])
    accept([entry(cast).review], cast.coordinator)
    counts = main_part(page(cast.coordinator, QUEUE + query)).split('aria-labelledby="h-reasons"')[1]
    cells = re.findall(r'<td class="num">(?:<a href="([^"]*)">)?(\d*)', counts)
    numbers = [(address.replace("&amp;", "&"), int(number)) for address, number in cells if number]
    assert len(numbers) >= 8 and all(address for address, _number in numbers)
    for address, number in numbers:
        assert len(queued(cast.coordinator, address.removeprefix(QUEUE))) == number, address


def test_what_was_decided_is_listed_with_its_reasons_and_nothing_to_choose(cast: Cast) -> None:
    back, taken = returned(cast), entry(cast)
    accept([taken.review], cast.administrator)
    html = row(main_part(page(cast.coordinator, f"{QUEUE}?state=returned")), back)
    assert "Unclear; No evidence" in html and "<bdi>coordinator</bdi>" in html and 'name="chosen"' not in html
    assert queued(cast.coordinator, "?state=accepted") == [taken.pk]
    assert queued(cast.coordinator, "?reason=no_evidence&organization=partner") == [back.pk]
    assert queued(cast.coordinator, "?reason=wrong_period") == []
    assert "No update was decided on like this." in page(cast.coordinator, f"{QUEUE}?reason=wrong_period")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("organization=nobody", "organization"),
        ("state=lost", "state"),
        ("reason=bad", "reason"),
        ("reason=unclear&state=accepted", "state"),
        ("state=returned&state=accepted", "state"),
        ("colour=red", "colour"),
        ("organization=%01", "organization"),
    ],
)
def test_what_the_queue_does_not_understand_is_refused_by_name(cast: Cast, query: str, named: str) -> None:
    response = client_of(cast.coordinator).get(f"{QUEUE}?{query}")
    assert (response.status_code, named in response.content.decode()) == (400, True)


def test_an_empty_queue_says_what_would_appear(cast: Cast) -> None:
    accept(Review.objects.all(), cast.coordinator)
    assert "No update waits for review." in page(cast.coordinator, QUEUE)


def test_coordinators_alone_review(cast: Cast, digest: Callable[[], str]) -> None:
    update = entry(cast)
    before = digest()
    for person in PEOPLE:
        expected = {"anonymous": 302, "coordinator": 200, "administrator": 200}.get(person, 403)
        for address in (QUEUE, decide(update)):
            client = client_of(cast.people[person])
            assert client.get(address).status_code == expected, (person, address)
            if expected != 200:
                posted = client.post(address, {"decision": "accept", "chosen": update.review.pk})
                assert posted.status_code == expected, (person, address)
    assert digest() == before


# The decision


def test_the_whole_entry_stands_beside_what_was_said_before(cast: Cast) -> None:
    entry(cast, done="What we said in spring.", days_ago=9)
    make_update(activity=cast.public, organization=cast.organizations["colead"], done="What others said.", days_ago=5)
    proof = [Evidence(kind="link", url="https://example.org/list", title="List")]
    update = entry(cast, next_steps="A third course.", obstacles="No hall.", evidence=proof)
    html = main_part(page(cast.coordinator, decide(update)))
    told = ["Two courses were held.", "A third course.", "No hall.", "https://example.org/list", "partner"]
    assert [words for words in [*told, "What we said in spring."] if words not in html] == []
    assert "What others said." not in html


def test_accepting_one(cast: Cast) -> None:
    update = entry(cast)
    client = client_of(cast.coordinator)
    for _ in range(2):  # a double click is one decision, and no conflict
        assert client.post(decide(update), {"decision": "accept"})["Location"] == QUEUE
    review = Review.objects.get(update=update)
    assert (review.state, review.decided_by) == (ReviewState.ACCEPTED, cast.coordinator)
    told = Notification.objects.filter(kind=NotificationKind.ACCEPTED)
    assert [row.user for row in told] == [cast.partner]


def test_returning_takes_reasons_and_a_sentence(cast: Cast) -> None:
    update = entry(cast)
    client = client_of(cast.coordinator)
    data = {"decision": "return", "reasons": ["unclear", "no_evidence"], "sentence": MISSING, "language": "fr"}
    for _ in range(2):
        assert client.post(decide(update), data)["Location"] == QUEUE
    review = Review.objects.get(update=update)
    assert (review.state, review.sentence, review.language) == (ReviewState.RETURNED, MISSING, "fr")
    assert {reason.code for reason in review.reasons.all()} == {"unclear", "no_evidence"}
    told = Notification.objects.filter(kind=NotificationKind.RETURNED)
    assert [(row.user, row.update) for row in told] == [(cast.partner, update)]
    assert update.pk not in queued(cast.coordinator)


WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"reasons", "sentence", "language"}),
    ({"sentence": MISSING, "language": "en"}, {"reasons"}),
    ({"reasons": ["bad"], "sentence": MISSING, "language": "en"}, {"reasons"}),
    ({"reasons": ["unclear", "no_evidence"], "sentence": " \n ", "language": "en"}, {"sentence"}),
    ({"reasons": ["unclear"], "sentence": "a" * 2001, "language": "en"}, {"sentence"}),
    ({"reasons": ["unclear"], "sentence": "One\x00two", "language": "en"}, {"sentence"}),
    ({"reasons": ["unclear"], "sentence": MISSING, "language": "tlh"}, {"language"}),
]


@pytest.mark.parametrize(("data", "fields"), WRONG)
def test_what_is_wrong_is_said_beside_its_field(
    cast: Cast, digest: Callable[[], str], data: dict[str, Any], fields: set[str]
) -> None:
    update = entry(cast)
    before = digest()
    response = client_of(cast.coordinator).post(decide(update), {"decision": "return", **data})
    html = response.content.decode()
    assert response.status_code == 422 and digest() == before
    assert set(re.findall(r'id="id_(\w+)_error"', html)) == fields
    assert '<div class="errors"' in html
    ticked = set(re.findall(r'value="(\w+)"[^>]*checked', html))
    assert ticked == set(data.get("reasons", [])) & set(ReturnReason.values)
    if len(data.get("sentence", "").strip()) > 20:
        assert escape(data["sentence"]) in html


def test_the_form_in_the_page_is_the_one_that_is_taken(cast: Cast) -> None:
    update = entry(cast)
    html = main_part(page(cast.coordinator, decide(update))).replace('<form class="form mt"', '<form id="return"')
    assert html.count('name="decision"') == 2 and 'id="return"' in html
    assert set(re.findall(r'name="(\w+)"', html)) == {
        "csrfmiddlewaretoken", "decision", "reasons", "sentence", "language", "writer"
    }  # fmt: skip


def test_one_s_own_entry_is_for_somebody_else(cast: Cast, digest: Callable[[], str]) -> None:
    own = make_update(
        activity=cast.public, organization=cast.organizations["partner"], author=cast.coordinator, on_behalf=True
    )
    before = digest()
    html = main_part(page(cast.coordinator, decide(own)))
    assert "Nobody reviews what they wrote themselves." in html and 'name="decision"' not in html
    for data in ({"decision": "accept"}, {"reasons": ["unclear"], "sentence": MISSING, "language": "en"}):
        response = client_of(cast.coordinator).post(decide(own), data)
        assert response.status_code == 403
        assert "Nobody reviews what they wrote themselves." in response.content.decode()
    assert digest() == before
    assert client_of(cast.administrator).post(decide(own), {"decision": "accept"}).status_code == 302


@pytest.mark.parametrize("first", ["accept", "return"])
def test_of_two_at_once_the_second_reads_what_the_first_decided(
    cast: Cast, digest: Callable[[], str], first: str
) -> None:
    update = entry(cast)
    page(cast.coordinator, decide(update))
    if first == "accept":
        accept([update.review], cast.administrator)
    else:
        returned(cast, update, by=cast.administrator, reasons=["other"], sentence="Their sentence.")
    before = digest()
    client = client_of(cast.coordinator)
    late = client.post(decide(update), {"reasons": ["unclear"], "sentence": MISSING, "language": "en"})
    html = main_part(late.content.decode())
    assert late.status_code == 409 and digest() == before
    word = "Accepted" if first == "accept" else "Returned"
    assert f"administrator has already decided: {word}." in html
    assert escape(MISSING) in html and "Unclear" in html and 'name="decision"' not in html
    assert ("Their sentence." in html) is (first == "return")
    accepting = client.post(decide(update), {"decision": "accept"})
    assert accepting.status_code == 409 and digest() == before


def test_an_entry_corrected_meanwhile_waits_no_more(cast: Cast, digest: Callable[[], str]) -> None:
    update = entry(cast)
    correction = entry(cast, corrects=update, done="Three courses were held.")
    before = digest()
    client = client_of(cast.coordinator)
    for data in ({"decision": "accept"}, {"reasons": ["unclear"], "sentence": MISSING, "language": "en"}):
        response = client.post(decide(update), data)
        assert response.status_code == 409 and b"was corrected meanwhile" in response.content
    outcome = accept([update.review], cast.coordinator)
    assert [reason for _, reason in outcome.refused] and not outcome.decided
    assert digest() == before
    html = main_part(page(cast.coordinator, decide(update)))
    assert f'href="{decide(correction)}"' in html and 'name="decision"' not in html


def test_an_expired_session_keeps_what_was_typed(cast: Cast, digest: Callable[[], str]) -> None:
    update = entry(cast)
    before = digest()
    client = client_of(AnonymousUser())
    typed = {"reasons": ["unclear", "other"], "sentence": MISSING, "language": "fr", "writer": cast.coordinator.pk}
    assert client.post(decide(update), {"decision": "return", **typed}).status_code == 302
    assert digest() == before
    client.force_login(cast.coordinator)
    html = main_part(client.get(decide(update)).content.decode())
    assert escape(MISSING) in html and "before you were signed out" in html
    assert set(re.findall(r'value="(\w+)"[^>]*checked', html)) == {"unclear", "other"}
    assert client.post(decide(update), typed).status_code == 302
    assert Review.objects.get(update=update).state == ReviewState.RETURNED
    other = main_part(client.get(decide(entry(cast))).content.decode())
    assert "before you were signed out" not in other


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_same_moment_one_decides(transactional_db: None) -> None:
    cast = build_cast()
    update = entry(cast)
    keepers = [cast.coordinator, cast.administrator]

    def decision(number: int) -> bool:
        by = keepers[number % 2]
        if number % 3:
            return bool(accept([Review.objects.get(update=update)], by).decided)
        try:
            return_update(Review.objects.get(update=update), by=by, reasons=["unclear"], sentence=MISSING)
        except AlreadyDecided:
            return False
        return True

    assert sorted(together(6, decision)) == [False] * 5 + [True]
    told = Notification.objects.filter(update=update, kind__in=[NotificationKind.ACCEPTED, NotificationKind.RETURNED])
    review = Review.objects.get(update=update)
    assert [row.kind for row in told] == [review.state] and review.reasons.count() == (review.state == "returned")


def test_what_is_no_review_is_not_found(cast: Cast) -> None:
    assert client_of(cast.coordinator).get("/review/999999/").status_code == 404


# The exchange


def under(user: Any, update: StatusUpdate) -> str:
    """What stands in the log about one entry."""
    html = main_part(page(user, update.activity.get_absolute_url()))
    return html.split(f'id="update-{update.pk}"')[1].split("</article>")[0]


def test_the_exchange_stands_under_the_update(cast: Cast) -> None:
    cast.coordinator.name = "Kofi Keeper"
    cast.coordinator.save()
    update = returned(cast, language="ar")
    for person in PEOPLE:
        html = under(cast.people[person], update)
        assert "sig-returned" in html and "Unclear; No evidence" in html and escape(MISSING) in html, person
        assert 'lang="ar" dir="rtl"' in html and "Not answered yet." in html
        assert ("Kofi Keeper" in html) is (person != "anonymous")
        assert "Two courses were held." in html  # a returned entry stays visible
    answer = entry(cast, done="On 3 May in the town hall.")
    assert f"#update-{answer.pk}" in under(cast.anonymous, update)
    assert "Not answered yet." not in under(cast.anonymous, update)
    assert f'Answers <a href="#update-{update.pk}">' in under(cast.anonymous, answer)


def test_accepted_is_a_quiet_mark_and_waiting_none(cast: Cast) -> None:
    waiting, accepted = entry(cast), entry(cast)
    accept([accepted.review], cast.coordinator)
    assert "st-accepted" in under(cast.anonymous, accepted)
    assert "coordinator" in under(cast.stranger, accepted) and "coordinator" not in under(cast.anonymous, accepted)
    html = under(cast.coordinator, waiting)
    assert "st-accepted" not in html and "sig-returned" not in html


def test_the_newest_standing_entry_since_is_the_answer(cast: Cast) -> None:
    earlier = entry(cast)
    update = returned(cast)
    others = make_update(activity=cast.public, organization=cast.organizations["lead"], author=cast.lead)
    elsewhere = entry(cast, activity=cast.internal)
    html = under(cast.anonymous, update)
    assert "Not answered yet." in html
    assert [f"#update-{row.pk}" in html for row in (earlier, others, elsewhere)] == [False] * 3
    first = entry(cast, corrects=update)
    assert f"#update-{first.pk}" in under(cast.anonymous, update).split("note warn")[-1]
    newest = no_change(activity=cast.public, organization=cast.organizations["partner"], author=cast.partner)
    assert f"?all=1#update-{newest.pk}" in under(cast.anonymous, update)


def test_a_correction_made_while_it_was_returned_answers_it(cast: Cast) -> None:
    update = entry(cast)
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=1), tick=False):
        returned(cast, update)
    correction = entry(cast, corrects=update)
    assert correction.created_at < Review.objects.get(update=update).decided_at
    assert f"?all=1#update-{correction.pk}" in under(cast.anonymous, update)


def test_the_author_answers_with_a_new_entry_that_waits_in_turn(cast: Cast) -> None:
    update = returned(cast)
    address = reverse("update-new", args=["S-2001-138", cast.public.code]) + f"?corrects={update.pk}"
    client = client_of(cast.partner)
    html = client.get(address).content.decode().replace('<form class="form mt"', '<form id="it"')
    assert "Two courses were held." in html
    token = re.search(r'name="token" value="([^"]+)"', html)
    assert token
    sent = {"done": "On 3 May.", "as_of": update.as_of, "language": "en", "seen": update.pk, "token": token[1]}
    assert client.post(address, sent).status_code == 302
    answer = StatusUpdate.objects.get(corrects=update)
    assert answer.pk in queued(cast.coordinator) and update.pk not in queued(cast.coordinator)
    review_page = main_part(page(cast.coordinator, decide(answer)))
    assert "The exchange so far" in review_page and escape(MISSING) in review_page
    assert Review.objects.get(update=update).state == ReviewState.RETURNED


# Reading costs the same, however much there is


def test_queries_do_not_grow_with_the_rows(cast: Cast) -> None:
    found = []
    for number in range(2):
        for step in range(1 + number):
            organization = make_organization()
            activity = make_undertaking(item=make_item(code=f"B.{number}{step}"), lead=organization)
            make_participation(activity=activity, organization=cast.organizations["partner"], role=Role.HOST)
            if step == number:
                back = make_update(activity=activity, organization=organization)
                returned(cast, back, reasons=list(ReturnReason.values))
            update = make_update(activity=activity, organization=organization, author=make_user(), progress=3)
        last = update
        found.append((queries(cast.coordinator, QUEUE), queries(cast.coordinator, decide(last))))
    assert found[0] == found[1]
    assert max(found[0]) <= 12


def test_returned_entries_cost_the_page_of_the_activity_nothing(cast: Cast) -> None:
    address = cast.public.get_absolute_url()
    entry(cast)
    before = queries(cast.partner, address)
    for number in range(3):
        returned(cast, reasons=list(ReturnReason.values)[: number + 1])
        entry(cast)
    assert queries(cast.partner, address) == before <= 12
    assert ReviewReason.objects.count() == 6


def test_sending_what_the_page_shows(cast: Cast) -> None:
    """The boxes of the queue are the ones it takes."""
    update = entry(cast)
    client = client_of(cast.coordinator)
    html = client.get(QUEUE).content.decode()
    chosen = re.findall(r'name="chosen" value="(\d+)"', html)
    assert str(update.review.pk) in chosen
    client.post(QUEUE, {"chosen": chosen})
    assert not Review.objects.waiting().exists()
