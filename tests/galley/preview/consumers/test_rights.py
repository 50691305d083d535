"""Rights are taken away while sockets are open: whoever has lost them sees and says nothing more."""

import asyncio
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from blog.models import BlogPostPage
from galley.preview import consumers
from tests.galley.preview.conftest import Socket, form_of
from tests.galley.preview.consumers.test_sockets import (
    NO_ACCESS,
    editor_of,
    editor_path,
    in_loop,
    left,
    opened,
    screen_paths,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

LOSSES = {
    "log out": lambda user, client, site: client.logout(),
    "session expired": lambda user, client, site: Session.objects.update(expire_date=timezone.now()),
    "password changed": lambda user, client, site: (user.set_password("another"), user.save()),
    "deactivated": lambda user, client, site: type(user).objects.filter(pk=user.pk).update(is_active=False),
    "account deleted": lambda user, client, site: user.delete(),
    "left the group": lambda user, client, site: user.groups.clear(),
    "permission taken": lambda user, client, site: GroupPagePermission.objects.all().delete(),
    "no admin any more": lambda user, client, site: user.groups.get().permissions.clear(),
}
OF_THE_PAGE = {
    "locked": lambda user, client, site: Page.objects.filter(pk=site.post.pk).update(locked=True),
    "moved away": lambda user, client, site: site.post.move(site.portfolio, pos="last-child"),
    "deleted": lambda user, client, site: site.post.delete(),
    "the page above deleted": lambda user, client, site: site.blog.delete(),
}
OF_A_NEW_PAGE = {
    "the page above deleted": lambda user, client, site: site.blog.delete(),
    "may only change pages": lambda user, client, site: GroupPagePermission.objects.filter(
        permission=Permission.objects.get(codename="add_page")
    ).delete(),
    "no more of that type there": lambda user, client, site: setattr(BlogPostPage, "max_count_per_parent", 0),
}


@pytest.fixture
def writer(site):
    """Somebody who may edit the blog, and nothing else."""
    return editor_of(site.blog)


def test_losses_are_noticed_within_two_seconds() -> None:
    assert consumers.CHECK_SECONDS < 2


@pytest.mark.parametrize("loss", LOSSES | OF_THE_PAGE)
@pytest.mark.by_day(0, 6, 8)
def test_an_open_page_and_all_its_screens_close(site, writer, log_in, loss) -> None:
    client = log_in(writer)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        screens = [Socket(path, client) for path in screen_paths(site.post)]
        await opened(typing, *screens)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        for screen in screens:
            await screen.shown()
        await asyncio.to_thread((LOSSES | OF_THE_PAGE)[loss], writer, client, site)
        for socket in (typing, *screens):
            assert await socket.close_code() == NO_ACCESS

    with patch("galley.preview.consumers.CHECK_SECONDS", 0.05):
        in_loop(scene())


@pytest.mark.parametrize("loss", LOSSES | OF_A_NEW_PAGE)
@pytest.mark.by_day(5, 9)
def test_a_new_page_and_its_screens_close(site, writer, log_in, monkeypatch, loss) -> None:
    monkeypatch.setattr(BlogPostPage, "max_count_per_parent", BlogPostPage.max_count_per_parent)
    client = log_in(writer)

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/create/blog/blogpostpage/{site.blog.pk}/", client)
        screens = [Socket(path, client) for path in ("/preview/", "/preview/tabs/tab1/")]
        await opened(typing, *screens)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        for screen in screens:
            await screen.shown()
        await asyncio.to_thread((LOSSES | OF_A_NEW_PAGE)[loss], writer, client, site)
        for socket in (typing, *screens):
            assert await socket.close_code() == NO_ACCESS

    with patch("galley.preview.consumers.CHECK_SECONDS", 0.05):
        in_loop(scene())


@pytest.mark.parametrize("message", ["form", "change", "focus", "saved"])
@pytest.mark.by_day(1)
def test_each_message_of_an_editor_is_checked(site, writer, log_in, message) -> None:
    """The timer is out of play."""
    client = log_in(writer)
    said = {
        "form": {"sequence": 2, "fields": form_of(site.post, title="Unseen")},
        "change": {"sequence": 2, "changed": {"title": ["Unseen"]}},
        "focus": {"path": "title"},
        "saved": {"page": site.post.pk},
    }

    async def scene() -> None:
        typing = Socket(f"/preview/tabs/tab1/create/blog/blogpostpage/{site.blog.pk}/", client)
        screen = Socket("/preview/", client)
        await opened(typing, screen)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        await typing.heard()
        await screen.shown()
        await asyncio.to_thread(writer.groups.clear)
        await typing.say(type=message, **said[message])
        assert await typing.close_code() == NO_ACCESS
        assert await screen.messages_so_far() == []  # not even a farewell with the last state
        await left(screen)

    with patch("galley.preview.consumers.CHECK_SECONDS", 3600):
        in_loop(scene())


def test_each_message_of_a_screen_is_checked(site, writer, log_in) -> None:
    """The timer is out of play."""
    client = log_in(writer)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        screens = [Socket(path, client) for path in screen_paths(site.post)]
        await opened(typing, *screens)
        await typing.say(type="form", sequence=1, fields=form_of(site.post))
        for screen in screens:
            await screen.shown()
        await asyncio.to_thread(writer.groups.clear)
        for screen in screens:
            await screen.say(type="again")
            assert await screen.close_code() == NO_ACCESS
        await left(typing)

    with patch("galley.preview.consumers.CHECK_SECONDS", 3600):
        in_loop(scene())


def test_a_page_can_not_be_changed_after_the_join(site, editor, log_in) -> None:
    """Whoever may edit everything still can't make one page's socket speak of another."""
    client = log_in(editor)

    async def scene() -> None:
        typing = Socket(editor_path(site.post), client)
        await opened(typing)
        await typing.say(type="saved", page=site.about.pk)
        assert await typing.close_code() == NO_ACCESS

    in_loop(scene())
