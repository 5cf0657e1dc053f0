"""The link at the foot of each mail that declines mail of its kind."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ..workflow.declining import decline, read_wish, take_again


@login_not_required
@csrf_exempt  # the signed link is what entitles; a mail program that sends the form for its reader has no other token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would be declined, or that it is; POST declines it, or takes it again (`again`).

    A mail program's own POST (RFC 8058, `List-Unsubscribe=One-Click`) is answered without redirect or cookies.
    """
    wish = read_wish(token)
    if wish is None:
        raise Http404
    if request.method == "POST":
        if "again" in request.POST:
            take_again(wish)
        else:
            decline(wish)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            return HttpResponse(_("Mail of this kind is stopped."), content_type="text/plain; charset=utf-8")
        return redirect(request.path)
    return render(request, "activities/unsubscribe.html", {"wish": wish, "is_declined": wish.is_declined})
