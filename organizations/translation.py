"""Which texts of the ground floor exist in six languages; history is registered after the language columns exist."""

from modeltranslation.translator import TranslationOptions, register
from simple_history import register as keep_history

from .models import Membership, Organization, OrganizationName, OrganizationNote, User


@register(Organization)
class OrganizationTranslation(TranslationOptions):
    fields = ("acronym", "name")


@register(OrganizationName)
class OrganizationNameTranslation(TranslationOptions):
    fields = ("acronym", "name")


keep_history(Organization, app="organizations", excluded_fields=["search_text"])
keep_history(OrganizationName, app="organizations")
keep_history(OrganizationNote, app="organizations")
keep_history(Membership, app="organizations")
keep_history(User, app="organizations", excluded_fields=["password", "last_login", "unread_notifications"])
