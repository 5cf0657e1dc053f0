"""The tables of the ground floor: organizations with their names through time, people, memberships."""

from .naming import Called, NamesThroughTime
from .organization import NAME_COLUMNS, Organization, OrganizationName, OrganizationNote
from .people import Membership, User

__all__ = [
    "NAME_COLUMNS",
    "Called",
    "Membership",
    "NamesThroughTime",
    "Organization",
    "OrganizationName",
    "OrganizationNote",
    "User",
]
