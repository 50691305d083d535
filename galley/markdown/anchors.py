"""Names for the places on a page that links lead to."""

from collections import Counter

from django.utils.text import slugify

LONGEST_ID = 80


def make_id(words: str) -> str:
    """Return an id made of the `words` of a heading, in any script."""
    return slugify(words, allow_unicode=True)[:LONGEST_ID] or "section"


def make_unique(name: str, taken: Counter[str]) -> str:
    """Return the id `name`, with a number after it if it is `taken`; the result counts as taken from now."""
    unique = name
    while taken[unique]:
        unique = f"{name}-{taken[name] + 1}"
        taken[name] += 1
    taken[unique] += 1
    return unique
