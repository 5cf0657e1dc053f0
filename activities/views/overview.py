"""To be written."""

from django.http import HttpRequest, HttpResponse


def overview(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def definitions(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
