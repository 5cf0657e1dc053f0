#!/usr/bin/env python
"""Django's command line for the Cooperation Activity Tracker."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # An operator needs the sentence, not forty lines of our stack.
        sys.exit(f"Configuration: {error}")


if __name__ == "__main__":
    main()
