"""To be written."""

from django.http import HttpRequest, HttpResponse


def desk(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
