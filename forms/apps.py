"""The contact form and its messages."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    """The contact form and its messages."""

    name = "forms"
    verbose_name = "Contact form"
