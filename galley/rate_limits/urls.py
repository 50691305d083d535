"""Addresses that are found before Wagtail's own, under the same names.

`urlpatterns` are those below the admin, `readers_urlpatterns` those below the root of the site.
"""

from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail import views as page_views
from wagtail.admin.auth import require_admin_access
from wagtail.documents.views import serve as document_views

from galley.rate_limits.views import (
    AccountView,
    EditorSignInView,
    ReaderSignInView,
    ResetConfirmView,
    ResetView,
    hashing,
    hashing_for_users,
    limit_page_password,
)

urlpatterns = [
    path("login/", hashing(EditorSignInView.as_view()), name="wagtailadmin_login"),
    path(
        "account/",
        never_cache(hashing_for_users(require_admin_access(AccountView.as_view()))),
        name="wagtailadmin_account",
    ),
    path("password_reset/", never_cache(ResetView.as_view()), name="wagtailadmin_password_reset"),
    path(
        "password_reset/confirm/<uidb64>/<token>/",
        hashing_for_users(ResetConfirmView.as_view()),
        name="wagtailadmin_password_reset_confirm",
    ),
]

readers_urlpatterns = [
    path("_util/login/", hashing(ReaderSignInView.as_view()), name="wagtailcore_login"),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        limit_page_password(page_views.authenticate_with_password, "page"),
        name="wagtailcore_authenticate_with_password",
    ),
    path(
        "documents/authenticate_with_password/<int:restriction_id>/",
        limit_page_password(document_views.authenticate_with_password, "collection"),
        name="wagtaildocs_authenticate_with_password",
    ),
]
