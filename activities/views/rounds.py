"""Reporting rounds: the list, and the board of one."""

from typing import Any
from urllib.parse import parse_qs

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ..choices import OPEN_STATUSES, RequestState, Status
from ..filters import KEEPER, StandingSelection
from ..forms.rounds import ReminderForm
from ..models import FrozenReport, ReportingRound
from ..reading import round_chart
from ..reading import rounds as reading
from ..reading.round_areas import STATES, by_area
from ..reading.round_pictures import pictures_of
from .person import person

# More digits are no number a database looks for.
HIGHEST = 2**31 - 1


def find_round(number: int) -> ReportingRound:
    """The round of that number. Raises Http404."""
    if number > HIGHEST:
        raise Http404
    made: ReportingRound = get_object_or_404(ReportingRound.objects.select_related("framework"), number=number)
    return made


@login_not_required
@require_safe
def round_list(request: HttpRequest) -> HttpResponse:
    """All rounds, with the rate of what the reader may see and the reports that were frozen."""
    lines = reading.list_rounds(request.user, timezone.localdate())
    context = {
        "open": [line for line in lines if line.round.is_open],
        "closed": [line for line in lines if not line.round.is_open],
        "keeps": getattr(request.user, "is_coordinator", False),
        "today": timezone.localdate(),
    }
    return render(request, "activities/round/list.html", context)


@require_safe
def round_detail(request: HttpRequest, number: int) -> HttpResponse:
    """The board: how many answered, who did not, and for coordinators what to do about it."""
    if number > HIGHEST:
        raise Http404
    user = person(request)
    today = timezone.localdate()
    # The round and the one before it: the chart sets them against each other.
    found = list(
        ReportingRound.objects.filter(framework__rounds__number=number, number__lte=number)
        .select_related("framework", "opened_by", "closed_by")
        .order_by("-number")[:2]
    )
    if not found:
        raise Http404
    made, before = found[0], found[1] if len(found) > 1 and not found[1].is_open else None
    sort = request.GET.get("sort", "response")
    if sort not in reading.SORTS:
        raise Http404
    asked = reading.requests_of(user, found, today)
    mine = asked[made.pk]
    lines = reading.by_organization(user, made, mine, today, sort)
    earlier = round_chart.curve_of(before, asked[before.pk], today) if before and asked[before.pk] else None
    areas = by_area(mine)
    keeps = user.is_coordinator
    context: dict[str, Any] = {
        "round": made,
        "before": before,
        "rate": reading.rate_of(mine),
        "states": _states(mine),
        "lines": lines,
        "unmanned": [line.organization for line in lines if not line.has_focal_point and line.is_waiting],
        "areas": areas,
        "most_asked": max([line.rate.requested for line in areas], default=0) or 1,
        "largest": max([line.total for line in areas], default=0) or 1,
        "state_order": STATES,
        "statuses": Status,
        "chart": round_chart.draw(round_chart.curve_of(made, mine, today), earlier) if mine else None,
        "follow_up": reading.follow_up_first(user, made, today) if made.is_open else [],
        "reports": list(FrozenReport.objects.filter(round=made).defer("names").order_by("version")),
        "history": reading.history_of(made),
        "scope": _scope(made),
        "keeps": keeps,
        "sort": sort,
        "today": today,
        "days_left": (made.due_on - today).days,
        "answered_states": reading.IN,
        "waiting_states": reading.NOT_IN,
        "open_statuses": OPEN_STATUSES,
        **pictures_of(user, made, len(mine), today),
        "reminder": ReminderForm(asked=()) if keeps and made.is_open else None,
    }
    for report in context["reports"]:
        report.round = made
    return render(request, "activities/round/board.html", context)


def _states(asked: list[reading.Asked]) -> list[tuple[RequestState, int]]:
    numbers = dict.fromkeys(RequestState, 0)
    for each in asked:
        numbers[RequestState(each.state)] += 1
    return [(state, number) for state, number in numbers.items() if number]


def _scope(made: ReportingRound) -> str:
    """Which activities are asked about, in words; "" for all."""
    if not made.filters:
        return ""
    selection = StandingSelection(parse_qs(made.filters), KEEPER)
    # An area or an organization it names may be gone.
    return made.filters if selection.problems else selection.sentence()
