"""Takes the demonstration set away: its rows, their history, the codes it used – and nothing else."""

from typing import Any

from django.db import transaction
from django.db.models import Model, ProtectedError, Q

from organizations.models import Membership, Organization, OrganizationName, OrganizationNote, User

from ..models import Activity, FrozenReport, LeadProposal, Notification, Participation, ReportingRound, StatusUpdate
from ..notifications import count_unread
from .demonstration import address_of, read


def remove() -> list[str]:
    """Remove the demonstration set, all or nothing; return a line for whatever had to stay, with the reason.

    An account that has written in a real activity's log stays, closed, because the log is never changed. So does an
    organization that somebody has made a participant of a real activity.
    """
    with transaction.atomic():
        activities = Activity.objects.filter(is_demonstration=True)
        _give_back_codes()
        told = _people_told()
        _delete_log(activities.values_list("pk", flat=True))
        FrozenReport.objects.filter(round__is_demonstration=True).delete()
        _delete_with_history(ReportingRound, is_demonstration=True)
        _delete_with_history(LeadProposal, activity__is_demonstration=True)
        _delete_with_history(Participation, activity__is_demonstration=True)
        _delete_with_history(Activity, is_demonstration=True)
        kept = [*_remove_people(), *_remove_organizations()]
        # Coordinators hear of organizations that have nobody else.
        count_unread(told)
        return kept


def _people_told() -> set[int]:
    """Those who were told something about the set."""
    about = (
        Q(round__is_demonstration=True) | Q(organization__is_demonstration=True) | Q(activity__is_demonstration=True)
    )
    return set(Notification.objects.filter(about).exclude(user=None).values_list("user", flat=True))


def _give_back_codes() -> None:
    """Where demonstration undertakings took the last numbers under an item, the next real one takes them.

    Numbers are never used again otherwise; these were never anybody's reference.
    """
    numbers: dict[int, set[int]] = {}
    for parent_id, code in Activity.objects.filter(is_demonstration=True).values_list("parent_id", "code"):
        numbers.setdefault(parent_id, set()).add(int(code.rpartition(".")[2]))
    for item in Activity.objects.filter(pk__in=numbers).select_for_update():
        last = item.last_child_number
        while last in numbers[item.pk]:
            last -= 1
        Activity.objects.filter(pk=item.pk).update(last_child_number=last)


def _delete_log(activities: Any) -> None:
    """Corrections go before what they correct: the database refuses to orphan one."""
    updates = StatusUpdate.objects.filter(activity__in=list(activities))
    while updates.exists():
        updates.filter(correction__isnull=True).delete()


def _delete_with_history(model: type[Model], **which: Any) -> None:
    rows = model._default_manager.filter(**which)
    ids = list(rows.values_list("pk", flat=True))
    rows.delete()
    history = model.history.model  # type: ignore[attr-defined]
    records = list(history.objects.filter(id__in=ids).values_list("pk", flat=True))
    # Records of many-to-many sets point to the history without the database knowing.
    for relation in history._meta.related_objects:
        relation.related_model.objects.filter(**{f"{relation.field.name}__in": records}).delete()
    history.objects.filter(pk__in=records).delete()


def _remove_people() -> list[str]:
    kept = []
    addresses = [address_of(entry) for entry in read()["people"]]
    for user in User.objects.filter(email__in=addresses):
        try:
            with transaction.atomic():
                _delete_with_history(Membership, user=user)
                _delete_with_history(User, pk=user.pk)
        except ProtectedError:
            User.objects.filter(pk=user.pk).update(is_active=False)
            kept.append(f"{user.email} has written in the register: the account was closed, not deleted.")
    return kept


def _remove_organizations() -> list[str]:
    kept = []
    for organization in Organization.objects.filter(is_demonstration=True):
        try:
            with transaction.atomic():
                for model in (OrganizationName, OrganizationNote):
                    _delete_with_history(model, organization=organization)
                _delete_with_history(Organization, pk=organization.pk)
        except ProtectedError:
            kept.append(f"{organization.acronym} takes part in activities or has members: it was not deleted.")
    return kept
