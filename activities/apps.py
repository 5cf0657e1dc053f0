"""What was proposed, agreed, done and reported."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = _("Cooperation activities")

    def ready(self) -> None:
        # The table of rights must be known before anybody asks for a right.
        from . import permissions  # noqa: F401
