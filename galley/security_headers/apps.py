"""Registers the system checks."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.module_loading import import_string

from galley.security_headers.conf import get_setting


class SecurityHeadersConfig(AppConfig):
    """The security headers."""

    name = "galley.security_headers"
    label = "security_headers"
    verbose_name = "Security headers"

    def ready(self) -> None:
        """Register the checks."""
        register(check_settings)
        register(check_inline_scripts)
        register(check_middleware)


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Say which setting can't be read: else each response would fail."""
    from galley.security_headers.policies import build_headers

    try:
        build_headers()
    except (ImproperlyConfigured, ImportError, TemplateDoesNotExist) as error:
        hint = "See the README of galley.security_headers for what each setting takes."
        return [Error(f"The security headers can't be made. {error}", hint=hint, id="security_headers.E001")]
    return []


def check_inline_scripts(**kwargs: Any) -> list[CheckMessage]:
    """Refuse template tags in a script that runs by the hash of its source: browsers would stop what is rendered."""
    from galley.security_headers.policies import INLINE_SCRIPT

    found: list[CheckMessage] = []
    for name in get_setting("CSP_INLINE_SCRIPTS"):
        scripts = INLINE_SCRIPT.findall(get_template(name).template.source)  # type: ignore[attr-defined]
        if not scripts or any("{{" in script or "{%" in script for script in scripts):
            text = f"{name} has no script of its own, or one with template tags: no hash can allow it."
            hint = "Write <script>…</script> without attributes, and pass values by attributes of an element (data-…)."
            found.append(Error(text, hint=hint, id="security_headers.E002"))
    return found


def check_middleware(**kwargs: Any) -> list[CheckMessage]:
    """Warn if the middleware is missing: no page has a policy then."""
    from galley.security_headers.middleware import SecurityHeadersMiddleware

    classes = map(import_string, settings.MIDDLEWARE)
    if any(isinstance(one, type) and issubclass(one, SecurityHeadersMiddleware) for one in classes):
        return []
    hint = f"Put {SecurityHeadersMiddleware.__module__}.{SecurityHeadersMiddleware.__qualname__} into MIDDLEWARE."
    return [Warning("No page has a content security policy.", hint=hint, id="security_headers.W001")]
