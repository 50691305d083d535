"""Every text that visitors read in a template can be translated."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# What only editors or programs read.
FOLDERS_ELSEWHERE = {"forms", "wagtailcore", "site", "feeds"}

COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"\{% blocktranslate.*?\{% endblocktranslate %\}", re.DOTALL)
TEMPLATE_CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
NO_TEXT = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
READ_ALOUD = re.compile(r"\s(?:alt|aria-label|placeholder|title|data-(?:copied|failed|too-large))=\"([^\"]*)\"")
TAG = re.compile(r"<(?:[^>\"]|\"[^\"]*\")*>")
WORD = re.compile(r"[^\W\d_]{2,}")


def words_of_its_own(template: str) -> list[str]:
    """Return the words that stand in `template` itself, outside what is translated."""
    text = TEMPLATE_CODE.sub("", TRANSLATED.sub("", NO_TEXT.sub("", COMMENT.sub("", template))))
    return WORD.findall(" ".join([*READ_ALOUD.findall(text), TAG.sub(" ", text)]))


def visitors_templates() -> list[Path]:
    return [
        path
        for path in sorted(TEMPLATES.rglob("*.html"))
        if path.relative_to(TEMPLATES).parts[0] not in FOLDERS_ELSEWHERE
    ]


@pytest.mark.parametrize("path", visitors_templates(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    # Names of formats, and of the site where nobody has given it another.
    assert set(words_of_its_own(path.read_text())) <= {"Atom", "Galley", "RSS", "JSON", "Feed"}


@pytest.mark.parametrize("template", ["<p>Word</p>", '<a aria-label="Word"></a>', "{% if x %}Word{% endif %}"])
def test_words_are_found(template: str) -> None:
    assert words_of_its_own(template) == ["Word"]


@pytest.mark.parametrize("template", ['<p>{% translate "Word" %}</p>', "{# Word #}", '<p class="word">{{ word }}</p>'])
def test_what_is_translated_is_not(template: str) -> None:
    assert words_of_its_own(template) == []
