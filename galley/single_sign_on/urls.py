"""Addresses below the admin. allauth needs them under its names."""

from django.urls import path
from django.views.decorators.cache import never_cache
from wagtail.utils.urlpatterns import decorate_urlpatterns

from galley.single_sign_on.conf import PROVIDER_ID
from galley.single_sign_on.views import come_back, sign_in

PROVIDER = {"provider_id": PROVIDER_ID}

urlpatterns = decorate_urlpatterns(
    [
        path("login/oidc/", sign_in, PROVIDER, name="openid_connect_login"),
        path("login/oidc/callback/", come_back, PROVIDER, name="openid_connect_callback"),
    ],
    never_cache,
)
