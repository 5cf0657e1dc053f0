"""To be written."""

from django.http import HttpRequest, HttpResponse


def organization_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def organization_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
