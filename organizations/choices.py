"""Fixed lists of the ground floor: kinds of organization, roles of members."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationKind(models.TextChoices):
    REGIONAL = "regional", _("Regional or intergovernmental organization")
    UN_ORGAN = "un_organ", _("United Nations organ")
    UN_AGENCY = "un_agency", _("United Nations agency, fund or programme")
    UN_COMMISSION = "un_commission", _("United Nations regional commission")
    UN_SECRETARIAT = "un_secretariat", _("United Nations Secretariat")
    GOVERNMENT = "government", _("Government")
    DEVELOPMENT_BANK = "development_bank", _("Development bank")
    NGO = "ngo", _("Non-governmental organization")
    RESEARCH = "research", _("Training or research body")
    OTHER = "other", _("Other")


class MembershipRole(models.TextChoices):
    READER = "reader", _("Reader")
    REPORTER = "reporter", _("Reporter")
    FOCAL_POINT = "focal_point", _("Focal point")


# A reader sees what the organization may see; only these speak for it.
REPORTING_ROLES = (MembershipRole.REPORTER, MembershipRole.FOCAL_POINT)

COORDINATORS = "coordinators"  # the Django group of those who keep the register
