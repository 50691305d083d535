"""The trace that each change leaves, so that every process knows of it."""

import secrets

from django.db import models


def random_id() -> int:
    """Return a number that no other row has; so many of them can be added up in 64 bits."""
    return secrets.randbits(40)


class Change(models.Model):
    """Something that visitors may see was changed. The row is part of the same transaction as the change.

    Rows are only added, and old ones deleted in time: two editors who save at once never wait for each other. The
    ids are random, since numbers in a row may become visible in another order than they were given.
    """

    # Nothing to look up in it, and a reference index of it would be a change again.
    wagtail_reference_index_ignore = True

    id = models.BigIntegerField(primary_key=True, default=random_id)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)
    # What was changed is known by heart in places that no query tells of, such as the addresses of the sites.
    empties_all = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"change at {self.made_at}"
