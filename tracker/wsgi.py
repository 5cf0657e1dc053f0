"""The door for web servers: `gunicorn tracker.wsgi`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    # An operator needs the sentence, not forty lines of our stack.
    sys.exit(f"Configuration: {error}")
