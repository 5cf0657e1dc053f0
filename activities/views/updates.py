"""To be written."""

from django.http import HttpRequest, HttpResponse


def update_new(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def draft_save(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def update_no_change(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")


def evidence_download(request: HttpRequest, **kwargs: object) -> HttpResponse:
    raise RuntimeError("to be written")
