"""To be written."""

from django.http import HttpRequest, HttpResponse


def undertaking_new(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def undertaking_edit(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
