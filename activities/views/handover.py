"""Handing over the lead: proposing it, and answering."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.toolkit.days import day_words

from ..choices import ProposalState, Role
from ..forms.handover import AnswerLeadForm, OfferForm, ProposeForm, TakeBackForm
from ..forms.oddities import add_refusals
from ..models import Activity, LeadProposal, Participation
from ..workflow import StaleEdit
from ..workflow.handover import accept_lead, decline_lead, present_lead, propose_lead, take_lead_proposal_back
from ..workflow.participations import why_lapsed
from .finding import find_activity
from .person import person

PROPOSALS = LeadProposal.objects.select_related("organization", "present__organization", "proposed_by", "answered_by")


@require_http_methods(["GET", "HEAD", "POST"])
def lead_propose(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """The present lead, or a coordinator, proposes the next one; where nobody leads a participant offers itself."""
    activity = find_activity(request.user, framework, code)
    hands_over = request.user.has_perm("activities.hand_over_lead", activity)
    if not hands_over and not request.user.has_perm("activities.offer_to_lead", activity):
        raise PermissionDenied(
            _("The lead is handed over by its own focal point. Where nobody leads, participants offer to lead.")
        )
    page = ProposePage(request, activity, offers=not hands_over)
    return page.post() if request.method == "POST" else page.render()


class ProposePage:
    """One showing of the form to one person: of a proposal, or of an offer."""

    def __init__(self, request: HttpRequest, activity: Activity, *, offers: bool) -> None:
        self.request, self.activity, self.offers = request, activity, offers
        self.lead = present_lead(activity)

    def form(self, data: Any = None) -> Any:
        if self.offers:
            own = person(self.request).focal_organization_ids
            return OfferForm(data, activity=self.activity, organization_ids=own)
        return ProposeForm(data, activity=self.activity, lead=self.lead)

    def render(self, form: Any = None, status: int = 200, **more: Any) -> HttpResponse:
        waiting = PROPOSALS.filter(activity=self.activity, state=ProposalState.PROPOSED).first()
        if waiting and why_lapsed(waiting):
            waiting = None
        user = self.request.user
        context = {
            "activity": self.activity,
            "lead": self.lead,
            "offers": self.offers,
            "form": form or (None if waiting else self.form()),
            "waiting": waiting,
            "may_open": waiting and may_open(user, waiting),
            **more,
        }
        return render(self.request, "activities/handover/propose.html", context, status=status)

    def post(self) -> HttpResponse:
        form = self.form(self.request.POST)
        if not form.is_valid():
            return self.render(form, status=422)
        try:
            proposal = propose_lead(activity=self.activity, by=person(self.request), **form.what())
        except StaleEdit as stale:
            return self.overtaken(stale.current)
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form, status=422)
        if self.offers:
            messages.success(self.request, _("The offer is made. A co-lead or a coordinator decides on it."))
        else:
            sentence = _("%(organization)s is asked to lead. Nothing changes until it accepts.")
            messages.success(self.request, sentence % {"organization": proposal.organization})
        return redirect(self.activity)

    def overtaken(self, lead: Participation | None) -> HttpResponse:
        """Another leads than when the page was opened: the same page as it stands now, with all that was typed."""
        self.lead = lead
        data = self.request.POST.copy()
        data["seen"] = str(lead.pk if lead else 0)
        form = self.form(data)
        form.is_valid()
        form.add_error(None, _("The lead changed while you were writing. Look at it and save again."))
        return self.render(form, status=409)


def may_open(user: Any, proposal: LeadProposal) -> bool:
    rights = ("activities.answer_lead_proposal", "activities.take_lead_proposal_back")
    return any(user.has_perm(right, proposal) for right in rights)


@require_http_methods(["GET", "HEAD", "POST"])
def lead_answer(request: HttpRequest, framework: str, code: str, pk: int) -> HttpResponse:
    """One proposal: the other side accepts or declines, the side that made it takes it back."""
    activity = find_activity(request.user, framework, code)
    proposal = get_object_or_404(PROPOSALS, activity=activity, pk=pk)
    proposal.activity = activity
    page = AnswerPage(request, proposal)
    if not page.answers and not page.takes_back:
        raise PermissionDenied(_("A proposal for the lead is answered by the focal point of the other side."))
    if request.method != "POST":
        return page.render()
    return page.post_back() if "back" in request.POST else page.post_answer()


class AnswerPage:
    """One showing of a proposal to one person: up to two forms, each with its own right."""

    def __init__(self, request: HttpRequest, proposal: LeadProposal) -> None:
        self.request, self.proposal, self.activity = request, proposal, proposal.activity
        user = request.user
        self.answers = user.has_perm("activities.answer_lead_proposal", proposal)
        self.takes_back = user.has_perm("activities.take_lead_proposal_back", proposal)
        # On an offer a coordinator decides in the register's own name.
        self.on_behalf = not proposal.offered and proposal.organization_id not in user.focal_organization_ids

    def render(self, status: int = 200, **forms: Any) -> HttpResponse:
        proposal = self.proposal
        waits = proposal.state == ProposalState.PROPOSED
        lapsed = why_lapsed(proposal) if waits else ""
        still = waits and not lapsed
        context = {
            "activity": self.activity,
            "proposal": proposal,
            "waits": still,
            "lapsed": lapsed,
            "has_lapsed": bool(lapsed) or (proposal.state == ProposalState.TAKEN_BACK and not proposal.answered_by_id),
            "on_behalf": self.on_behalf,
            "ending": self.ending() if still else [],
            "form": AnswerLeadForm(on_behalf=self.on_behalf) if still and self.answers else None,
            "back_form": TakeBackForm() if still and self.takes_back else None,
            **forms,
        }
        return render(self.request, "activities/handover/answer.html", context, status=status)

    def ending(self) -> list[str]:
        """Roles of the next lead that would end on that day."""
        rows = Participation.objects.filter(activity=self.activity, organization=self.proposal.organization_id)
        return [str(Role(row.role).label) for row in rows.taking_part().filter(until="").order_by("pk")]

    def post_answer(self) -> HttpResponse:
        if not self.answers:
            raise PermissionDenied(_("A proposal for the lead is answered by the focal point of the other side."))
        form = AnswerLeadForm(self.request.POST, on_behalf=self.on_behalf)
        if self.proposal.state != ProposalState.PROPOSED:
            return self.overtaken(self.proposal, form["words"].value())
        if not form.is_valid():
            return self.render(form=form, status=422)
        cleaned = form.cleaned_data
        more: dict[str, Any] = {"by": person(self.request), "words": cleaned["words"], "answered_for": form.source}
        try:
            if form.accepts:
                begun = accept_lead(proposal=self.proposal, on=cleaned["on"], **more)
                sentence = _("%(organization)s leads since %(date)s.")
                words = {"organization": begun.organization, "date": day_words(begun.since)}
                messages.success(self.request, sentence % words)
            else:
                decline_lead(proposal=self.proposal, **more)
                messages.success(self.request, _("Answer saved."))
        except StaleEdit as stale:
            return self.overtaken(stale.current, cleaned["words"])
        except ValidationError as refused:
            add_refusals(form, refused)
            return self.render(form=form, status=422)
        return redirect(self.activity)

    def post_back(self) -> HttpResponse:
        if not self.takes_back:
            raise PermissionDenied(_("A proposal for the lead is taken back by the side that made it."))
        form = TakeBackForm(self.request.POST)
        if self.proposal.state != ProposalState.PROPOSED:
            return self.overtaken(self.proposal, form["words"].value())
        if not form.is_valid():
            return self.render(back_form=form, status=422)
        try:
            take_lead_proposal_back(proposal=self.proposal, by=person(self.request), words=form.cleaned_data["words"])
        except StaleEdit as stale:
            return self.overtaken(stale.current, form.cleaned_data["words"])
        messages.success(self.request, _("The proposal is taken back."))
        return redirect(self.activity)

    def overtaken(self, current: LeadProposal, typed: Any) -> HttpResponse:
        """It was answered, taken back or lapsed meanwhile: what became of it, and what was typed."""
        self.proposal = PROPOSALS.get(pk=current.pk)
        self.proposal.activity = self.activity
        return self.render(status=409, overtaken=True, typed=[typed] if typed else [])
