"""Deleted images and documents: nobody gets them, pages show nothing in their place, and they come back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.documents.models import Document
from wagtail.models import Collection, ReferenceIndex

from galley.bin.files import move_file_to_bin, restore_file
from galley.bin.models import BinItem
from galley.bin.views import delete_expired
from home.models import SiteImage
from portfolio.models import ProjectPicture
from tests.factories import EditorFactory, SiteImageFactory, SmallSite

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(small_site: SmallSite) -> SiteImage:
    """A picture that a post shows in its text and at its head, and a project among its pictures."""
    collection = Collection.get_first_root_node()
    image = SiteImageFactory(title="Quoins", description="Wedges of wood", collection=collection)
    image.tags.add("wood")
    post, project = small_site.post, small_site.project
    post.lead_image = image
    post.body = [("markdown", f"![Wedges](image:{image.pk})")]
    post.save_revision().publish()
    ProjectPicture.objects.create(page=project, image=image)
    ReferenceIndex.create_or_update_for_object(post)
    return image


@pytest.fixture
def commit(django_capture_on_commit_callbacks) -> Callable:
    """Run what waits for a commit, such as deleting a file."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_an_image_in_the_bin_answers_to_nobody_and_comes_back(
    client: Client, small_site: SmallSite, image: SiteImage, editor, commit: Callable
) -> None:
    name, url = image.file.name, small_site.post.url
    stored = SiteImage.objects.filter(pk=image.pk).defer("created_at")  # in JSON, it is a little shorter
    fields = model_to_dict(stored.get())
    shown = client.get(url).text
    assert "<img" in shown
    client.force_login(editor)
    address = reverse("wagtailimages:delete", args=[image.pk])
    assert "It goes into the bin for 30 days" in client.get(address).text
    with commit():
        response = client.post(address, follow=True)
    assert "“Quoins” is in the bin." in response.text
    assert not SiteImage.objects.filter(pk=image.pk).exists()
    assert not default_storage.exists(name)
    item = BinItem.objects.get()
    assert default_storage.exists(item.file)
    assert Client().get(f"/media/{item.file}").status_code == 404
    page = Client().get(url)
    assert page.status_code == 200
    assert "<img" not in page.text
    assert Client().get(small_site.project.url).status_code == 200
    with commit():
        client.post(reverse("bin_undo", args=[item.pk]))
    assert model_to_dict(stored.get()) == fields
    restored = SiteImage.objects.get(pk=image.pk)
    assert [tag.name for tag in restored.tags.all()] == ["wood"]
    assert default_storage.exists(name)
    assert not default_storage.exists(item.file)
    small_site.post.refresh_from_db()
    assert small_site.post.lead_image_id == image.pk
    assert ProjectPicture.objects.get().image_id == image.pk
    assert Client().get(url).text == shown
    assert not BinItem.objects.exists()


def test_a_document_in_the_bin_is_no_more_sent(client: Client, small_site: SmallSite, editor, commit: Callable) -> None:
    document = Document.objects.create(title="Report", file=ContentFile(b"one", "report.pdf"))
    url = document.url
    assert client.get(url).status_code == 200
    client.force_login(editor)
    with commit():
        client.post(reverse("wagtaildocs:delete", args=[document.pk]))
    assert client.get(url).status_code == 404
    with commit():
        client.post(reverse("bin_restore", args=[BinItem.objects.get().pk]))
    assert Document.objects.get().url == url
    assert b"".join(client.get(url)) == b"one"


@pytest.mark.nightly
def test_several_images_go_into_the_bin(client: Client, image: SiteImage, editor) -> None:
    client.force_login(editor)
    other = SiteImageFactory(title="Galley")
    address = reverse("wagtail_bulk_action", args=["home", "siteimage", "delete"])
    response = client.post(f"{address}?id={image.pk}&id={other.pk}&next=/admin/", follow=True)
    assert "2 items are in the bin." in response.text
    assert BinItem.objects.count() == 2


def test_who_might_delete_an_image_may_restore_it(small_site: SmallSite, image: SiteImage) -> None:
    author, other = (EditorFactory(is_superuser=False) for _ in range(2))
    for user in (author, other):
        user.groups.set(Group.objects.filter(name="Authors"))
    SiteImage.objects.filter(pk=image.pk).update(uploaded_by_user=author)
    item = move_file_to_bin(SiteImage.objects.get(pk=image.pk), author)
    assert item.may_restore(author)
    assert not item.may_restore(other)


@pytest.mark.nightly
def test_what_is_gone_meanwhile_is_said(image: SiteImage, editor, commit: Callable) -> None:
    collection = Collection.get_first_root_node().add_child(name="Proofs")
    image.collection, image.uploaded_by_user = collection, EditorFactory()
    image.save()
    with commit():
        item = move_file_to_bin(image, editor)
    assert item.place == "Proofs"
    collection.delete()
    image.uploaded_by_user.delete()
    default_storage.delete(item.file)
    restored = restore_file(item, editor)
    assert restored.instance.collection.is_root()
    assert restored.instance.uploaded_by_user is None
    assert len(restored.notes) == 2


def test_the_file_goes_when_the_days_are_over(image: SiteImage, editor, commit: Callable) -> None:
    with commit():
        item = move_file_to_bin(image, editor)
    BinItem.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    with commit():
        assert delete_expired() == 1
    assert not default_storage.exists(item.file)
