"""To be written."""

from django.http import HttpRequest, HttpResponse


def framework_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
