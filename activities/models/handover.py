"""Handing over the lead: a proposal that the other side accepts or not."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization

from ..choices import ProposalState, Role
from .participation import Participation


class LeadProposal(models.Model):
    """Who should lead next. Made by the present lead, and accepted by `organization`; or, where nobody leads,
    offered by `organization` itself, and accepted by a co-lead or a coordinator (`offered`).
    """

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="lead_proposals", verbose_name=_("activity")
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="lead_proposals", verbose_name=_("next lead")
    )
    # The participation that would end; none where nobody leads.
    present = models.ForeignKey(
        Participation,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="lead_proposals",
        verbose_name=_("present lead"),
    )
    offered = models.BooleanField(_("offered by the next lead itself"), default=False)
    # What the present lead becomes; empty where it leaves.
    then_role = models.CharField(_("role of the present lead afterwards"), max_length=20, choices=Role, blank=True)
    words = models.TextField(_("why"), blank=True)
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    state = models.CharField(_("state"), max_length=20, choices=ProposalState, default=ProposalState.PROPOSED)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    # When a coordinator recorded the answer: who in the organization gave it, and where.
    answered_for = models.CharField(_("answer given by"), max_length=200, blank=True)
    answer_words = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("proposal for the lead")
        verbose_name_plural = _("proposals for the lead")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(state=ProposalState.PROPOSED),
                name="one_lead_proposal_at_a_time",
                violation_error_message=_("Another proposal for the lead still waits for an answer."),
            )
        ]

    def __str__(self) -> str:
        return str(self.organization)
