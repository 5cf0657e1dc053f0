"""To be written."""

from django.http import HttpRequest, HttpResponse


def activity_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def activity_history(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
