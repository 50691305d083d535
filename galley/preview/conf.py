"""The preview's settings with their defaults, and its limits: how much it takes of one person.

Each limit is far beyond what a person reaches. A socket that exceeds one is closed with a sentence that says so
(`galley.preview.consumers.Close`). The server in front has to pass the largest message: uvicorn's `--ws-max-size`.
"""

import zlib
from pathlib import Path
from tempfile import gettempdir

from django.conf import settings


def redis_url() -> str:
    """Return `PREVIEW_REDIS_URL`: the Redis that connects several processes. Default: none, for a single process."""
    return getattr(settings, "PREVIEW_REDIS_URL", "")


def lock_file() -> str | Path:
    """Return `PREVIEW_LOCK_FILE`: a file that a server locks, so that a second one without Redis doesn't start."""
    database = [settings.DATABASES["default"].get(name) for name in ("HOST", "PORT", "NAME")]
    site = zlib.crc32(repr((database, Path.home())).encode())
    return getattr(settings, "PREVIEW_LOCK_FILE", Path(gettempdir()) / f"preview-{site:x}.lock")


# Of an editor's page. The site's own form has to take more.
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
MAX_FIELDS = 10_000
MAX_PATH = 500
MAX_TAGS = 1_000  # of a page; each is looked up in the database

# Of a screen, which sends little.
MAX_SCREEN_MESSAGE_BYTES = 16 * 1024

# Of a note, in characters. The script shortens a longer quote.
MAX_QUOTE = 300
MAX_NOTE = 4_000
MAX_NAME = 80

# Of notes: of one reviewer or link within some minutes and altogether, and of unresolved comments on one page.
NOTES_AT_ONCE = 10
NOTES_AT_ONCE_SECONDS = 10 * 60
NOTES_OF_ONE_REVIEWER = 200
COMMENTS_ON_ONE_PAGE = 500

# Of any socket. A page sends one change at a time and waits for the answer: a key, a paste or a dragged slider
# makes some dozen messages a second. Each message costs one token, and one more for each so many bytes.
MESSAGES_PER_SECOND = 300
MESSAGES_AT_ONCE = 1_500
BYTES_AS_ANOTHER_MESSAGE = 32 * 1024

# In one process: tabs and screens of one user, and guests with one link.
SOCKETS_PER_USER = 60
SOCKETS_PER_LINK = 2_000
