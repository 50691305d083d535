"""The button on the sign-in page."""

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.urls import reverse

from galley.security_headers.policies import allow
from galley.single_sign_on.conf import PROVIDER_ID, get_provider

register = template.Library()


@register.inclusion_tag("single_sign_on/button.html", takes_context=True)
def single_sign_on(context: template.Context, address: str = "") -> dict[str, Any]:
    """Return what the button shows, and let its form lead to the provider; without one, nothing is shown.

    `address` is where people go who came for no page: by default, to the admin.
    """
    provider, request = get_provider(), context.get("request")
    if provider is None or request is None:
        return {}
    issuer = urlsplit(provider["settings"]["server_url"])
    # Browsers look at each address that a form is redirected to.
    allow(request, "form-action", f"{issuer.scheme}://{issuer.netloc}")
    return {
        "name": provider["name"],
        "action": reverse("openid_connect_login", kwargs={"provider_id": PROVIDER_ID}),
        "next": context.get("next") or address or reverse("wagtailadmin_home"),
        # Providers forbid that they are shown in a frame, such as that of the dialog over an editor.
        "is_framed": request.headers.get("Sec-Fetch-Dest") == "iframe",
    }
