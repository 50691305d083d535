"""Lets a draft come too late, on whichever database the settings name.

Wagtail reads the page, and much later writes it. In between, each case here lets something else happen.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from unittest import mock

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from wagtail.models import Page, Revision

from blog.models import BlogIndexPage, BlogPostPage
from home.page_form import PageForm
from tests.factories import BlogIndexPageFactory, BlogPostPageFactory, EditorFactory
from tests.galley.preview.conftest import form_of, markdown

PATIENCE = 60  # seconds


@dataclass
class Author:
    """Somebody who has a draft open in two windows; `revision` is what autosave has made in the first."""

    post: Any
    user: Any
    revision: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)

    def type(self, text: str, **extra: str) -> dict[str, Any]:
        """Let autosave send `text`; return the answer."""
        client = Client()
        client.force_login(self.user)
        form = form_of(self.post, title="A race", body=markdown(text))
        if self.revision:
            form["overwrite_revision_id"] = [str(self.revision)]
        form |= {name: [value] for name, value in extra.items()}
        url = f"/admin/pages/{self.post.pk}/edit/"
        self.answers.append(answer := client.post(url, form, headers={"accept": "application/json"}).json())
        return answer

    def history(self) -> list[str]:
        """Return the texts of the draft that can be found again, the oldest first."""
        revisions = Revision.objects.for_instance(self.post).order_by("created_at")
        return [revision.as_object().body[0].value for revision in revisions if revision.as_object().body]

    def newest(self) -> str:
        return type(self.post).objects.get(pk=self.post.pk).get_latest_revision().as_object().body[0].value


def before_saving(action: Callable[[], Any]) -> Any:
    """Call `action` in the context, when a request has read the page and checked the form, and not saved it yet."""
    check = PageForm.clean

    def check_and_act(form: PageForm) -> dict[str, Any]:
        data = check(form)
        action()
        return data

    return mock.patch.object(PageForm, "clean", check_and_act)


def once(action: Callable[[], Any]) -> Callable[[], Any]:
    """Return a function that calls `action` the first time only: an action may send a form itself."""
    pending = [action]
    return lambda: pending and pending.pop()()


def another_autosave_of_the_same_revision(author: Author) -> None:
    author.revision = author.type("first")["revision_id"]
    with before_saving(once(lambda: author.type("winner"))):
        late = author.type("late")
    assert (late["success"], late["error_code"]) == (False, "invalid_revision")
    assert author.answers[1]["success"]
    assert author.newest() == "winner"
    assert author.history() == ["late", "winner"]


def another_autosave_of_a_form_that_was_opened_before(author: Author) -> None:
    with before_saving(once(lambda: author.type("winner"))):
        late = author.type("late")
    assert (late["success"], late["error_code"]) == (False, "invalid_revision")
    assert author.newest() == "winner"
    assert author.history()[-2:] == ["late", "winner"]


def both_at_the_very_same_time(author: Author) -> None:
    author.revision = author.type("first")["revision_id"]
    have_read = threading.Barrier(2, timeout=PATIENCE)
    waiting = [have_read.wait, have_read.wait]

    def type_and_close(text: str) -> None:
        author.type(text)
        connection.close()

    with before_saving(lambda: waiting and waiting.pop()()):
        threads = [threading.Thread(target=type_and_close, args=[text]) for text in ("left", "right")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert sorted(answer["success"] for answer in author.answers[1:]) == [False, True]
    assert sorted(author.history()) == ["left", "right"]
    assert author.history()[-1] == author.newest()


def a_publication(author: Author) -> None:
    author.revision = author.type("first")["revision_id"]
    revision = Revision.objects.get(pk=author.revision)
    with before_saving(revision.publish):
        assert author.type("late")["error_code"] == "invalid_revision"
    author.post.refresh_from_db()
    assert author.post.live
    assert author.post.body[0].value == "first"
    assert author.history() == ["late", "first"]


def a_move(author: Author) -> None:
    new_parent = author.post.get_parent().get_parent()
    with before_saving(lambda: Page.objects.get(pk=author.post.pk).move(new_parent, pos="last-child")):
        assert author.type("late")["error_code"] == "invalid_revision"
    assert Page.objects.get(pk=author.post.pk).get_parent() == new_parent
    assert Page.find_problems() == ([], [], [], [], [])


def a_deletion(author: Author) -> None:
    with before_saving(lambda: Page.objects.get(pk=author.post.pk).delete()):
        assert author.type("late")["error_message"] == "This page has been deleted."
    assert not Page.objects.filter(pk=author.post.pk).exists()
    assert Page.find_problems() == ([], [], [], [], [])


def create(author: Author, text: str, action: str = "") -> HttpResponse:
    """Create a post beside that of `author`: by autosave, or by hand with an `action`."""
    client = Client()
    client.force_login(author.user)
    blog = author.post.get_parent()
    form = form_of(BlogPostPage(), title="A name for two", slug="", body=markdown(text)) | {action: ["1"]}
    headers = {} if action else {"accept": "application/json"}
    return client.post(f"/admin/pages/add/blog/blogpostpage/{blog.pk}/", form, headers=headers)


def move(page: Page) -> None:
    parent = Page.objects.get(pk=page.pk).get_parent()
    aim = parent.get_parent() if parent.depth > 2 else parent.get_children().exclude(pk=page.pk).first()
    Page.objects.get(pk=page.pk).move(aim, pos="last-child")


def rename(page: Page) -> None:
    page = page.specific_class.objects.get(pk=page.pk)
    page.slug += "-renamed"
    page.save_revision().publish()


def check_tree() -> None:
    """Compare each page's place with that of its parent."""
    assert Page.find_problems() == ([], [], [], [], [])
    for page in Page.objects.filter(depth__gt=1):
        assert page.url_path == f"{page.get_parent().url_path}{page.slug}/"


def an_autosave_below_what_is_being_renamed(author: Author) -> None:
    with before_saving(once(lambda: rename(author.post.get_parent()))):
        assert author.type("late")["success"]
    check_tree()


def an_autosave_of_a_page_whose_draft_has_another_slug(author: Author) -> None:
    author.post.slug = "another"
    author.post.save_revision(clean=False)
    assert author.type("late")["success"]
    author.post.refresh_from_db()
    author.post.get_latest_revision().publish()
    author.post.slug = "a-third"
    author.post.save_revision(clean=False)
    assert author.type("later")["success"]
    check_tree()


def two_creations_of_one_name(author: Author) -> None:
    before = count_created()
    for action in ("", "action-publish", "action-save"):
        with before_saving(once(lambda: create(author, "winner"))):
            assert create(author, "late", action).status_code in (200, 302)
    assert count_created() == before + 6
    check_tree()


def count_created() -> int:
    return BlogPostPage.objects.filter(slug__startswith="a-name").values("slug").distinct().count()


def a_creation_below_what_is_being_moved(author: Author) -> None:
    before = count_created()
    for action, change in product(("", "action-publish", "action-save"), (move, rename)):
        blog = author.post.get_parent()
        with before_saving(once(lambda blog=blog, change=change: change(blog))):
            assert create(author, "late", action).status_code in (200, 302)
        check_tree()
    assert count_created() == before + 6


def a_creation_below_what_is_being_deleted(author: Author) -> None:
    home = author.post.get_parent().get_parent()
    for action in ("", "action-publish"):
        author.post = BlogPostPageFactory(parent=BlogIndexPageFactory(parent=home, title="Another blog"))
        with before_saving(once(lambda: Page.objects.get(pk=author.post.get_parent().pk).delete())):
            assert create(author, "late", action).status_code == (302 if action else 400)
    check_tree()


CASES = {
    case.__name__: case
    for case in (
        another_autosave_of_the_same_revision,
        another_autosave_of_a_form_that_was_opened_before,
        both_at_the_very_same_time,
        a_publication,
        a_move,
        a_deletion,
        an_autosave_below_what_is_being_renamed,
        an_autosave_of_a_page_whose_draft_has_another_slug,
        two_creations_of_one_name,
        a_creation_below_what_is_being_moved,
        a_creation_below_what_is_being_deleted,
    )
}


def play(case: str) -> None:
    """Add a draft and somebody who writes it; run the case."""
    blog = BlogIndexPage.objects.get()
    post = BlogPostPageFactory(
        parent=blog, title=case, slug=case.replace("_", "-"), live=False, first_published_at=None, body=[]
    )
    CASES[case](Author(post, EditorFactory(username=case, password=None)))
