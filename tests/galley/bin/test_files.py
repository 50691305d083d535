"""Deleted images and documents: nobody gets them, pages show nothing in their place, and they come back."""

import json
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
from wagtail.tasks import delete_file_from_storage_task

from blog.models import BlogPostPage
from galley.bin.files import move_file_to_bin, restore_file
from galley.bin.models import BinItem
from galley.bin.views import delete_expired
from home.models import SiteImage
from portfolio.models import ProjectPicture
from tests.factories import EditorFactory, SiteImageFactory, SmallSite

pytestmark = pytest.mark.django_db

FIGURE = "0b8a5a4e-3a52-4f5c-9f6e-0d6f1d0a7b11"


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


def test_what_comes_back_before_the_worker_has_done_anything_has_its_address(
    db: None, commit: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delete_file_from_storage_task.get_backend(), "enqueue", lambda *arguments: None)
    document = Document.objects.create(title="Marks", file=ContentFile(b"Let it stand.", "marks.txt"))
    name, url = document.file.name, document.url
    with commit():
        item = move_file_to_bin(document)
    restored = restore_file(item).instance
    assert (restored.file.name, restored.url) == (name, url)


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


@pytest.fixture
def figure(small_site: SmallSite) -> tuple[SiteImage, BlogPostPage]:
    """A picture, and the post that shows it at its head and in a block."""
    image, post = SiteImageFactory(title="Quoins"), small_site.post
    picture = {"image": image.pk, "decorative": False, "alt_text": "Wedges"}
    value = {"image": picture, "caption": "Locked", "placement": "column"}
    post.body = json.dumps([{"type": "figure", "id": FIGURE, "value": value}])
    post.lead_image = image
    post.save_revision().publish()
    ReferenceIndex.create_or_update_for_object(post)
    return image, post


def write_on(post: BlogPostPage, **picture: object) -> BlogPostPage:
    """Save and publish the form of a post, as it is while its picture is in the bin."""
    draft = BlogPostPage.objects.get(pk=post.pk).get_latest_revision_as_object()
    empty = {"image": None, "decorative": None, "alt_text": None} | picture
    value = {"image": empty, "caption": "Locked up", "placement": "wide"}
    draft.body = json.dumps([{"type": "figure", "id": FIGURE, "value": value}])
    draft.save_revision(clean=False).publish(skip_permission_checks=True)
    assert draft.lead_image_id is None
    return draft


def test_a_picture_returns_to_what_was_saved_while_it_was_in_the_bin(
    figure: tuple[SiteImage, BlogPostPage], editor, commit: Callable
) -> None:
    image, post = figure
    pk = image.pk
    with commit():
        item = move_file_to_bin(image, editor)
    write_on(post)
    with commit():
        restore_file(item, editor)
    public = BlogPostPage.objects.get(pk=post.pk)
    for version in (public, public.get_latest_revision_as_object()):
        block = version.body[0]
        assert (version.lead_image_id, block.value["image"].pk) == (pk, pk)
        assert block.value["image"].contextual_alt_text == "Wedges"
        assert (block.id, block.value["caption"], block.value["placement"]) == (FIGURE, "Locked up", "wide")


def test_another_picture_that_was_chosen_meanwhile_stays(
    figure: tuple[SiteImage, BlogPostPage], editor, commit: Callable
) -> None:
    image, post = figure
    other = SiteImageFactory(title="Composing stick")
    with commit():
        item = move_file_to_bin(image, editor)
    write_on(post, image=other.pk, alt_text="A stick")
    with commit():
        restore_file(item, editor)
    public = BlogPostPage.objects.get(pk=post.pk)
    for version in (public, public.get_latest_revision_as_object()):
        assert version.body[0].value["image"].pk == other.pk
        assert version.body[0].value["image"].contextual_alt_text == "A stick"


def test_a_row_returns_to_a_draft_that_was_saved_without_it(
    image: SiteImage, small_site, editor, commit: Callable
) -> None:
    pk, project = image.pk, type(small_site.project).objects.get(pk=small_site.project.pk)
    project.save_revision()
    ReferenceIndex.create_or_update_for_object(project)
    with commit():
        item = move_file_to_bin(image, editor)
    draft = type(project).objects.get(pk=project.pk).get_latest_revision_as_object()
    draft.save_revision()
    assert draft.gallery.count() == 0
    with commit():
        restore_file(item, editor)
    project = type(project).objects.get(pk=project.pk)
    assert [row.image_id for row in project.get_latest_revision_as_object().gallery.all()] == [pk]
    assert ProjectPicture.objects.get().image_id == pk


def test_a_picture_that_only_the_draft_of_a_published_page_has_returns_to_it(
    small_site: SmallSite, editor, commit: Callable
) -> None:
    image = SiteImageFactory(title="Quoins", description="Wedges of wood")
    post = small_site.post
    post.save_revision().publish()
    post = BlogPostPage.objects.get(pk=post.pk)
    post.lead_image = image
    value = {"image": {"image": image.pk, "decorative": False, "alt_text": "Wedges"}, "caption": "", "placement": ""}
    post.body = json.dumps([{"type": "figure", "id": FIGURE, "value": value}])
    post.save_revision(clean=False)
    ReferenceIndex.create_or_update_for_object(BlogPostPage.objects.get(pk=post.pk))
    assert not ReferenceIndex.get_references_to(image).exists()
    pk = image.pk
    with commit():
        item = move_file_to_bin(image, editor)
    draft = BlogPostPage.objects.get(pk=post.pk).get_latest_revision_as_object()
    empty = {"image": None, "decorative": None, "alt_text": None}
    draft.body = json.dumps([{"type": "figure", "id": FIGURE, "value": value | {"image": empty}}])
    draft.save_revision(clean=False)
    with commit():
        restore_file(item, editor)
    public = BlogPostPage.objects.get(pk=post.pk)
    draft = public.get_latest_revision_as_object()
    assert (draft.lead_image_id, draft.body[0].value["image"].pk) == (pk, pk)
    assert public.lead_image_id is None
