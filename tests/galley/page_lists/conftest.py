"""The newest versions are read, as on a site."""

from collections.abc import Iterator

import pytest
from django.db.models.signals import post_save

from galley.page_lists.apps import READ_NEWEST
from galley.page_lists.newest import request_reading


@pytest.fixture(autouse=True)
def reading() -> Iterator[None]:
    """Read the newest versions, which all other tests do without."""
    post_save.connect(request_reading, dispatch_uid=READ_NEWEST)
    yield
    post_save.disconnect(dispatch_uid=READ_NEWEST)
