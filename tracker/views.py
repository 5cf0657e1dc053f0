"""Views of the whole site: language, health, and what is said when something goes wrong."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from activities.forms.typed import sentences_in


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and, for a signed-in person, in the account; return to the same page."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_own_address(request))
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated and request.user.language != language:
        request.user.language = language
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )
    return response


def _own_address(request: HttpRequest) -> str:
    """The page to return to, only ever an address of this site."""
    target = request.POST.get("next", "")
    safe = (
        target.startswith("/")
        and target.isprintable()
        and url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure())
    )
    return target if safe else "/"


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the database answers: 200, or 503 so that a load balancer looks elsewhere."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    return JsonResponse({"database": "ok"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: when the refusal is ours it names each parameter and says what to do (``exception.problems``)."""
    return render(request, "400.html", {"problems": getattr(exception, "problems", [])}, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: with the reason, when the view gave one in words for readers."""
    return render(request, "403.html", {"reason": _said(exception), "typed": _typed(request)}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same for what does not exist and for what the reader may not see."""
    return render(request, "404.html", {"typed": _typed(request)}, status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token; the technical reason stays in the log."""
    return render(request, "403_csrf.html", {"typed": _typed(request)}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: no database, no context processors, so that it cannot fail for the reason the page did."""
    # The language was chosen from the cookie before the failure and is still active in this thread.
    context: dict[str, Any] = {
        "request_id": getattr(request, "request_id", ""),
        "secretariat": settings.SECRETARIAT_EMAIL,
    }
    return HttpResponse(render_to_string("500.html", context), status=500)


def _typed(request: HttpRequest) -> list[str]:
    """The sentences of a refused form, to be copied: a right may end while somebody types."""
    if request.method != "POST" or not request.user.is_authenticated:
        return []
    return sentences_in(dict(request.POST.lists()))


def _said(exception: Exception) -> str:
    """Words handed to PermissionDenied; a technical exception has none worth showing."""
    return str(exception.args[0]) if exception.args and type(exception).__name__ == "PermissionDenied" else ""
