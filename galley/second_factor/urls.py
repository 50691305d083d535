"""Addresses below the admin: sign-in, second factor and sessions. allauth needs them under its names."""

from allauth.account.views import reauthenticate
from allauth.usersessions.views import list_usersessions
from django.urls import include, path
from django.views.decorators.cache import never_cache
from wagtail.utils.urlpatterns import decorate_urlpatterns

from galley.rate_limits.views import hashing, hashing_for_users
from galley.second_factor.views import EditorSignInView, ReaderSignInView, leave_sign_in

sign_in = hashing(EditorSignInView.as_view())

urlpatterns = decorate_urlpatterns(
    [
        path("login/", sign_in, name="wagtailadmin_login"),
        path("login/", sign_in, name="account_login"),
        path("login/leave/", leave_sign_in, name="account_logout"),
        path("account/confirm/", hashing_for_users(reauthenticate), name="account_reauthenticate"),
        path("account/second-factor/", include("allauth.mfa.urls")),
        path("account/sessions/", list_usersessions, name="usersessions_list"),
    ],
    never_cache,
)

readers_urlpatterns = [path("_util/login/", hashing(ReaderSignInView.as_view()), name="wagtailcore_login")]
