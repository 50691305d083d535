"""The app of the lists."""

from django.apps import AppConfig

READ_NEWEST = "page_lists.read_newest"


class PageListsConfig(AppConfig):
    """Lists and search of pages in the admin."""

    name = "galley.page_lists"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system check, and read each version that is saved."""
        from django.db.models.signals import post_delete, post_save

        from galley.page_lists import filters  # noqa: F401
        from galley.page_lists.newest import request_reading, request_reading_again

        post_save.connect(request_reading, dispatch_uid=READ_NEWEST)
        for signal in (post_save, post_delete):
            signal.connect(request_reading_again, dispatch_uid="page_lists.read_again")
