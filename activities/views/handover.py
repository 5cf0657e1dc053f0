"""Handing over the lead: proposing it, and answering."""

from django.http import Http404, HttpRequest, HttpResponse


def lead_propose(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404


def lead_answer(request: HttpRequest, **where: object) -> HttpResponse:
    raise Http404
