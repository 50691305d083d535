"""The addresses of the history's forms, and of guarded ones; what the browser needn't store any more."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.contrib.settings.views import EditView as SettingEditView
from wagtail.documents.views.documents import EditView as DocumentEditView
from wagtail.images.views.images import EditView as ImageEditView

from galley.history.guarded_forms import GuardsValues
from galley.history.merge_view import MergeVersionsView
from galley.history.unsaved_forms import note_saved_form
from galley.history.views import NameVersionView

hooks.register("after_create_page", note_saved_form)


@hooks.register("register_admin_urls")
def add_addresses() -> list[URLPattern]:
    """Return the addresses, beside those of Wagtail's own views of a revision."""
    address = "pages/<int:page_id>/revisions/<int:revision_id>"
    return [
        path(f"{address}/name/", NameVersionView.as_view(), name="name_version"),
        path(f"{address}/merge/", MergeVersionsView.as_view(), name="merge_versions"),
    ]


class GuardedSettingEditView(GuardsValues, SettingEditView):
    """Wagtail's view of a setting, which replaces nothing unseen."""


class GuardedImageEditView(GuardsValues, ImageEditView):
    """Wagtail's view of an image, which replaces nothing unseen."""


class GuardedDocumentEditView(GuardsValues, DocumentEditView):
    """Wagtail's view of a document, which replaces nothing unseen."""


@hooks.register("register_admin_urls", order=-1)
def add_guarded_forms() -> list[URLPattern]:
    """Return the addresses of forms that replace nothing unseen. They are found before Wagtail's own."""
    return [
        path("settings/<slug:app_name>/<slug:model_name>/<int:pk>/", GuardedSettingEditView.as_view()),
        path("images/<int:image_id>/", GuardedImageEditView.as_view()),
        path("documents/edit/<int:document_id>/", GuardedDocumentEditView.as_view()),
    ]
