"""Puts our own site in the place of Django's administration; read while applications load, it imports nothing else."""

from django.contrib.admin.apps import AdminConfig


class Administration(AdminConfig):
    """Named in INSTALLED_APPS instead of `django.contrib.admin`."""

    default_site = "tracker.toolkit.admin_site.Site"
