"""The requests of a round as a filtered list and as files."""

from django.http import Http404, HttpRequest, HttpResponse


def round_requests(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
