"""The search index has nothing of what was deleted while a worker indexed it. On PostgreSQL: on_postgresql.py."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents.models import Document
from wagtail.search.backends import get_search_backend
from wagtail.search.models import IndexEntry

from galley.page_lists.models import NewestVersion
from tests.factories import SiteImageFactory, SmallSite


@pytest.mark.django_db
def test_what_is_deleted_while_it_is_indexed_leaves_no_entry(small_site: SmallSite) -> None:
    newest, _created = NewestVersion.objects.get_or_create(page=small_site.post)
    report = Document.objects.create(title="Report", file=ContentFile(b"one", "report.pdf"))
    backend = get_search_backend()
    for read_before in (small_site.project, newest, SiteImageFactory(), report):
        entries = IndexEntry.objects.filter(
            content_type__model=read_before._meta.model_name, object_id=str(read_before.pk)
        )
        backend.add(read_before)
        assert entries.exists()
        type(read_before).objects.get(pk=read_before.pk).delete()
        assert not entries.exists()
        backend.add(read_before)
        assert not entries.exists()
