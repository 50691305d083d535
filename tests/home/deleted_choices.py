"""Deletes what is chosen in a form before the form is sent, or while it is saved, on whichever database there is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Thread
from typing import Any, NamedTuple
from unittest import mock

from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from wagtail.documents.models import Document
from wagtail.models import Page
from wagtail.signals import page_published
from wagtail.test.utils.form_data import inline_formset, rich_text, streamfield

from blog.models import Category, Series
from galley.bin.files import move_file_to_bin
from home.models import SharedText
from home.page_form import PageForm
from tests.factories import (
    AuthorFactory,
    BlogPostPageFactory,
    EditorFactory,
    SiteImageFactory,
    SmallSite,
    load_small_site,
)
from tests.galley.preview.conftest import form_of
from tests.home.late_drafts import once

REFUSED = ("is not one of the available choices.", "This field is required", "Fill in one of the two")


class Choice(NamedTuple):
    """Something that is chosen on a page: how it is made, and what the form sends."""

    page: str
    make: Callable[[SmallSite], Any]
    fields: Callable[[Any], dict[str, Any]]


def in_body(kind: str, value: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda chosen: {"body": streamfield([("markdown", "Kept."), (kind, value(chosen))])}


def image(site: SmallSite) -> Any:
    return SiteImageFactory()


def document(site: SmallSite) -> Any:
    return Document.objects.create(title="Report", file=ContentFile(b"one", "report.pdf"))


def page(site: SmallSite) -> Any:
    return BlogPostPageFactory(parent=site.blog)


def term(model: Any) -> Callable[[SmallSite], Any]:
    return lambda site: model.objects.create(name="Chosen", slug="chosen")


def link(chosen: Any) -> str:
    return rich_text(f'<p>A <a linktype="page" id="{chosen.pk}">link</a></p>')


CHOICES = {
    "picture at the head": Choice("post", image, lambda it: {"lead_image": it.pk, "lead_image_alt": "A stick"}),
    "author": Choice("post", lambda site: AuthorFactory(), lambda it: {
        "post_authors": inline_formset([{"author": it.pk}])}),
    "category": Choice("post", term(Category), lambda it: {"categories": [it.pk]}),
    "picture in the text": Choice("post", image, in_body("figure", lambda it: {
        "image": {"image": it.pk, "alt_text": "A stick"}, "caption": "", "placement": "column"})),
    "picture for sharing": Choice("about", image, lambda it: {"share_image": it.pk}),
    "picture of a project": Choice("project", image, lambda it: {
        "gallery": inline_formset([{"image": it.pk, "alt_text": "A stick"}])}),
    "series": Choice("post", term(Series), lambda it: {"series": it.pk}),
    "document": Choice("post", document, in_body("download", lambda it: {"document": it.pk, "title": "", "text": ""})),
    "page of a button": Choice("post", page, in_body("button", lambda it: {
        "label": "Read", "page": it.pk, "address": ""})),
    "category of a list": Choice("post", term(Category), in_body("posts", lambda it: {
        "heading": "", "posts": streamfield([]), "category": it.pk, "number": 3})),
    "shared text": Choice("post", lambda site: SharedText.objects.create(name="Chosen"),
        in_body("shared_text", lambda it: it.pk)),
    "page of a link": Choice("post", page, in_body("paragraph", link)),
}  # fmt: skip


def delete(chosen: Any) -> None:
    """Delete it as an editor does; a page for good."""
    if hasattr(chosen, "file"):
        move_file_to_bin(chosen)
    else:
        type(chosen).objects.get(pk=chosen.pk).delete()


def after_the_check(form_class: Any, action: Callable[[], None]) -> AbstractContextManager[Any]:
    """Call `action` in the context, when a request has checked the form and its rows, and not saved it yet."""
    check, act = form_class.is_valid, once(action)

    def check_and_act(form: Any) -> bool:
        result = check(form)
        act()
        return result

    return mock.patch.object(form_class, "is_valid", check_and_act)


def before_the_commit(action: Callable[[], None]) -> AbstractContextManager[Any]:
    """Let another connection do `action` in the context, when a request has stored the page and not committed it."""

    def act_and_close() -> None:
        try:
            action()
        finally:
            connection.close()

    def act_elsewhere(**kwargs: Any) -> None:
        thread = Thread(target=act_and_close)
        thread.start()
        thread.join()

    send, act = page_published.send, once(lambda: act_elsewhere())

    def send_and_act(*args: Any, **kwargs: Any) -> Any:
        result = send(*args, **kwargs)
        act()
        return result

    return mock.patch.object(page_published, "send", send_and_act)


def play(name: str, moment: str) -> None:
    """Publish a page with the choice `name`, which is deleted at that `moment`, and check the answer."""
    site, choice = load_small_site(), CHOICES[name]
    target, chosen = getattr(site, choice.page), choice.make(site)
    title = f"All that I wrote {moment}: {name}"
    form = form_of(target, title=title, **choice.fields(chosen)) | {"action-publish": ["1"]}
    client = Client(raise_request_exception=False)
    client.force_login(EditorFactory())

    def publish() -> HttpResponse:
        return client.post(reverse("wagtailadmin_pages:edit", args=[target.pk]), form)

    if moment == "before it is sent":
        delete(chosen)
        answer = publish()
    elif moment == "after the check":
        with after_the_check(PageForm, lambda: delete(chosen)):
            answer = publish()
    else:
        with before_the_commit(lambda: delete(chosen)):
            answer = publish()
    assert not type(chosen).objects.filter(pk=chosen.pk).exists()
    check(answer, target, title)


def check(answer: HttpResponse, target: Page, written: str) -> None:
    """Check that the page is published without it, or that the form says what is missing and has all the rest."""
    title = Page.objects.get(pk=target.pk).title
    if answer.status_code == 302:
        assert title == written
        return
    text = answer.content.decode()
    assert answer.status_code == 200, text
    assert any(sentence in text for sentence in REFUSED)
    assert written in text
    assert "has been published" not in text
    assert title != written
