"""The table of rights as code. Everywhere else one question is asked: `user.has_perm("activities.<verb>", thing)`."""

from typing import Any

import rules
from django.utils import timezone

from organizations.choices import REPORTING_ROLES
from organizations.models import Organization

from .choices import LEADING_ROLES, Role, Sharing, Visibility
from .models import Activity, LeadProposal, Participation, SavedReport


def _current_roles(user: Any, activity: Activity, organization_ids: set[int]) -> set[str]:
    """Roles in which any of these organizations takes part in the activity today, read once per person and activity."""
    if not organization_ids:
        return set()
    # Not through __dict__: `request.user` is a lazy object in front of the person, with a __dict__ of its own.
    memory = getattr(user, "_roles_today", None)
    if memory is None:
        memory = user._roles_today = {}
    if activity.pk not in memory:
        memory[activity.pk] = list(
            Participation.objects.filter(activity=activity, organization__in=user.organization_ids)
            .taking_part()
            .current_on(timezone.localdate())
            .order_by()
            .values_list("organization_id", "role")
        )
    return {role for organization_id, role in memory[activity.pk] if organization_id in organization_ids}


@rules.predicate
def is_coordinator(user: Any) -> bool:
    return user.is_authenticated and user.is_coordinator


@rules.predicate
def may_read(user: Any, activity: Activity) -> bool:
    """The same rule as `ActivityQuerySet.visible_to`, for one row."""
    if activity.visibility == Visibility.PUBLIC:
        return True
    if not user.is_authenticated:
        return False
    if activity.visibility == Visibility.INTERNAL:
        return True
    return Participation.objects.opening_to(user.organization_ids).filter(activity=activity).exists()


@rules.predicate
def reports_for_a_participant(user: Any, activity: Activity) -> bool:
    return user.is_authenticated and bool(_current_roles(user, activity, user.reporting_organization_ids))


@rules.predicate
def is_focal_point_of_a_leader(user: Any, activity: Activity) -> bool:
    return user.is_authenticated and bool(
        _current_roles(user, activity, user.focal_organization_ids) & set(LEADING_ROLES)
    )


@rules.predicate
def is_focal_point_of_the_lead(user: Any, activity: Activity) -> bool:
    return user.is_authenticated and Role.LEAD in _current_roles(user, activity, user.focal_organization_ids)


@rules.predicate
def is_focal_point_of_a_participant(user: Any, activity: Activity) -> bool:
    return user.is_authenticated and bool(_current_roles(user, activity, user.focal_organization_ids))


@rules.predicate
def nobody_leads(user: Any, activity: Activity) -> bool:
    leads = Participation.objects.filter(activity=activity, role=Role.LEAD).taking_part()
    return not leads.current_on(timezone.localdate()).exists()


@rules.predicate
def is_asked_for_the_lead(user: Any, proposal: LeadProposal) -> bool:
    """Focal point of the organization proposed; of an offer, of a co-lead other than who offers itself."""
    if not user.is_authenticated:
        return False
    if not proposal.offered:
        return proposal.organization_id in user.focal_organization_ids
    others = user.focal_organization_ids - {proposal.organization_id}
    return Role.CO_LEAD in _current_roles(user, proposal.activity, others)


@rules.predicate
def did_not_offer(user: Any, proposal: LeadProposal) -> bool:
    """Nobody accepts an offer they made themselves."""
    return not proposal.offered or proposal.proposed_by_id != user.pk


@rules.predicate
def proposed_the_lead(user: Any, proposal: LeadProposal) -> bool:
    """Focal point of the side that proposed."""
    if not user.is_authenticated:
        return False
    if proposal.offered:
        return proposal.organization_id in user.focal_organization_ids
    return bool(proposal.present and proposal.present.organization_id in user.focal_organization_ids)


@rules.predicate
def is_focal_point_of_the_organization(user: Any, participation: Participation) -> bool:
    return user.is_authenticated and participation.organization_id in user.focal_organization_ids


@rules.predicate
def is_an_undertaking(user: Any, activity: Activity) -> bool:
    return not activity.agreed


@rules.predicate
def is_a_focal_point(user: Any) -> bool:
    return user.is_authenticated and bool(user.focal_organization_ids)


@rules.predicate
def owns_the_report(user: Any, report: SavedReport) -> bool:
    return user.is_authenticated and report.owner_id == user.pk


@rules.predicate
def may_use_report(user: Any, report: SavedReport) -> bool:
    """The same rule as `SavedReportQuerySet.usable_by`, for one report. Coordinators are members like others."""
    if not user.is_authenticated:
        return False
    if report.sharing == Sharing.MEMBERS or report.owner_id == user.pk:
        return True
    return report.sharing == Sharing.ORGANIZATION and report.organization_id in user.organization_ids


@rules.predicate
def looks_after_the_report(user: Any, report: SavedReport) -> bool:
    """Besides the owner: the focal point of the organization it is shared with; a coordinator, of everybody's."""
    if not user.is_authenticated:
        return False
    if report.sharing == Sharing.MEMBERS:
        return user.is_coordinator
    return report.sharing == Sharing.ORGANIZATION and report.organization_id in user.focal_organization_ids


rules.add_perm("activities.read", is_coordinator | may_read)
rules.add_perm("activities.post_update", is_coordinator | reports_for_a_participant)
rules.add_perm("activities.set_status", is_coordinator | is_focal_point_of_a_leader)
rules.add_perm("activities.answer_invitation", is_coordinator | is_focal_point_of_the_organization)
rules.add_perm("activities.edit_undertaking", is_an_undertaking & (is_coordinator | is_focal_point_of_a_leader))
rules.add_perm("activities.invite_participants", is_coordinator | is_focal_point_of_a_leader)
rules.add_perm("activities.hand_over_lead", is_coordinator | is_focal_point_of_the_lead)
rules.add_perm("activities.offer_to_lead", is_focal_point_of_a_participant & nobody_leads)
rules.add_perm("activities.answer_lead_proposal", did_not_offer & (is_coordinator | is_asked_for_the_lead))
rules.add_perm("activities.take_lead_proposal_back", is_coordinator | proposed_the_lead)
rules.add_perm("activities.propose_undertaking", is_coordinator | is_a_focal_point)
rules.add_perm("activities.answer_overlap", is_coordinator)
rules.add_perm("activities.keep_register", is_coordinator)
rules.add_perm("activities.use_saved_report", may_use_report)
rules.add_perm("activities.change_saved_report", owns_the_report | looks_after_the_report)


def organizations_to_report_for(user: Any, activity: Activity) -> list[Organization]:
    """Organizations this person may log an update for here: their own, or any participant for a coordinator."""
    if not user.is_coordinator:
        speaks_for = [one.organization for one in user.current_memberships if one.role in REPORTING_ROLES]
        taking_part_here = [one for one in dict.fromkeys(speaks_for) if _current_roles(user, activity, {one.pk})]
        return sorted(taking_part_here, key=lambda one: (one.acronym, one.slug))
    taking_part = Participation.objects.filter(activity=activity).taking_part().current_on(timezone.localdate())
    return list(Organization.objects.by_acronym().filter(pk__in=taking_part.values("organization")))


def may_set_status_for(user: Any, activity: Activity, organization: Organization) -> bool:
    """Whether an update for this organization may set the status: a person may speak for a leader and for a partner."""
    if user.is_coordinator:
        return True
    mine = user.focal_organization_ids & {organization.pk}
    return bool(_current_roles(user, activity, mine) & set(LEADING_ROLES))
