"""URL patterns below the languages of a site."""

from typing import Any

from django.conf.urls.i18n import i18n_patterns

from galley.languages.conf import has_several_languages


def by_language(*patterns: Any) -> list[Any]:
    """Return URL patterns that are also found below the code of each further language, as in `/de/search/`.

    With one language, they are returned as they are.
    """
    if not has_several_languages():
        return list(patterns)
    return i18n_patterns(*patterns, prefix_default_language=False)
