"""To be written."""

from django.views import View


class ActivityReport(View):
    """To be written."""
