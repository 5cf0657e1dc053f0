"""Who asks, where only signed-in people come."""

from typing import cast

from django.http import HttpRequest

from organizations.models import User


def person(request: HttpRequest) -> User:
    """The signed-in person: the middleware has turned everybody else away."""
    return cast(User, request.user)
