"""Nothing that was typed is lost when a session ends: it is kept across the sign-in, and sent again by one click."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ..forms.typed import forget_typed, keep_across_sign_in, kept_by, sentences_in


def ask_to_sign_in(request: HttpRequest, back: str = "") -> HttpResponse:
    """The same for every address, so that it tells nothing about what is there.

    `back`: where a form fills itself with what was kept; all others are sent again from `typed-again`. An address that
    takes no GET is never where a person arrives.
    """
    path = request.get_full_path()
    if request.method != "POST":
        return redirect_to_login(path)
    if keep_across_sign_in(request, path):
        messages.info(request, _("You have been signed out. What you typed is kept: sign in to go on."))
    else:
        said = _("You have been signed out. This was too long to be kept: go back in your browser to copy it first.")
        messages.warning(request, said)
    return redirect_to_login(back or reverse("typed-again"))


@require_http_methods(["GET", "HEAD", "POST"])
def typed_again(request: HttpRequest) -> HttpResponse:
    """What was sent while nobody was signed in, for who wrote it: to be sent again, copied, or thrown away (POST)."""
    if request.method == "POST":
        forget_typed(request)
        messages.success(request, _("What you typed was thrown away."))
        return redirect("desk")
    kept = kept_by(request)
    context = {"kept": kept, "sentences": sentences_in(kept.fields) if kept else []}
    return render(request, "activities/typed_again.html", context)
