"""The register that the browser visits: reference data, some documented examples, the demonstration set."""

import datetime
import io
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from activities.loading import demonstration, examples
from activities.models import Activity, Framework, Notification, Participation, ReportingRound, Review, SavedReport
from activities.workflow.declining import unsubscribe_path
from activities.workflow.handover import propose_lead
from organizations.models import Organization, User
from tests.factories import make_saved_report

# Held by OSCE in areas A, B and C, one that follows another, several countries, names without an acronym.
COMPACT = {"EX04", "EX05", "EX06", "EX15", "EX17", "EX37", "EX40", "EX55"}


def load_register(*, everything: bool = False) -> None:
    """Fill an empty database; `everything` takes all documented examples (some seconds more)."""
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    if everything:
        examples.load()
    else:
        data = json.loads(examples.FILE.read_text(encoding="utf-8"))
        data["examples"] = [entry for entry in data["examples"] if entry["id"] in COMPACT]
        with tempfile.TemporaryDirectory() as folder:
            chosen = Path(folder) / "examples.json"
            chosen.write_text(json.dumps(data), encoding="utf-8")
            examples.load(chosen)
    demonstration.load()
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # refused pages are visited on purpose


def person(key: str) -> User | None:
    """A person of the demonstration set (lead, partner, stranger, coordinator …); "" is nobody."""
    return User.objects.get(email=f"{key}@{demonstration.MAIL_DOMAIN}") if key else None


def organization(key: str) -> Organization:
    """An organization of the demonstration set: ncu, hpo, isc, rvf or lct."""
    return Organization.objects.get(acronym_en=f"{key.upper()} (demo)")


def undertaking(key: str) -> Activity:
    """DEMO01 … of the demonstration set, EX01 … of the documented examples."""
    return Activity.objects.get(import_key=key)


def waiting_reviews() -> list[Review]:
    """Those on which the coordinator of the demonstration set may decide, the oldest first."""
    rows = Review.objects.waiting().filter(update__author=person("lead"))
    return list(rows.select_related("update").order_by("submitted_at", "pk"))


def latest_round() -> ReportingRound:
    """The open round of the demonstration set."""
    return ReportingRound.objects.order_by("-number")[0]


def waiting_proposal() -> str:
    """The address of a proposal for the lead; asked for again it is the same one."""
    activity, leads = undertaking("DEMO16"), person("lead")
    assert leads
    words = "Our office closes at the end of the year."
    proposal = propose_lead(
        activity=activity, organization=organization("hpo"), by=leads, words=words, then_role="partner"
    )
    return f"{activity.get_absolute_url()}lead/{proposal.pk}/"


def report(name: str, by: User, query: str, **shared: Any) -> SavedReport:
    """A saved report; asked for again it is the same one."""
    return make_saved_report(by=by, name=name, query=query, **shared)


def saved_report(name: str, query: str, **shared: Any) -> str:
    """The address of a saved report of the leading focal point."""
    lead = person("lead")
    assert lead
    return report(name, lead, query, **shared).get_absolute_url()


def addresses() -> dict[str, str]:
    """Addresses by what they show."""
    invited = Participation.objects.get(activity__import_key="DEMO15", organization=organization("ncu"))
    return {
        "item": "/activities/S-2001-138/A.5/",
        "lively": undertaking("DEMO01").get_absolute_url(),
        "arabic": undertaking("DEMO02").get_absolute_url(),
        "shared": undertaking("DEMO03").get_absolute_url(),
        "withdrawn": undertaking("DEMO09").get_absolute_url(),
        "corrected": undertaking("DEMO16").get_absolute_url(),
        "documented": undertaking("EX05").get_absolute_url(),
        "a_month_ago": (timezone.localdate() - datetime.timedelta(days=30)).isoformat(),
        "invitation": f"{undertaking('DEMO15').get_absolute_url()}participants/{invited.pk}/",
        "round": latest_round().get_absolute_url(),
        "closed_round": ReportingRound.objects.order_by("number")[0].get_absolute_url(),
        "review": f"/review/{waiting_reviews()[0].pk}/",
        "proposal": waiting_proposal(),
        "unsubscribe": unsubscribe_path(Notification(user=person("lead"), kind="call")),
        "admin_framework": f"/admin/activities/framework/{Framework.objects.earliest('pk').pk}/change/",
        "overlap": "/matrix/overlaps/{}/{}/".format(*sorted(undertaking(key).pk for key in ("DEMO01", "DEMO03"))),
        "saved_report": saved_report("What we lead", "kind=undertaking&role=lead", organization=organization("ncu")),
        "gone_report": saved_report("Strategy of an area that was taken away", "area=Z&status=agreed"),
        "admin_change": f"/admin/activities/activity/{undertaking('DEMO01').pk}/change/",
        "admin_history": f"/admin/activities/activity/{undertaking('DEMO01').pk}/history/",
    }
