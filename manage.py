#!/usr/bin/env python
"""Django's command line for this site."""

import gc
import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if "serve" in sys.argv[1:2]:
        # Loading the site leaves no garbage. `config.asgi` enables the collector when everything is loaded.
        gc.disable()
    execute_from_command_line(sys.argv)
