"""The settings for languages, and the catalogues of their texts."""

import ast
import gettext
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from wagtail.models import Locale

from galley.languages.checks import check_first_language
from galley.languages.conf import language_settings
from galley.languages.middleware import language_of_path
from tests.running_site import PROJECT

CATALOGUES = sorted((PROJECT / "locale").glob("*/LC_MESSAGES/django.po"))


@pytest.mark.parametrize("codes", [[], [""], ["en"], ["en-gb", "en"]])
def test_one_language_switches_nothing_on(codes: list[str]) -> None:
    assert language_settings(codes, []) == {"LANGUAGE_CODE": "en-gb", "WAGTAIL_I18N_ENABLED": False}


def test_several_languages_are_switched_on() -> None:
    found = language_settings([" en", "DE"], ["wagtail"])
    assert found["INSTALLED_APPS"] == ["wagtail", "wagtail.locales"]
    assert (found["LANGUAGE_CODE"], found["WAGTAIL_I18N_ENABLED"]) == ("en-gb", True)
    assert found["LANGUAGES"] == found["WAGTAIL_CONTENT_LANGUAGES"] == [("en-gb", "British English"), ("de", "German")]


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="GALLEY_LANGUAGES: xx"):
        language_settings(["en", "xx"], [])


@pytest.mark.parametrize(
    ("path", "language"),
    [("/de/", "de"), ("/de/a/", "de"), ("/", "en-gb"), ("/deck/", "en-gb"), ("/en-gb/", "en-gb"), ("//de/", "en-gb")],
)
def test_a_path_has_a_language(languages: None, path: str, language: str) -> None:
    assert language_of_path(path) == language


def test_the_first_language_is_that_of_the_pages(db: None, settings: Any) -> None:
    assert check_first_language(["default"]) == []
    settings.LANGUAGE_CODE = "de"
    assert [error.id for error in check_first_language(["default"])] == ["languages.E001"]
    Locale.objects.create(language_code="de")
    assert check_first_language(["default"]) == []


def read_source(path: Path) -> dict[Any, str]:
    """Return the texts of a catalogue as `GNUTranslations` has them."""
    found: dict[Any, str] = {}
    entry: dict[str, str] = {}
    keyword = ""
    for line in [*path.read_text().splitlines(), ""]:
        if line.startswith("#"):
            continue
        if match := re.fullmatch(r'(?:([a-z_]+(?:\[\d\])?) )?(".*")', line):
            keyword = match[1] or keyword
            entry[keyword] = entry.get(keyword, "") + ast.literal_eval(match[2])
        elif entry:
            name = "\x04".join(filter(None, [entry.get("msgctxt"), entry["msgid"]]))
            if "msgstr" in entry:
                found[name] = entry["msgstr"]
            else:
                found |= {(name, number): entry[f"msgstr[{number}]"] for number in (0, 1)}
            entry = {}
    return found


@pytest.mark.parametrize("source", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_that_of_the_source(source: Path) -> None:
    with source.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    assert compiled == read_source(source)
    assert all(compiled.values())
