"""The ground floor: who exists, who belongs, who may sign in."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class OrganizationsConfig(AppConfig):
    name = "organizations"
    verbose_name = _("Organizations and people")

    def ready(self) -> None:
        # Django saves the person at each sign-in, which would be told as a change of the account. The adapter notes it.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
