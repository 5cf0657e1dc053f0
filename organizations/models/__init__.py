"""The tables of the ground floor: organizations with their names through time, people, memberships."""

from .organization import Organization, OrganizationName, OrganizationNote
from .people import Membership, User

__all__ = ["Membership", "Organization", "OrganizationName", "OrganizationNote", "User"]
