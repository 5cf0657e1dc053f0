"""The addresses of the site, and one that always fails: how else would a browser get to see the page of that."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from tracker.urls import *  # noqa: F403
from tracker.urls import urlpatterns as site


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose, to look at the page that says so")


@login_not_required
def busy(request: HttpRequest) -> HttpResponse:
    """What allauth answers to too many tries: no test should be the one that makes them."""
    return render(request, "429.html", status=429)


urlpatterns = [path("broken/", broken), path("busy/", busy), *site]
