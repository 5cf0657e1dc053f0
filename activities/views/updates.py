"""Logging progress: the form, its draft, “no change to report”, and the files of evidence."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..choices import EvidenceKind
from ..forms.typed import forget_typed, keep_across_sign_in, typed_fields
from ..models import Activity, Evidence, StatusUpdate
from ..permissions import organizations_to_report_for
from ..workflow import drop_draft, keep_draft, no_change
from .finding import SHOWN, find_activity
from .person import person
from .returning import return_address
from .signed_out import ask_to_sign_in
from .update_page import UpdatePage

logger = logging.getLogger(__name__)


def _activity_to_report_on(request: HttpRequest, framework: str, code: str) -> Activity:
    # What is saved and led on shows nothing of the activity: its hundred other columns are read where they are needed.
    related = ("framework",) if request.method == "POST" else SHOWN
    activity = find_activity(request.user, framework, code, related)
    if not request.user.has_perm("activities.post_update", activity):
        raise PermissionDenied(_("Updates are logged by those who report for a participant."))
    return activity


def _entry_to_correct(request: HttpRequest, activity: Activity, given: str) -> StatusUpdate | None:
    """The entry named by `corrects`. Raises Http404 for what is no entry of one's own organization here."""
    if not given:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 18:
        raise Http404
    entry = StatusUpdate.objects.select_related("organization").filter(activity=activity, pk=int(given)).first()
    own = request.user.is_coordinator or (entry and entry.organization_id in request.user.reporting_organization_ids)
    if entry is None or entry.organization is None or not own:
        raise Http404
    sets_state = entry.status or entry.progress is not None
    if sets_state and not request.user.has_perm("activities.set_status", activity):
        raise PermissionDenied(_("That entry sets the status or the progress. Only those who may set them correct it."))
    return entry


@login_not_required  # an expired session must not lose what was typed: see ask_to_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
def update_new(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """The form that logs an update; `?corrects=<id>` corrects an entry."""
    if not request.user.is_authenticated:
        return ask_to_sign_in(request, back=request.get_full_path())
    activity = _activity_to_report_on(request, framework, code)
    corrects = _entry_to_correct(request, activity, request.GET.get("corrects", ""))
    organizations = organizations_to_report_for(request.user, activity)
    if corrects and corrects.organization:
        organizations = [corrects.organization]
    page = UpdatePage(request, activity, organizations, corrects)
    if not organizations:
        return page.nobody()
    return page.post() if request.method == "POST" else page.get()


@login_not_required  # so that what was typed outlives the session here as well
@require_POST
def draft_save(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """Keep what is typed so far: sent by htmx while typing, or by the button; `discard` throws it away."""
    form_address = reverse("update-new", args=[framework, code])
    if not request.user.is_authenticated:
        return _keep_for_visitor(request, form_address)
    activity = _activity_to_report_on(request, framework, code)
    corrects = _entry_to_correct(request, activity, request.POST.get("corrects", ""))
    slot = corrects.pk if corrects else None
    if corrects:
        form_address += f"?corrects={corrects.pk}"
    if "discard" in request.POST:
        drop_draft(request.user, activity, slot)
        forget_typed(request)
        messages.success(request, _("Draft discarded."))
        return redirect(form_address)
    fields = typed_fields(request.POST)
    if fields is not None and "carry" in request.POST:
        organizations = organizations_to_report_for(request.user, activity)
        own = StatusUpdate.objects.filter(activity=activity, organization__in=organizations).standing()
        last = own.exclude(next_steps="").newest_first().first()
        fields["next_steps"] = [last.next_steps if last else ""]
        fields["next_steps_due_on"] = [last.next_steps_due_on if last else ""]
    draft = fields and keep_draft(request.user, activity, fields, slot, token_in(request))
    if draft:
        forget_typed(request)
    if request.headers.get("HX-Request"):
        return render(request, "activities/draft_kept.html", {"draft": draft, "too_long": fields is None})
    if "carry" in request.POST:
        return redirect(f"{form_address}#id_next_steps")
    if fields is None:
        messages.error(request, _("This is too long to keep as a draft. Save it as an update, or shorten it."))
        return redirect(form_address)
    messages.success(
        request,
        format_html('{} <a href="{}">{}</a>', _("Draft kept. Only you can see it."), form_address, _("Go on with it")),
    )
    return redirect(activity)


def token_in(request: HttpRequest, name: str = "token") -> str | None:
    """The token of the form, where it looks like one."""
    token = request.POST.get(name, "")
    return token if len(token) == 36 and all(c in "0123456789abcdef-" for c in token.lower()) else None


def _keep_for_visitor(request: HttpRequest, form_address: str) -> HttpResponse:
    """The same for every address, so that it tells nothing about what is there."""
    corrects = request.POST.get("corrects", "")
    if corrects.isascii() and corrects.isdecimal():
        form_address += f"?corrects={corrects}"
    is_kept = keep_across_sign_in(request, form_address)
    sign_in = redirect_to_login(form_address)
    if request.headers.get("HX-Request"):
        return render(request, "activities/draft_kept.html", {"sign_in": sign_in["Location"], "is_kept": is_kept})
    return sign_in


@require_POST
def update_no_change(request: HttpRequest, framework: str, code: str) -> HttpResponse:
    """“No change to report”, in one click."""
    activity = _activity_to_report_on(request, framework, code)
    organizations = organizations_to_report_for(request.user, activity)
    chosen = request.POST.get("organization", "")
    named = [each for each in organizations if str(each.pk) == chosen] if chosen else organizations
    if len(named) != 1:
        messages.error(request, _("Nothing was saved. Choose the organization you are reporting for."))
        return redirect("update-new", framework, code)
    try:
        no_change(
            activity=activity,
            organization=named[0],
            author=person(request),
            on_behalf=named[0].pk not in request.user.reporting_organization_ids,
            token=token_in(request),
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(
            request,
            _("Saved for %(organization)s: no change to report on %(code)s.")
            % {"organization": named[0], "code": activity.code},
        )
    return redirect(return_address(request, activity.get_absolute_url()))


@login_not_required  # evidence is as visible as its activity
@require_http_methods(["GET", "HEAD"])
def evidence_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of evidence, always as an attachment. Raises Http404 for what the person may not see."""
    evidence = get_object_or_404(Evidence.objects.select_related("update__activity"), pk=pk, kind=EvidenceKind.FILE)
    if not request.user.has_perm("activities.read", evidence.update.activity):
        raise Http404
    try:
        content = evidence.file.open("rb")
    except FileNotFoundError as error:
        logger.error("the file of evidence %s is missing: %s", evidence.pk, evidence.file.name)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=evidence.title or "file", content_type=evidence.content_type
    )
    # Should a browser show it after all, it may run nothing and reach nothing.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
