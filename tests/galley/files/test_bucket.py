"""Files in a bucket, on a real S3 server: they have the addresses of files in a folder, and the same views."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import UploadedFile

from galley.backups import making, restoring
from galley.backups.making import make_backup
from galley.backups.media import find_media
from galley.backups.restoring import restore_backup
from galley.backups.storing import BackupError
from galley.bin.files import move_file_to_bin
from galley.files import conf
from galley.files.bucket import CONFIG, BucketStorage
from galley.files.conf import file_storages
from galley.files.storage import AwayError, StorageError
from galley.health.findings import State
from galley.health.storage import check_files, is_storage_away
from galley.images import views
from galley.images.renditions import RenditionName
from galley.images.tasks import make_renditions
from galley.security_headers.policies import CSP, build_headers
from home.models import Rendition, SiteImage
from tests.factories import SiteImageFactory, SmallSite
from tests.s3 import BUCKET, S3Server, run_s3

pytestmark = pytest.mark.django_db
# A pixel, as GIF.
PIXEL = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    with run_s3() as server:
        yield server


@pytest.fixture
def bucket(server: S3Server, settings, monkeypatch: pytest.MonkeyPatch) -> BucketStorage:
    """The site's files are in an empty bucket."""
    server.start()
    for name, value in server.settings.items():
        setattr(settings, name, value)
    settings.STORAGES = settings.STORAGES | file_storages(BUCKET)
    monkeypatch.setattr(Rendition._meta.get_field("file"), "storage", storages["renditions"])
    monkeypatch.setattr(BucketStorage, "away_until", 0.0)
    views._unstored.clear()
    storage = storages["default"]
    storage.bucket.objects.delete()
    server.requests.clear()
    return storage


def keys(bucket: BucketStorage) -> list[str]:
    return [name for name, _size, _time in bucket.list_all()]


def test_files_are_stored_whole_and_replace_no_other(bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bucket.save("documents/größe.txt", ContentFile(b"Eins")) == "documents/größe.txt"
    assert bucket.open("documents/größe.txt").read() == b"Eins"
    assert bucket.url("documents/größe.txt") == "/media/documents/gr%C3%B6%C3%9Fe.txt"
    assert (bucket.size("documents/größe.txt"), bucket.listdir("documents")) == (4, ([], ["größe.txt"]))
    # Another host takes the name between the question whether it is free and the upload.
    answers = iter(["documents/größe.txt", "documents/other.txt"])
    monkeypatch.setattr(bucket, "get_available_name", lambda name, max_length=None: next(answers))
    assert bucket.save("documents/größe.txt", ContentFile(b"Zwei")) == "documents/other.txt"
    assert bucket.open("documents/größe.txt").read() == b"Eins"
    renditions = storages["renditions"]
    for content in (b"one", b"two"):
        assert renditions.save("pictures/a.webp", ContentFile(content)) == "pictures/a.webp"
    assert renditions.open("pictures/a.webp").read() == b"two"
    with pytest.raises(FileNotFoundError):
        bucket.open("documents/none.txt")
    with pytest.raises(FileNotFoundError):
        bucket.get_modified_time("documents/none.txt")


def test_a_storage_that_is_away_is_asked_once(bucket: BucketStorage, server: S3Server) -> None:
    server.stop()
    with pytest.raises(StorageError, match="doesn't answer"):
        bucket.save("a.txt", ContentFile(b"a"))
    assert bucket.is_away()
    assert is_storage_away()
    for ask in (lambda: bucket.open("a.txt"), lambda: bucket.exists("a.txt"), bucket.list_all):
        with pytest.raises(AwayError):
            ask()
    [found] = check_files()
    assert found.state is State.FAULT


def test_pictures_have_their_addresses_at_the_site(
    asgi_get: Callable, bucket: BucketStorage, server: S3Server, editor: AbstractUser, client: Client
) -> None:
    image = SiteImageFactory(file__width=500, file__height=300)
    name = RenditionName.of(image, "width-400", "webp")
    assert name.url == f"/media/{name.path}"
    first = asgi_get(name.url)
    assert name.path in keys(bucket)
    server.requests.clear()
    second = asgi_get(name.url)
    assert (second.status_code, second.content) == (200, first.content)
    assert second["Cache-Control"] == "public, max-age=31536000"
    # One request for each picture.
    assert server.requests == [f"GET /{BUCKET}/{name.path}"]
    # AVIF is sent when the worker has made it, and sizes of the admin, which no slot offers.
    avif = RenditionName.of(image, "width-400", "avif")
    assert asgi_get(avif.url)["Content-Type"] == "image/webp"
    make_renditions.call([str(avif)])
    assert asgi_get(avif.url)["Content-Type"] == "image/avif"
    assert asgi_get(image.get_rendition("max-165x165").url).status_code == 200
    # One that is lost is made again.
    bucket.delete(name.path)
    assert asgi_get(name.url).content == first.content
    assert name.path in keys(bucket)
    # The original is for editors.
    url = image.file.url
    assert asgi_get(url).status_code == 404
    client.force_login(editor)
    assert client.get(url).content == bucket.open(image.file.name).read()


def test_nothing_else_has_a_public_address(asgi_get: Callable, bucket: BucketStorage, settings) -> None:
    image = SiteImageFactory()
    bucket.save("avatar_images/ada.webp", ContentFile(b"webp"))
    bucket.save("share_images/1/a.png", ContentFile(b"png"))
    response = asgi_get("/media/avatar_images/ada.webp")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"webp", "image/webp")
    for path in (
        "avatar_images/none.webp",
        "share_images/1/a.png",
        f"avatar_images/../{image.file.name}",
        f"avatar_images/..\\{image.file.name}",
        f"embeds/./../{image.file.name}",
        f"pictures/{image.pk}-/../../{image.file.name}",
    ):
        assert asgi_get(f"/media/{path}").status_code == 404, path


def test_browsers_may_be_sent_to_the_bucket(asgi_get: Callable, bucket: BucketStorage, settings) -> None:
    settings.RENDITIONS_URL = "https://pictures.example.org/site"
    image = SiteImageFactory(file__width=500, file__height=300)
    name = RenditionName.of(image, "width-400", "webp")
    assert asgi_get(name.url).status_code == 200
    response = asgi_get(name.url)
    assert (response.status_code, response["Location"]) == (302, f"https://pictures.example.org/site/{name.path}")
    for kind in build_headers()[:2]:
        assert "https://pictures.example.org" in kind[CSP].partition("img-src ")[2].partition(";")[0]
    bucket.delete(name.path)
    assert asgi_get(name.url).status_code == 200


def test_share_images_are_stored(asgi_get: Callable, bucket: BucketStorage, small_site: SmallSite) -> None:
    url = asgi_get(f"/share/{small_site.post.pk}/x.png")["Location"]
    first = asgi_get(url).content
    [key] = keys(bucket)
    assert key.startswith(f"share_images/{small_site.post.pk}/")
    assert asgi_get(url).content == first


def test_documents_are_sent_by_their_view(asgi_get: Callable, bucket: BucketStorage) -> None:
    document = get_document_model().objects.create(title="Plan", file=ContentFile(b"A plan", "plan.txt"))
    assert keys(bucket) == ["documents/plan.txt"]
    response = asgi_get(document.url)
    assert (response.status_code, response["Content-Length"]) == (200, "6")
    assert asgi_get(document.file.url).status_code == 404


def upload(client: Client, kind: str, name: str, content: bytes):
    data = {"title": name, "files[]": SimpleUploadedFile(name, content)}
    return client.post(reverse(f"{kind}:add_multiple"), data, headers={"X-Requested-With": "XMLHttpRequest"})


@pytest.mark.parametrize(("kind", "name"), [("wagtailimages", "dot.gif"), ("wagtaildocs", "plan.txt")])
def test_an_upload_is_refused_with_a_reason_while_the_storage_is_away(
    bucket: BucketStorage, server: S3Server, client: Client, editor: AbstractUser, kind: str, name: str
) -> None:
    client.force_login(editor)
    client.raise_request_exception = False
    assert upload(client, kind, f"before-{name}", PIXEL).json()["success"]
    model = SiteImage if kind == "wagtailimages" else get_document_model()
    server.stop()
    # On a server, no transaction is around the request.
    with transaction.atomic():
        answer = upload(client, kind, name, PIXEL)
    assert (answer.status_code, answer.json()["success"]) == (200, False)
    assert "Nothing was stored or changed" in answer.json()["error_message"]
    [row] = model.objects.all()
    # What is deleted meanwhile stays, too.
    with pytest.raises(StorageError), transaction.atomic():
        move_file_to_bin(row)
    assert model.objects.get() == row


def test_with_upstreams_class_the_upload_fails_without_a_reason(
    bucket: BucketStorage, server: S3Server, client: Client, editor: AbstractUser, settings
) -> None:
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storages.backends.s3.S3Storage"}}
    settings.AWS_S3_CLIENT_CONFIG = CONFIG
    client.force_login(editor)
    client.raise_request_exception = False
    assert upload(client, "wagtaildocs", "before.txt", PIXEL).json()["success"]
    server.stop()
    with transaction.atomic():
        answer = upload(client, "wagtaildocs", "plan.txt", PIXEL)
    assert (answer.status_code, "Nothing was stored" in answer.text) == (500, False)


def test_pages_are_read_while_the_storage_is_away(
    asgi_get: Callable,
    bucket: BucketStorage,
    server: S3Server,
    small_site: SmallSite,
    editor: AbstractUser,
    client: Client,
) -> None:
    image = SiteImageFactory(file__width=500, file__height=300)
    document = get_document_model().objects.create(title="Plan", file=ContentFile(b"A plan", "plan.txt"))
    url, unmade = (RenditionName.of(image, operation, "webp").url for operation in ("width-400", "width-500"))
    asgi_get(url)
    share = asgi_get(f"/share/{small_site.post.pk}/x.png")["Location"]
    server.stop()
    client.force_login(editor)
    client.raise_request_exception = False
    for path in (url, unmade, document.url, "/media/avatar_images/ada.webp"):
        answer = client.get(path)
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store"), path
    assert client.get(image.file.url).status_code == 503
    assert asgi_get(share).status_code == 200
    assert asgi_get(small_site.post.url).status_code == 200
    for name in ("wagtailimages:index", "wagtaildocs:index"):
        assert client.get(reverse(name)).status_code == 200
    # A form that isn't an upload among several gets a page.
    data = {"title": "New", "file": SimpleUploadedFile("new.gif", PIXEL), "collection": image.collection_id}
    with transaction.atomic():
        answer = client.post(reverse("wagtailimages:edit", args=[image.pk]), data)
    assert answer.status_code == 503, answer.context["form"].errors
    assert "Nothing was stored or changed" in answer.text
    assert SiteImage.objects.get().title != "New"


def test_the_health_says_what_the_bucket_does(bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [found.state for found in check_files()] == [State.WELL]
    monkeypatch.setattr(bucket, "default_acl", "public-read")
    [found] = check_files()
    assert (found.state, "pictures" in found.mend) == (State.FAULT, True)
    assert keys(bucket) == []


def test_a_backup_has_the_files_of_the_bucket(
    bucket: BucketStorage, server: S3Server, tmp_path: Path, transactional_db: None, monkeypatch
) -> None:
    monkeypatch.setattr(restoring, "call_command", lambda name, **options: None)
    image = SiteImageFactory()
    bucket.save("documents/größe.txt", ContentFile(b"A galley is a tray."))
    before = {name: bucket.open(name).read() for name in keys(bucket)}
    _folder, manifest = make_backup(tmp_path, find_media(), None)
    assert (set(manifest.files), manifest.missing) == (set(before), [])
    server.requests.clear()
    monkeypatch.setattr(making, "NAME_FORMAT", "%Y%m%d-%H%M%S-%f")
    second, _ = make_backup(tmp_path, find_media(), None)
    # What hasn't changed isn't fetched again.
    assert [one for one in server.requests if "list-type" not in one and "/original_images" in one] == []
    bucket.delete(image.file.name)
    bucket.save("documents/later.txt", ContentFile(b"later"))
    restore_backup(second, find_media(), None, replace=True)
    assert {name: bucket.open(name).read() for name in keys(bucket)} == before
    server.stop()
    with pytest.raises(BackupError, match="doesn't answer"):
        make_backup(tmp_path / "other", find_media(), None)


def test_unfinished_uploads_are_deleted(bucket: BucketStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    UploadedFile.objects.create(file=ContentFile(b"x", "new.png"))
    call_command("delete_unfinished_uploads", verbosity=0)
    assert len(keys(bucket)) == 1
    bucket.delete(UploadedFile.objects.get().file.name)
    call_command("delete_unfinished_uploads", verbosity=0)
    assert not UploadedFile.objects.exists()


def test_a_bucket_without_its_packages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conf, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="GALLEY_EXTRAS=s3"):
        file_storages(BUCKET)
    assert file_storages("") == {name: site_settings.STORAGES[name] for name in ("default", "renditions")}
    assert default_storage.deconstruct()[1:] == ((), {})
