"""Links to drafts: who may make one, what it opens, and when it ends."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, ReferenceIndex

from galley.preview.models import ShareLink
from galley.preview.sharing import KEEP_ENDED, SALT, LinkEnded, make_link, may_share, open_link, watch_link
from tests.factories import EditorFactory
from tests.galley.preview.consumers.test_sockets import editor_of

DAY = timedelta(days=1)


def assert_ended(token: str) -> None:
    with pytest.raises(LinkEnded):
        open_link(token)


def test_a_link_opens_its_own_page_and_no_other(small_site, editor) -> None:
    of_post, post_token = make_link(small_site.post, editor, DAY, "Client")
    _of_project, project_token = make_link(small_site.project, editor, DAY)
    assert open_link(post_token) == of_post
    assert open_link(post_token).page == small_site.post.page_ptr
    assert open_link(project_token).page == small_site.project.page_ptr


def test_the_database_holds_nothing_that_opens_a_link(small_site, editor) -> None:
    link, token = make_link(small_site.post, editor, DAY)
    secret = token.partition(".")[0]
    row = ShareLink.objects.filter(pk=link.pk).values().get()
    assert not any(secret in str(value) for value in row.values())
    assert_ended(link.token_hash)
    assert_ended(secret)


@pytest.mark.parametrize("forge", ["changed", "unsigned", "signed elsewhere", "empty", "strange"])
def test_a_forged_token_never_reaches_the_database(small_site, editor, forge: str, settings) -> None:
    _link, token = make_link(small_site.post, editor, DAY)
    secret, _, signature = token.partition(".")
    forged = {
        "changed": f"{secret[:-1]}{'A' if secret[-1] != 'A' else 'B'}.{signature}",
        "unsigned": secret,
        "signed elsewhere": Signer(salt=SALT, sep=".", key="another site's").sign(secret),
        "empty": "",
        "strange": "\0.ß´\ud800",
    }[forge]
    with CaptureQueriesContext(connection) as queries:
        assert_ended(forged)
    assert len(queries) == 0


def test_a_well_signed_token_that_was_never_given_opens_nothing(small_site) -> None:
    assert_ended(Signer(salt=SALT, sep=".").sign("never-given"))


def test_it_ends_when_its_time_has_come(small_site, editor) -> None:
    link, token = make_link(small_site.post, editor, DAY)
    assert abs(link.expires_at - timezone.now() - DAY) < timedelta(minutes=1)
    ShareLink.objects.update(expires_at=timezone.now())
    assert_ended(token)
    assert not ShareLink.objects.get().works


def test_it_is_stopped_at_once_and_alone(small_site, editor) -> None:
    link, token = make_link(small_site.post, editor, DAY)
    _other, other_token = make_link(small_site.post, editor, DAY)
    assert ShareLink.objects.filter(pk=link.pk).stop() == 1
    assert_ended(token)
    open_link(other_token)
    stopped_at = ShareLink.objects.get(pk=link.pk).stopped_at
    assert ShareLink.objects.filter(pk=link.pk).stop() == 0
    assert ShareLink.objects.get(pk=link.pk).stopped_at == stopped_at


@pytest.mark.parametrize(
    "loss", ["deactivated", "deleted", "out of the group", "page deleted", "page in another place"]
)
def test_it_ends_with_its_makers_right_to_edit_the_page(small_site, editor, loss: str) -> None:
    maker = editor_of(small_site.blog)
    _link, token = make_link(small_site.post, maker, DAY)
    open_link(token)
    match loss:
        case "deactivated":
            type(maker).objects.filter(pk=maker.pk).update(is_active=False)
        case "deleted":
            maker.delete()
        case "out of the group":
            maker.groups.clear()
        case "page deleted":
            small_site.post.delete()
        case "page in another place":
            Page.objects.get(pk=small_site.post.pk).move(small_site.home, pos="last-child")
    assert_ended(token)


def test_what_is_unpublished_isnt_shown_by_links_made_before(small_site, editor) -> None:
    _link, token = make_link(small_site.post, editor, DAY)
    _other, other_token = make_link(small_site.project, editor, DAY)
    small_site.post.unpublish()
    assert_ended(token)
    open_link(other_token)
    _again, new_token = make_link(small_site.post, editor, DAY)
    open_link(new_token)


def test_a_move_ends_the_links_of_all_that_moves(small_site, editor) -> None:
    tokens = [make_link(page, editor, DAY)[1] for page in (small_site.blog, small_site.post, small_site.project)]
    Page.objects.get(pk=small_site.blog.pk).move(Page.objects.get(pk=small_site.portfolio.pk), pos="last-child")
    assert_ended(tokens[0])
    assert_ended(tokens[1])
    open_link(tokens[2])


def test_a_new_place_among_its_siblings_is_no_move(small_site, editor) -> None:
    _link, token = make_link(small_site.contact, editor, DAY)
    Page.objects.get(pk=small_site.contact.pk).move(Page.objects.get(pk=small_site.about.pk), pos="left")
    open_link(token)


def test_a_locked_page_can_still_be_shown(small_site) -> None:
    maker = editor_of(small_site.blog)
    _link, token = make_link(small_site.post, maker, DAY)
    Page.objects.filter(pk=small_site.post.pk).update(locked=True)
    open_link(token)


def test_only_who_may_edit_may_share(small_site, editor) -> None:
    blogger = editor_of(small_site.blog)
    assert may_share(editor, small_site.post)
    assert may_share(blogger, small_site.post)
    assert not may_share(blogger, small_site.project)
    assert not may_share(EditorFactory(is_superuser=False), small_site.post)


def test_it_is_noted_once_a_minute_that_a_link_was_used(small_site, editor) -> None:
    _link, token = make_link(small_site.post, editor, DAY)
    watch_link(token)
    first = ShareLink.objects.get().last_seen_at
    assert first is not None
    with CaptureQueriesContext(connection) as queries:
        watch_link(token)
    assert not any("UPDATE" in query["sql"] for query in queries)
    ShareLink.objects.update(last_seen_at=first - timedelta(minutes=2))
    watch_link(token)
    assert ShareLink.objects.get().last_seen_at >= first


def test_links_that_ended_long_ago_are_forgotten_and_no_others(small_site, editor) -> None:
    now = timezone.now()
    for label, expired_for in {"long ago": KEEP_ENDED + DAY, "lately": KEEP_ENDED - DAY, "not yet": -DAY}.items():
        link, _token = make_link(small_site.post, editor, DAY, label)
        ShareLink.objects.filter(pk=link.pk).update(expires_at=now - expired_for)
    make_link(small_site.post, editor, DAY, "new")
    assert set(ShareLink.objects.values_list("label", flat=True)) == {"lately", "not yet", "new"}


def test_a_link_is_no_use_of_its_page(small_site, editor) -> None:
    """Else the admin would warn of it whenever the page is deleted."""
    make_link(small_site.post, editor, DAY)
    assert not ReferenceIndex.get_references_to(small_site.post).exists()
