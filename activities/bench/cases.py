"""What is measured: addresses of the product, each with the bare view it is compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse

from organizations.models import User

from ..models import Activity
from ..models.querysets import ActivityQuerySet
from .people import FOCAL_POINT

ROWS = 50
# A word of about a ninth of all titles, and a phrase of about a hundredth.
COMMON = "mediation"
RARE = "“policing, Monrovia”"
WRITTEN = 200


@dataclass(frozen=True)
class Case:
    """One address. `bare` are the keys of the views it is compared with; those are cases themselves."""

    key: str
    label: str
    path: str
    signed_in: bool = True
    is_bare: bool = False


class Subjects:
    """The rows of a filled register that are measured."""

    def __init__(self) -> None:
        self.person = User.objects.get(email=FOCAL_POINT)
        self.organization = self.person.memberships.get().organization
        visible = Activity.objects.visible_to(self.person)
        self.last_page = max(1, -(-visible.count() * 95 // 100 // ROWS))
        self.detail = self._one_with_many_others()
        open_ones: ActivityQuerySet = Activity.objects.open().filter(lead=self.organization)
        led = open_ones.select_related("framework").defer("search_text").order_by("pk")
        self.led = list(led[:WRITTEN])

    def _one_with_many_others(self) -> Activity:
        led = Activity.objects.undertakings().filter(lead=self.organization).select_related("framework")
        return led.annotate(many=Count("also_serves")).order_by("-many", "-pk")[0]

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
    yield Case("deep", f"list, page {subjects.last_page} (95 %)", f"{report}?page={subjects.last_page}")
    yield Case("detail", "activity", subjects.detail.get_absolute_url())
    yield Case("overview", "overview", reverse("overview"))
    yield Case("overview_anonymous", "overview, not signed in", reverse("overview"), signed_in=False)
    yield Case("desk", "desk", reverse("desk"))
    yield Case("organization", "organization", subjects.organization.get_absolute_url())
    yield Case("organizations", "list of organizations", reverse("organization-list"))
    yield Case("framework", "framework", reverse("framework-detail", args=[subjects.detail.framework.code]))
    yield Case("bare_list", "= bare view of the first page", "/joined/?", is_bare=True)
    yield Case("bare_filtered", "= bare view, filters and common word", f"/joined/?{urlencode(common)}", is_bare=True)
    yield Case(
        "bare_filtered_templated",
        "= the same with a template",
        f"/templated/?{urlencode(common)}",
        is_bare=True,
    )
