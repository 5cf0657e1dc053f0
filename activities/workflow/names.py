"""Activities are found by the names of those who take part: what follows when an organization is renamed."""

from django.db.models import Q

from organizations.models import Organization

from ..models import Activity
from .derived import refresh_search_text


def follow_names(organization: Organization) -> int:
    """Rewrite `search_text` of every activity found by this organization's names; return how many rows changed."""
    linked = Organization.objects.filter(
        Q(pk=organization.pk) | Q(successor=organization) | Q(predecessors=organization)
    ).values("pk")
    return refresh_search_text(Activity.objects.filter(participations__organization__in=linked).distinct())
