"""The first minutes with Galley, and the processes that run it."""

from django.apps import AppConfig


class QuickstartConfig(AppConfig):
    """Holds the commands `up`, `worker` and `load_sample_site`."""

    name = "quickstart"
