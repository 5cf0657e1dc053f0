"""What a person was told: the list behind the bell."""

from django.http import Http404, HttpRequest, HttpResponse


def notification_list(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def notification_open(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def notifications_read(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
