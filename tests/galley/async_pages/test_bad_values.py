"""A value that a view can't read is the sender's mistake: status 400, and a sentence that names it."""

import logging

import pytest
from django.contrib.auth.models import User
from django.db import DataError
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch

from blog.models import BlogPostPage
from galley.async_pages.bad_values import refuse_bad_value
from tests.conftest import SmallSite
from tests.galley.preview.conftest import form_of

MANY_DIGITS = "9" * 26


@pytest.fixture
def editor(client: Client, admin_user: User) -> Client:
    client.force_login(admin_user)
    client.raise_request_exception = False
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_autosave_refuses_a_revision_that_is_no_number(editor: Client, small_site: SmallSite, accept: str) -> None:
    page = small_site.blog.add_child(instance=BlogPostPage(title="x", live=False))
    form = form_of(page) | {"overwrite_revision_id": ["abc"]}
    form.pop("loaded_revision_id", None)
    response = editor.post(f"/admin/pages/{page.pk}/edit/", form, headers={"accept": accept})
    assert response.status_code == 400
    sentence = "What was sent as “overwrite_revision_id” can't be read, so the request was refused."
    if accept == "text/html":
        assert sentence in response.content.decode().replace("&#x27;", "'")
    else:
        assert response.json() == {"success": False, "error_code": "invalid_value", "error_message": sentence}
    assert not page.revisions.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["choose-page/?target_pages[]=abc", "choose-page/chosen-multiple/?id=abc", "bulk/wagtailcore/page/delete/?id=abc",
     "images/chooser/chosen-multiple/?id=abc", f"bulk/wagtailcore/page/move/?id={MANY_DIGITS}",
     f"users/?group={MANY_DIGITS}"],
)  # fmt: skip
def test_addresses_with_a_number_that_is_none_are_refused(editor: Client, small_site: SmallSite, address: str) -> None:
    assert editor.get(f"/admin/{address}").status_code == 400


@pytest.mark.django_db
def test_a_copy_without_a_parent_and_a_next_page_that_is_no_address_are_refused(
    editor: Client, small_site: SmallSite
) -> None:
    page = f"/admin/pages/{small_site.post.pk}"
    assert "lacks “new_parent_page”" in editor.post(f"{page}/copy/", {"new_slug": "x"}).content.decode()
    assert editor.post(f"{page}/lock/").status_code == 302
    assert editor.post(f"{page}/unlock/", {"next": "abc"}).status_code == 400


@pytest.mark.parametrize(
    ("sent", "error", "is_refused"),
    [
        ("id=abc", ValueError("Field 'id' expected a number but got 'abc'."), True),
        ("id=abc", ValueError("Field 'id' expected a number but got 'abcd'."), False),
        ("id=abc", ValueError("not enough values to unpack"), False),
        ("id=abc", KeyError("abc"), False),
        ("id=", ValueError("invalid literal for int() with base 10: ''"), True),
        (f"id={MANY_DIGITS}", DataError("bigint out of range"), True),
        ("id=1", OverflowError("Python int too large to convert to SQLite INTEGER"), False),
        ("next=abc", NoReverseMatch("Reverse for 'abc' not found. 'abc' is not a valid view function"), True),
        ("next=abc", NoReverseMatch("Reverse for 'post' not found. 'post' is not a valid view function"), False),
        ("id=%00", ValueError("A string literal cannot contain NUL (0x00) characters."), True),
        ("id=%00", DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), True),
        ("id=abcd", DataError("value too long for type character varying(3)"), True),
        ("id=abc", DataError("value too long for type character varying(3)"), False),
        (f"id={MANY_DIGITS}", User.DoesNotExist("User matching query does not exist."), True),
        ("id=1", User.DoesNotExist("User matching query does not exist."), False),
        ("next=abc", NoReverseMatch("Reverse for 'abc' not found."), True),
        ("next=/", NoReverseMatch("Reverse for 'abc' not found."), False),
        (f"id={'x' * 300}", ValueError(f"invalid literal for int() with base 10: '{'x' * 198}"), True),
    ],
)
def test_only_errors_about_a_value_of_the_request_are_the_senders(
    sent: str, error: Exception, is_refused: bool, caplog: pytest.LogCaptureFixture
) -> None:
    request = RequestFactory().get("/", QueryDict(sent), headers={"accept": "application/json"})
    with caplog.at_level(logging.WARNING):
        response = refuse_bad_value(request, error)
    assert (response is not None and response.status_code == 400) == is_refused
    assert bool(caplog.records) == is_refused
