"""Deletes and restores pages and files of the small site, as editors do. The settings come from the environment.

`python -m tests.galley.bin.on_postgresql` fails if anything is not as on SQLite.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402
from django.db import IntegrityError, connection  # noqa: E402
from django.db.models import Model  # noqa: E402
from django.db.models.signals import post_delete, pre_delete  # noqa: E402
from django.dispatch import Signal  # noqa: E402
from django.forms import model_to_dict  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from wagtail.documents.models import Document  # noqa: E402
from wagtail.models import Page, ReferenceIndex  # noqa: E402
from wagtail.search.backends import get_search_backend  # noqa: E402
from wagtail.search.models import IndexEntry  # noqa: E402

from galley.bin.models import BinItem  # noqa: E402
from galley.bin.views import delete_expired  # noqa: E402
from galley.page_lists.models import NewestVersion  # noqa: E402
from home.models import Rendition, SiteImage  # noqa: E402
from portfolio.models import ProjectPicture  # noqa: E402
from tests.factories import EditorFactory, SiteImageFactory, load_small_site  # noqa: E402


@contextmanager
def meanwhile(work: Callable[[], None], signal: Signal, sender: type[Model]) -> Iterator[None]:
    """Let another process `work` when `signal` says that an object of `sender` is being deleted."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    def wait_for_other(**kwargs: object) -> None:
        other.start()
        # It ends, or it waits for this transaction.
        while other.is_alive() and not waits_for_lock():
            pass

    def waits_for_lock() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return bool(cursor.fetchone()[0])

    other = Thread(target=run)
    signal.connect(wait_for_other, sender=sender)
    yield
    signal.disconnect(wait_for_other, sender=sender)
    other.join()


@contextmanager
def storing_meanwhile(row: Model, *, sender: type[Model]) -> Iterator[None]:
    """Let another process store `row` when an object of `sender` and what goes with it have been collected."""
    refused: list[bool] = []

    def store() -> None:
        try:
            row.save(force_insert=True)
        except IntegrityError:
            refused.append(True)

    with meanwhile(store, pre_delete, sender):
        yield
    assert refused


@contextmanager
def indexing_meanwhile(instance: Model) -> Iterator[None]:
    """Let a worker index `instance`, which it has read before, when its row and its entry have been deleted."""
    with meanwhile(lambda: get_search_backend().add(instance), post_delete, type(instance)):
        yield
    entries = IndexEntry.objects.filter(content_type__model=instance._meta.model_name)
    assert not entries.filter(object_id=str(instance.pk)).exists()


if __name__ == "__main__":
    site, editor = load_small_site(), EditorFactory()
    client = Client(headers={"host": "localhost"})
    client.force_login(editor)

    def post(name: str, number: int, **data: int) -> str:
        return client.post(reverse(name, args=[number]), data, follow=True).content.decode()

    image = SiteImageFactory(title="Quoins", description="Wedges of wood")
    image.tags.add("wood")
    report = Document.objects.create(title="Report", file=ContentFile(b"one", "report.pdf"))
    site.post.lead_image, site.post.body = image, [("markdown", f"![Wedges](image:{image.pk})")]
    site.post.save_revision(user=editor, log_action=True).publish()
    ProjectPicture.objects.create(page=site.project, image=image)
    ReferenceIndex.create_or_update_for_object(site.post)
    pages = list(Page.objects.order_by("path").values("pk", "slug", "url_path", "live", "numchild"))
    # The restored file has another name as long as the worker hasn't deleted the former one.
    fields = model_to_dict(SiteImage.objects.defer("created_at").get(), exclude=["file"])

    # A page with others below it, then one of those alone, and its slug taken meanwhile.
    for page in (site.blog, site.post):
        post("wagtailadmin_pages:delete", page.pk)
        item = BinItem.objects.get()
        assert client.get(site.post.url).status_code == 404
        assert client.get(reverse("wagtailadmin_pages:history", args=[page.pk])).headers["location"] == reverse("bin")
        assert page.title in client.get(reverse("bin")).content.decode()
        assert "is restored at" in post("bin_undo", item.pk)
        assert client.get(site.post.url).status_code == 200
        assert list(Page.objects.order_by("path").values(*pages[0])) == pages  # in their order

    # Files: the database must give the same ids again.
    with storing_meanwhile(Rendition(image=image, filter_spec="max-99x99", file="99.jpg"), sender=SiteImage):
        post("wagtailimages:delete", image.pk)
    with indexing_meanwhile(Document.objects.get(pk=report.pk)):
        post("wagtaildocs:delete", report.pk)
    assert not SiteImage.objects.exists()
    assert not Document.objects.exists()
    assert client.get(site.post.url).status_code == 200
    for item in BinItem.objects.all():
        assert default_storage.exists(item.file)
        post("bin_restore", item.pk)
    assert model_to_dict(SiteImage.objects.defer("created_at").get(), exclude=["file"]) == fields
    site.post.refresh_from_db()
    assert site.post.lead_image_id == ProjectPicture.objects.get().image_id == image.pk
    assert b"".join(client.get(Document.objects.get(pk=report.pk).url)) == b"one"
    assert SiteImageFactory().pk > image.pk  # the sequence goes on

    # For good: each alone, and after the time.
    post("wagtailadmin_pages:delete", site.post.pk)
    with indexing_meanwhile(SiteImage.objects.get(pk=image.pk)):
        post("wagtailimages:delete", image.pk)
    post("wagtailadmin_pages:delete", site.about.pk)
    number = BinItem.objects.get(page=site.about).pk
    with storing_meanwhile(NewestVersion(page=site.about), sender=type(site.about)):
        post("bin_delete", number, newest=number)
    assert not Page.objects.filter(pk=site.about.pk).exists()
    BinItem.objects.update(deleted_at=timezone.now() - timedelta(days=400))
    NewestVersion.objects.get_or_create(page=site.post)
    # One that is in the index already, and one that isn't.
    get_search_backend().add(site.post)
    post, newest = type(site.post).objects.get(pk=site.post.pk), NewestVersion.objects.get(page=site.post)
    with indexing_meanwhile(post), indexing_meanwhile(newest):
        assert delete_expired() == 2
    assert not Page.objects.filter(pk=site.post.pk).exists()
    assert not BinItem.objects.exists()
    assert not Page.find_problems()[0]
