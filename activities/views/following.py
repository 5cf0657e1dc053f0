"""What a person wants to hear of, and by which way."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organizations.models import User
from tracker.toolkit.views import BadParameters

from ..forms.following import FollowForm, MailForm, selection_of
from ..forms.oddities import add_refusals
from ..reading.bell import LONGEST_NAME, followed_by, mailed_kinds
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


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Follow one thing by POST. GET asks for the name of a filter, `query`; what cannot be followed comes back."""
    user = person(request)
    if request.method != "POST":
        return _name_filter(request, user)
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


def _name_filter(request: HttpRequest, user: User) -> HttpResponse:
    try:
        selection = selection_of(request.GET.get("query", ""), user)
    except ValidationError as error:
        raise BadParameters([("query", error.messages[0])]) from error
    query, sentence = selection.tidy(), selection.sentence()
    form = FollowForm(initial={"query": query, "name": Truncator(sentence).chars(LONGEST_NAME)}, user=user)
    context = {"form": form, "next": f"{reverse('activity-list')}?{query}", "sentence": sentence}
    return render(request, "activities/bell/follow.html", context)


@require_POST
def unfollow(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop following what one follows oneself."""
    if not workflow.unfollow(person(request), pk):
        raise Http404
    messages.success(request, _("You no longer follow it."))
    return redirect(return_address(request, reverse("notification-settings")))
