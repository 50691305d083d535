"""The settings of Django and Wagtail for the languages of a site. Settings import this module: it imports no model."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy, override

DEFAULT = "en-gb"


def has_several_languages() -> bool:
    """Return whether the settings name more than one language."""
    return bool(getattr(settings, "WAGTAIL_I18N_ENABLED", False))


def further_languages() -> list[str]:
    """Return the codes of the languages after the first, in the order of the settings; none with one language."""
    return [code for code in dict(settings.LANGUAGES) if code != settings.LANGUAGE_CODE] * has_several_languages()


def language_of(instance: Any) -> str:
    """Return the code of the language of a page; for what all languages share, and with one language, the first."""
    locale = getattr(instance, "locale", None) if has_several_languages() else None
    return locale.language_code if locale else settings.LANGUAGE_CODE


def call_by_language(function: Callable[[list[Any]], object], instances: Iterable[Any]) -> None:
    """Call `function` with those of `instances` in a language, while it is active: once for each language."""
    groups: dict[str, list[Any]] = {}
    for one in instances:
        groups.setdefault(language_of(one), []).append(one)
    for language, group in groups.items():
        with override(language):
            function(group)


def shorten(code: str) -> str:
    """Return `code` without its region, unless the site has the language of two regions."""
    general = code.partition("-")[0]
    is_alone = sum(other.partition("-")[0] == general for other in dict(settings.LANGUAGES)) == 1
    return general if is_alone and general in LANG_INFO else code


def language_name(code: str) -> Any:
    """Return the name of a language, lazily, in the language of its reader."""
    return gettext_lazy(LANG_INFO[shorten(code)]["name"])


def language_settings(codes: Iterable[str], installed_apps: list[str]) -> dict[str, Any]:
    """Return the settings for a site in these languages. The first is that of the addresses without a prefix.

    Without any, the site is in English. With a single one, nothing of several languages is switched on. `en` stands
    for British English, in which the site's own texts are written. Wagtail's views of locales join `installed_apps`.
    Raises ImproperlyConfigured for an unknown code.
    """
    wanted = [code.strip().lower() for code in codes if code.strip()] or [DEFAULT]
    languages = list(dict.fromkeys(DEFAULT if code == "en" else code for code in wanted))
    if unknown := [code for code in languages if "name" not in LANG_INFO.get(code, {})]:
        names = ", ".join(unknown)
        raise ImproperlyConfigured(f"GALLEY_LANGUAGES: {names}. Django knows no such language; an example is en,de.")
    if len(languages) == 1:
        return {"LANGUAGE_CODE": languages[0], "WAGTAIL_I18N_ENABLED": False}
    choices = [(code, LANG_INFO[code]["name"]) for code in languages]
    return {
        "INSTALLED_APPS": [*installed_apps, "wagtail.locales"],
        "LANGUAGE_CODE": languages[0],
        "WAGTAIL_I18N_ENABLED": True,
        "LANGUAGES": choices,
        "WAGTAIL_CONTENT_LANGUAGES": choices,
    }
