"""What is measured: addresses of the product, each with the bare view it is compared with."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from organizations.models import Organization, User

from ..models import Activity, ReportingRound
from ..models.querysets import ActivityQuerySet
from .people import COORDINATOR

ROWS = 50
# A word of about a ninth of all titles, and a phrase of about a hundredth.
COMMON = "mediation"
RARE = "“policing, Monrovia”"
WRITTEN = 200
TYPED = {"title": "Joint mediation course for civilian planners"}
RANK = 12


@dataclass(frozen=True)
class Case:
    """One address. `bare` are the keys of the views it is compared with; those are cases themselves."""

    key: str
    label: str
    path: str
    signed_in: bool = True
    is_bare: bool = False
    as_coordinator: bool = False


class Subjects:
    """The rows of a filled register that are measured."""

    def __init__(self) -> None:
        self.organization = Organization.objects.get(pk=self._one_that_leads_much())
        self.person = User.objects.filter(memberships__organization=self.organization).earliest("pk")
        self.coordinator = User.objects.get(email=COORDINATOR)
        self.day = (timezone.localdate() - datetime.timedelta(days=730)).isoformat()
        self.round = ReportingRound.objects.open().first()
        visible = Activity.objects.visible_to(self.person)
        self.last_page = max(1, -(-visible.count() * 95 // 100 // ROWS))
        led: ActivityQuerySet = Activity.objects.undertakings().filter(lead=self.organization)
        led = led.select_related("framework").defer("search_text")
        self.detail = led.annotate(links=Count("also_serves")).order_by("-links", "-pk")[0]
        self.led = list(led.open().order_by("pk")[:WRITTEN])

    @staticmethod
    def _one_that_leads_much() -> int:
        """An organization that leads more than most, though not the most."""
        by_number = (
            Activity.objects.open().exclude(lead=None).order_by().values_list("lead").annotate(number=Count("pk"))
        )
        leading = [pk for pk, _ in sorted(by_number, key=lambda pair: (-pair[1], pair[0]))]
        return leading[min(RANK, len(leading) - 1)]

    def new_update(self, activity: Activity) -> str:
        return reverse("update-new", args=[activity.framework.code, activity.code])


def cases(subjects: Subjects) -> Iterator[Case]:
    """Everything that is fetched again and again, round by round."""
    report = reverse("activity-list")
    common = {"area": "A", "status": "under_way", "q": COMMON}
    rare = {"area": "A", "status": "under_way", "q": RARE}
    yield Case("list", "list, first page", report)
    yield Case("list_anonymous", "list, first page, not signed in", report, signed_in=False)
    yield Case("filtered", "list, two filters and a common word", f"{report}?{urlencode(common)}")
    yield Case("filtered_rare", "list, two filters and a rare phrase", f"{report}?{urlencode(rare)}")
    yield Case("as_of", "list as of a day two years ago", f"{report}?{urlencode({'as_of': subjects.day})}")
    yield Case("changes", "what changed in two years", f"{report}?{urlencode({'compare': subjects.day})}")
    yield Case("deep", f"list, page {subjects.last_page} (95 %)", f"{report}?page={subjects.last_page}")
    yield Case("detail", "activity", subjects.detail.get_absolute_url())
    yield Case("overview", "overview", reverse("overview"))
    yield Case("overview_anonymous", "overview, not signed in", reverse("overview"), signed_in=False)
    yield Case("matrix", "matrix by area", reverse("matrix"))
    yield Case("matrix_item", "matrix by agreed item", f"{reverse('matrix')}?by=item")
    yield Case("similar", "undertakings similar to a title", f"{reverse('activity-similar')}?{urlencode(TYPED)}")
    framework = subjects.detail.framework.code
    yield Case("timeline", "timeline", reverse("timeline"))
    past = urlencode({"as_of": subjects.day})
    yield Case("matrix_as_of", "matrix as of a day two years ago", f"{reverse('matrix')}?{past}")
    yield Case("item_report", "progress report by item", reverse("framework-report", args=[framework]))
    yield Case("brief", "brief on an organization", reverse("organization-brief", args=[subjects.organization.slug]))
    yield Case("obstacles", "obstacles report", reverse("obstacle-report"))
    yield Case("reports", "saved reports", reverse("report-list"))
    yield Case("desk", "desk", reverse("desk"))
    yield Case("organization", "organization", subjects.organization.get_absolute_url())
    yield Case("organizations", "list of organizations", reverse("organization-list"))
    yield Case("framework", "framework", reverse("framework-detail", args=[framework]))
    if subjects.round:
        board = reverse("round-detail", args=[subjects.round.number])
        yield Case("round", "board of a round", board)
        yield Case("round_kept", "board of a round, a coordinator’s", board, as_coordinator=True)
    yield Case("review", "review queue, a coordinator’s", reverse("review-queue"), as_coordinator=True)
    who = {"as": subjects.person.pk}
    filtered = urlencode(common | who)
    yield Case("bare_list", "= bare view of the first page", f"/joined/?{urlencode(who)}", is_bare=True)
    yield Case("bare_filtered", "= bare view, filters and common word", f"/joined/?{filtered}", is_bare=True)
    yield Case("bare_filtered_templated", "= the same with a template", f"/templated/?{filtered}", is_bare=True)
