"""What a person wants to hear of, and by which way."""

from django.http import Http404, HttpRequest, HttpResponse


def notification_settings(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def follow(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def unfollow(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
