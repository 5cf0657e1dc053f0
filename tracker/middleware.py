"""What happens to every request and response, whoever asks."""

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from activities.forms.typed import forget_typed_at
from activities.views.signed_out import ask_to_sign_in

Respond = Callable[[HttpRequest], HttpResponse]


class SignInMiddleware(LoginRequiredMiddleware):
    """Closed by default: a view is public only where it says so. Who has to sign in loses nothing that was typed."""

    def process_view(self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any) -> Any:
        is_closed = getattr(view_func, "login_required", True)
        if request.method == "POST" and is_closed and request.user.is_authenticated:
            forget_typed_at(request, request.get_full_path())
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponseBase:
        return ask_to_sign_in(request) if request.method == "POST" else super().handle_no_permission(request, view_func)


def request_id(get_response: Respond) -> Respond:
    """Give each request a short reference that error pages quote and the log repeats."""

    def respond(request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(4)
        response = get_response(request)
        response.headers["X-Request-ID"] = request.request_id
        return response

    return respond


def security_headers(get_response: Respond) -> Respond:
    """Headers that Django does not set itself, and no caching of pages that may hold what only some may read."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    return respond
