"""What happens to every request and response, whoever asks."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]


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
