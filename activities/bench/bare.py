"""The application that serves the views to compare with: the product's settings, no middleware, its own addresses."""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
django.setup()
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "activities.bench.limits"
application = WSGIHandler()
