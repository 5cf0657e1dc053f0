"""Frozen reports: read, printed and downloaded as they were kept."""

from django.http import Http404, HttpRequest, HttpResponse


def frozen_report(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
