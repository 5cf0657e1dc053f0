"""The addresses of the site, and one that always fails: how else would a browser get to see the page of that."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tracker.urls import *  # noqa: F403
from tracker.urls import urlpatterns as site


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose, to look at the page that says so")


urlpatterns = [path("broken/", broken), *site]
