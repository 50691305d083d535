"""The table of invalidation records."""

import secrets

from django.db import models


def random_id() -> int:
    """Return a random id of 40 bits. Millions of them can be added up in 64 bits."""
    return secrets.randbits(40)


class Change(models.Model):
    """An invalidation record: content that visitors can see has changed. It is part of the change's transaction.

    Rows are only inserted, and old ones deleted later, so two editors who save at once never wait for each other. The
    ids are random: a sequence's numbers may become visible in another order than they were given.
    """

    # It shows nothing of the site, and a reference index of it would be a change again.
    wagtail_reference_index_ignore = True

    id = models.BigIntegerField(primary_key=True, default=random_id)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)
    # Flush the whole cache: the change may show on pages whose queries don't tell so, such as a new address of a site.
    empties_all = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"change at {self.made_at}"
