"""What stands in a converted text for pages and pictures until they have a number in the database.

A converted text must not depend on the database, or a second run couldn't tell whether anything changed. So it says
`page:ref-<key>` and `image:ref-<key>` where the written one says `page:12` and `image:7`.
"""

import re
from collections.abc import Callable

PAGE = "page:ref-"
IMAGE = "image:ref-"

_REFERENCE = re.compile(r"\b(page|image):ref-([0-9a-f]{16,40})\b")


def bind_references(text: str, bind: Callable[[str, str], str]) -> str:
    """Return `text` with `bind("page" or "image", key)` in place of each reference."""
    return _REFERENCE.sub(lambda match: bind(match[1], match[2]), text)
