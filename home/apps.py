"""The app with the base page, the blocks and the site settings."""

from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    """Wagtail's app for users and groups, with the views of `home.people`."""

    user_viewset = "home.people.PeopleViewSet"


class HomeConfig(AppConfig):
    """The home app."""

    name = "home"
    default = True

    def ready(self) -> None:
        """Connect the signal handlers for images, documents, notes and the site's address."""
        from django.db.models.signals import post_delete, post_migrate, post_save, pre_save
        from wagtail.documents import get_document_model
        from wagtail.signals import page_published

        from galley.images.share_images.views import delete_share_images_of_page
        from galley.images.tasks import make_renditions_on_publish
        from galley.preview.notes import guest_note_left
        from home.documents import redirect_former_url, remember_url
        from home.note_mail import request_mail
        from home.site_address import update_site

        post_migrate.connect(update_site, sender=self, dispatch_uid="update site")
        page_published.connect(make_renditions_on_publish, dispatch_uid="make renditions")
        post_delete.connect(delete_share_images_of_page, dispatch_uid="delete share images")
        pre_save.connect(remember_url, sender=get_document_model(), dispatch_uid="remember URL")
        guest_note_left.connect(request_mail, dispatch_uid="mail guest's note")
        post_save.connect(redirect_former_url, sender=get_document_model(), dispatch_uid="redirect URL")
