"""The app of the desk, and Wagtail's app for users with its views."""

from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    """Wagtail's app for users and groups, with the views of `galley.desk.people`."""

    user_viewset = "galley.desk.people.PeopleViewSet"


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
