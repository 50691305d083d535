"""Authors, categories and series, found by slug or name, or made."""

from typing import Any

from blog.models import Author, Category, Series
from transfer.naming import make_slug
from transfer.people import Person


class Subjects:
    """Knows what has been looked up already: a folder names the same few people and departments again and again."""

    def __init__(self) -> None:
        self._found: dict[tuple[type, str], Any] = {}

    def author(self, person: Person) -> Author:
        """Return the author with this slug or name."""
        return self._find_or_make(Author, person.name, person.slug)

    def category(self, name: str) -> Category:
        """Return the category with this name."""
        return self._find_or_make(Category, name, make_slug(name))

    def series(self, name: str) -> Series:
        """Return the series with this name."""
        return self._find_or_make(Series, name, make_slug(name))

    def _find_or_make(self, model: Any, name: str, slug: str) -> Any:
        slug = slug[:120] or "unnamed"
        found = self._found.get((model, slug))
        # Something made inside a transaction that was rolled back isn't there any more.
        if found is None or not model.objects.filter(pk=found.pk).exists():
            found = model.objects.filter(slug=slug).first() or model.objects.filter(name__iexact=name).first()
            found = found or model.objects.create(name=name, slug=slug)
            self._found[model, slug] = found
        return found
