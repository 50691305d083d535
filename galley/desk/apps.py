"""The app of the desk, Wagtail's app for users with its views, and Wagtail's app for redirects with its receivers."""

from django.apps import AppConfig
from wagtail.contrib.redirects.apps import WagtailRedirectsAppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    """Wagtail's app for users and groups, with the views of `galley.desk.people`."""

    user_viewset = "galley.desk.people.PeopleViewSet"


class RedirectsConfig(WagtailRedirectsAppConfig):
    """Wagtail's app for redirects, with receivers that take none away."""

    def ready(self) -> None:
        """Replace Wagtail's receivers by those of `galley.async_pages.redirects`."""
        super().ready()
        from wagtail.contrib.redirects import signal_handlers
        from wagtail.signals import page_slug_changed, post_page_move

        from galley.async_pages.redirects import redirect_moved_page, redirect_renamed_page

        post_page_move.disconnect(signal_handlers.autocreate_redirects_on_page_move)
        post_page_move.connect(redirect_moved_page, dispatch_uid="redirect moved page")
        page_slug_changed.disconnect(signal_handlers.autocreate_redirects_on_slug_change)
        page_slug_changed.connect(redirect_renamed_page, dispatch_uid="redirect renamed page")


class DeskConfig(AppConfig):
    """The dashboard and what belongs to it."""

    name = "galley.desk"
    default = True

    def ready(self) -> None:
        """Mail guests' notes. Let redirects lead to their end. Check the settings."""
        from django.core.checks import register
        from django.db.models.signals import post_save, pre_save

        from galley.async_pages.redirect_chains import flatten_chain, shorten_others
        from galley.desk.guide import check_guide
        from galley.desk.note_mail import request_mail
        from galley.preview.notes import guest_note_left

        register(check_guide)
        guest_note_left.connect(request_mail, dispatch_uid="mail guest's note")
        for signal, receiver in ((pre_save, flatten_chain), (post_save, shorten_others)):
            signal.connect(receiver, sender="wagtailredirects.Redirect", dispatch_uid=f"redirects: {receiver.__name__}")
