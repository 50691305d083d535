"""Projects and their case studies."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    """Projects and their case studies."""

    name = "portfolio"
