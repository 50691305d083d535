"""The app of languages."""

from django.apps import AppConfig


class LanguagesConfig(AppConfig):
    """The app of languages."""

    name = "galley.languages"
    default = True

    def ready(self) -> None:
        """Register the check of the database."""
        from django.core.checks import Tags, register

        from galley.languages.checks import check_first_language

        register(check_first_language, Tags.database)
