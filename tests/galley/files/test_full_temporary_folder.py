"""A large upload while the folder for temporary files is full."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.core.files import uploadedfile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from wagtail.documents import get_document_model

from config import asgi
from galley.async_pages import threads
from tests.galley.page_cache.visitors import Answer, ask

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LARGE = b"x" * 3_000_000  # more than Django buffers in memory


def open_full_file(*args: Any, **options: Any) -> Any:
    return Path("/dev/full").open("r+b", buffering=0)


async def upload(client: Client, path: str, **headers: str) -> Answer:
    token = "t" * 32
    fields = {"title": "Plan", "csrfmiddlewaretoken": token}
    name = "files[]" if "multiple" in path else "file"
    body = encode_multipart(BOUNDARY, fields | {name: SimpleUploadedFile("plan.txt", LARGE)})
    cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
    size = str(len(body))
    return await ask(
        asgi.site, path, "POST", body, cookie=cookie, content_type=MULTIPART_CONTENT, content_length=size, **headers
    )


@pytest.fixture(params=["the body", "the file in it"])
def full_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no room for the body of a request, or for the body, but not for the file in it as well."""
    if request.param == "the body":
        monkeypatch.setattr("tempfile.TemporaryFile", open_full_file)
    else:
        monkeypatch.setattr(uploadedfile.tempfile, "NamedTemporaryFile", open_full_file)


async def test_the_upload_is_refused_with_a_reason(full_folder: None, client: Client, editor: AbstractUser) -> None:
    await client.aforce_login(editor)
    page = await upload(client, "/admin/documents/add/")
    assert (page.status, b"Nothing was stored or changed" in page.body) == (503, True), page.body
    script = {"x_requested_with": "XMLHttpRequest"}
    several = await upload(client, "/admin/documents/multiple/add/", **script)
    assert (several.status, b"Nothing was stored or changed" in several.body) == (200, True), several.body
    assert not await get_document_model().objects.aexists()


async def test_there_is_room_again(client: Client, editor: AbstractUser) -> None:
    await client.aforce_login(editor)
    assert (await upload(client, "/admin/documents/add/")).status == 302
    assert await get_document_model().objects.acount() == 1


async def test_what_comes_after_the_disk_is_full_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else Django would take it for another request."""
    monkeypatch.setattr("tempfile.TemporaryFile", open_full_file)
    messages = [{"type": "http.request", "body": LARGE, "more_body": number < 2} for number in range(3)]

    async def receive() -> Any:
        return messages.pop(0)

    body = await threads.PooledASGIHandler(1).read_body(receive)
    assert messages == []
    with pytest.raises(threads.BodyNotStored):
        body.read()
