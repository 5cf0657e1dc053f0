"""The review queue, and the decision on one entry."""

from django.http import Http404, HttpRequest, HttpResponse


def review_queue(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def review_decide(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
