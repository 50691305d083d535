"""Authors, categories and series: what the posts of the sample refer to."""

from dataclasses import dataclass
from typing import Any

from blog.models import Author, Category, Series
from quickstart.sample_site.content import Content
from quickstart.sample_site.pictures import PictureLibrary


@dataclass(frozen=True)
class Groups:
    """What posts belong to, by slug."""

    authors: dict[str, Author]
    categories: dict[str, Category]
    series: dict[str, Series]


def load_groups(content: Content, library: PictureLibrary) -> Groups:
    """Return the authors, categories and series of `site.yaml`; those that are missing are made."""
    site = content.read_yaml("site")
    return Groups(
        authors={slug: _author(slug, fields, library) for slug, fields in site["authors"].items()},
        categories={slug: _find_or_make(Category, slug, fields) for slug, fields in site["categories"].items()},
        series={slug: _find_or_make(Series, slug, fields) for slug, fields in site["series"].items()},
    )


def _author(slug: str, fields: dict[str, Any], library: PictureLibrary) -> Author:
    return _find_or_make(Author, slug, fields | {"portrait": library[fields["portrait"]]})


def _find_or_make(model: type[Any], slug: str, fields: dict[str, Any]) -> Any:
    found, _ = model.objects.get_or_create(slug=slug, defaults=fields)
    return found
