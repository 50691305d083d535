"""Which words of titles and texts the search doesn't find, in the database of the process that asks."""

import re
import unicodedata
from collections.abc import Callable, Iterable

import pytest
from django.db import connection
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from blog.models import BlogPostPage
from search.matching import find_dialect
from search.query import Query
from tests.real_blogs import REAL_BLOGS

TEXTS = [
    "Node.js", "TCP/IP", "page-1", "C++ and C#", "3.12.1", "-5 °C, 1e5, 0x1F", "the", "To be or not to be", "IT",
    "İstanbul", "I\u0307stanbul", "Diyarbakır", "Straße", "café cafe\u0301 naïve cafés", "Ελλάδα ΟΔΟΣ τῷ", "Ёлка и йод",
    "x\u0302y", "ﬁne Ｆｕｌｌ", "m² ½ Ⅷ ①", "soft\u00adhyphen",
    "हिन्दी भाषा", "தமிழ் மொழி", "বাংলা", "ภาษาไทยที่ดี", "ພາສາລາວ", "မြန်မာဘာသာ", "ភាសាខ្មែរ", "བོད་སྐད་",
    "私は東京都に行った", "東京", "佐々木さん", "ガギグ が", "中文，标点。", "𠮷野家", "한국어 문장",
    "מְנוּקָּד", "مُحَمَّد", "می\u200cخواهم", "Ქართული ქართული", "𞤀𞤣𞤤𞤢𞤥", "𐓏𐓘𐓻", "ꭰ Ꭰ",
    "🎉", "Rust🦀 🦀Rust", "👩\u200d🚀launch", "1️⃣ first", "❤️ 🇩🇪",
    "don't l’été O'Brien rock'n'roll", "well-known e-mail x-ray-7", "snake_case __init__ _",
    "https://user@www.example.org:8080/a/b-c.html?q=1&r=%20#top", "ada.quill+ink@mail.example.org", "/usr/local/bin",
    "x" * 3000, "é" * 3000, "東" * 300, "ﷺ" * 200, "galley" + "\u0301" * 3000, "a/" * 120 + "end",
]  # fmt: skip
one_in_ten_or_all = pytest.mark.parametrize("step", [10, pytest.param(1, marks=pytest.mark.nightly)])

_UNSPACED = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]{2,20}")


def read_real_titles() -> list[str]:
    """Return the titles of the two real blogs, or none where these are absent."""
    titles = (
        re.search(r"^title ?[:=] *(.+)$", path.read_text(), re.MULTILINE) for path in sorted(REAL_BLOGS.rglob("*.md"))
    )
    return [title[1].strip("\"' ") for title in titles if title and _has_words(title[1])]


def find_missed(texts: Iterable[str], ask: Callable[[str], Iterable[str]]) -> list[tuple[str, str]]:
    """Return the texts that are not found, with the words of them that were asked for.

    Each of `texts` is the title of a page, and the text of another. The pages are in the index alone.
    """
    numbered = list(enumerate(texts, start=10_000))
    pages = [BlogPostPage(pk=number, title=text[:255]) for number, text in numbered]
    pages += [BlogPostPage(pk=-number, body=[("pull_quote", {"quote": text})]) for number, text in numbered]
    get_search_backend().add_bulk(BlogPostPage, pages)
    entries = dict(IndexEntry.objects.values_list("object_id", "pk"))
    return [
        (text, asked)
        for number, text in numbered
        for asked in ask(text[:255])
        if not {entries[str(number)], entries[str(-number)]} <= find_entries(asked)
    ]


def with_all_tokens(text: str) -> set[str]:
    """Return `text` and its tokens, in any case, and in both forms of Unicode."""
    tokens = {text, *text.split(), *re.split(r"[\s!-/:-@\[-`{-~]+", text)}
    for run in _UNSPACED.findall(text):
        tokens |= {run[start:end] for start in range(len(run)) for end in range(start + 1, start + 4)}
    forms = {form for token in tokens for form in (token, token.upper(), token.lower())}
    return {unicodedata.normalize(form, token) for token in forms if _has_words(token) for form in ("NFC", "NFD")}


def _has_words(token: str) -> bool:
    return any(letter.isalnum() or letter in "🎉🦀👩🚀❤🇩" for letter in token)


def find_entries(text: str) -> set[int]:
    """Return the ids of the index entries with the words of `text`."""
    dialect, words = find_dialect(), Query.from_text(text).words
    if not words:
        return set()
    expression = dialect.write(words)
    with connection.cursor() as cursor:
        cursor.execute(dialect.matches, [expression] * dialect.matches.count("%s"))
        return {pk for (pk,) in cursor.fetchall()}


def find_missed_by_wagtail() -> list[str]:
    """Return the titles that Wagtail's own search and autocompletion don't find."""
    page, missed = BlogPostPage.objects.last(), []
    for title in ("Node.js at İstanbul", "हिन्दी भाषा", "東京都", "page-1", "مُحَمَّد", "Rust🦀"):
        page.title = title
        page.save()
        get_search_backend().add(page)
        for results in (BlogPostPage.objects.search(title), BlogPostPage.objects.autocomplete(title[:3])):
            if page not in list(results):
                missed.append(title)
    return missed


def check(step: int) -> None:
    """Raise an error if a text, a token of it, or one in `step` of the real blogs' titles isn't found."""
    missed = [
        *find_missed(TEXTS, with_all_tokens),
        *find_missed_by_wagtail(),
        *find_missed(read_real_titles()[::step], lambda title: [title, *filter(_has_words, title.split())]),
    ]
    if missed:
        raise AssertionError(missed)
