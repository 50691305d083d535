"""What a page type tells about an article, beside its title."""

import datetime
from dataclasses import dataclass

from galley.listings.listings import Link


@dataclass(frozen=True)
class Article:
    """When a text was published, who wrote it (names and full addresses) and what it is about."""

    published: datetime.datetime
    modified: datetime.datetime
    authors: list[Link]
    section: str
    tags: list[str]
