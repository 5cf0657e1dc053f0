"""Reporting rounds: the list, opening, the board, reminding, closing, reopening."""

from django.http import Http404, HttpRequest, HttpResponse


def round_list(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def round_new(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def round_detail(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def round_edit(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def round_remind(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def round_close(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def round_reopen(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
