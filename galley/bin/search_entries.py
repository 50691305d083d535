"""Leaves no entry in the search index of what is deleted while a worker indexes it."""

from django.db import transaction
from django.db.models import Model
from modelsearch.backends.base import BaseSearchBackend


class ForgetsDeleted(BaseSearchBackend):
    """For a search backend whose index is in the database.

    A deletion removes the entries that it sees. One that is written in that moment would stay.
    """

    def add(self, obj: Model) -> None:
        """Index `obj`, unless it is deleted by then."""
        super().add(obj)
        # After the entry: a deletion from here on sees it. One that is under way has locked the row, and is waited for.
        with transaction.atomic():
            rows = type(obj)._base_manager.select_for_update(no_key=True).filter(pk=obj.pk)
            if not rows.values_list("pk"):
                self.delete(obj)
