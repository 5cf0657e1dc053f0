"""To be written."""

from django.http import HttpRequest, HttpResponse


def participant_invite(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def participant_edit(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
