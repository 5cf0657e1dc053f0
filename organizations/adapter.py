"""How signing in differs here from allauth's defaults."""

from typing import Any

from allauth.account import auth_backends
from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from .choices import COORDINATORS
from .models import User


class AuthenticationBackend(auth_backends.AuthenticationBackend):
    """Reads the person of a session together with what every page asks of them."""

    def get_user(self, user_id: Any) -> User | None:
        coordinators = Group.objects.filter(user=OuterRef("pk"), name=COORDINATORS)
        people = User.objects.filter(pk=user_id).order_by()
        # The answer takes the place of the cached property of that name.
        user = people.annotate(is_in_coordinators=Exists(coordinators)).first()  # type: ignore[no-redef]
        return user if user and self.user_can_authenticate(user) else None


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
