"""What a person wants to hear of, and by which way."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ..forms.following import FollowForm, MailForm
from ..forms.oddities import add_refusals
from ..reading.bell import followed_by, mailed_kinds
from ..workflow import bell as workflow
from .person import person
from .returning import return_address


@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: HttpRequest) -> HttpResponse:
    """Of what mail is sent, and what is followed."""
    user = person(request)
    form = MailForm(request.POST) if request.method == "POST" else MailForm(initial={"kinds": mailed_kinds(user)})
    if form.is_valid():
        workflow.choose_mail(user, form.cleaned_data["kinds"])
        messages.success(request, _("Your choice of mail is kept."))
        return redirect("notification-settings")
    followed = followed_by(user)
    context = {"form": form, "followed": followed, "follows_any": any(followed.values()), "email": user.email}
    return render(request, "activities/bell/settings.html", context, status=422 if form.errors else 200)


@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """Follow one thing. A filter that cannot be followed comes back in a form of its own, with what was typed."""
    user = person(request)
    form = FollowForm(request.POST, user=user)
    if form.is_valid():
        try:
            new = workflow.follow(user, name=form.cleaned_data["name"] if "query" in form.chosen else "", **form.chosen)
        except ValidationError as error:
            add_refusals(form, error)
        else:
            if new:
                said = _("You follow it. What changes will stand in your notifications and in the weekly digest.")
                messages.success(request, said)
            else:
                messages.info(request, _("You follow it already. Where you stop following: “Mail and what I follow”."))
            return redirect(return_address(request, reverse("notification-settings")))
    if form.errors.keys() & {"activity", "area", "organization"}:
        raise Http404
    context: dict[str, Any] = {"form": form, "next": return_address(request, reverse("activity-list"))}
    return render(request, "activities/bell/follow.html", context, status=422)


@require_POST
def unfollow(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop following what one follows oneself."""
    if not workflow.unfollow(person(request), pk):
        raise Http404
    messages.success(request, _("You no longer follow it."))
    return redirect(return_address(request, reverse("notification-settings")))
