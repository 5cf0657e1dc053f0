"""How signing in differs here from allauth's defaults."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from .models import User


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are opened by coordinators in the administration, never by passers-by."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """People here have no user name."""

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        # Not save(): signing in is no event of the account's history.
        User.objects.filter(pk=user.pk).update(last_login=timezone.now())

    def is_safe_url(self, url: str | None) -> bool:
        """Whether a redirect may go there. Text that is no address at all is unsafe rather than an error."""
        try:
            return super().is_safe_url(url)
        except ValueError:
            return False
