"""The link at the foot of each mail that declines mail of its kind."""

from django.http import Http404, HttpRequest, HttpResponse


def unsubscribe(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
