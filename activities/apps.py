"""What was proposed, agreed, done and reported."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "activities"
    verbose_name = _("Cooperation activities")

    def ready(self) -> None:
        from organizations.workflow import after_names_changed
        from tracker.toolkit import checks  # noqa: F401 - they are known once they are imported

        # The table of rights must be known before anybody asks for a right.
        from . import permissions  # noqa: F401
        from .workflow.names import follow_names

        # What the ground floor cannot know: activities are found by the names of those who take part.
        after_names_changed.append(follow_names)
