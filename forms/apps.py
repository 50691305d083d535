"""The contact form and the messages that it brings."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """The contact form and the messages that it brings."""

    name = "forms"
    verbose_name = "Contact form"
