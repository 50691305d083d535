"""Who saves a page later than somebody else replaces nothing, and loses nothing."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from wagtail.models import COMMENTS_RELATION_NAME, Comment, Page, PageLogEntry, Revision
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from blog.models import BlogPostPage, PostAuthor
from galley.history.models import OvertakenRevision
from galley.history.thinning import thin_revisions
from tests.conftest import SmallSite
from tests.factories import AuthorFactory
from tests.galley.history.desks import Window, newest, stored, texts
from tests.galley.preview.conftest import markdown

pytestmark = pytest.mark.django_db


ACTIONS = ["", "action-publish", "action-submit"]


@pytest.mark.parametrize(
    ("first", "action"),
    [("", ""), ("", "action-publish"), ("", "action-submit"), ("action-publish", "action-publish"), ("autosave", "")],
)
@pytest.mark.by_day(1, 4)
def test_who_comes_later_replaces_nothing(
    post: BlogPostPage, anna: Window, ben: Window, first: str, action: str
) -> None:
    if first == "autosave":
        assert anna.type(body=markdown("Anna's"))["success"]
    else:
        anna.save(first, body=markdown("Anna's"))
    response = ben.save(action, body=markdown("Ben's"))
    assert texts(post) == ["Anna's"]
    assert ["Ben's"] in stored(post)
    late = OvertakenRevision.objects.get()
    assert (late.revision.user, late.base.as_object().body[0].value) == (ben.user, "Opened")
    assert response.headers["Location"] == late.merge_address
    post.refresh_from_db()
    assert post.body[0].value == ("Anna's" if first == "action-publish" else "Opened")
    assert not post.current_workflow_state


def test_a_scheduled_version_that_comes_later_is_not_scheduled(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    ben.save("action-publish", body=markdown("Ben's"), go_live_at="2050-01-01 12:00")
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    assert texts(post) == ["Anna's"]
    assert OvertakenRevision.objects.get().revision.as_object().go_live_at


def test_autosave_that_comes_later_is_stored_beside(post: BlogPostPage, anna: Window, ben: Window) -> None:
    assert anna.type(body=markdown("Anna's"))["success"]
    answer = ben.type(body=markdown("Ben's"))
    assert (answer["success"], answer["error_code"]) == (False, "invalid_revision")
    assert "Your text is in the page's history." in answer["error_message"]
    assert texts(post) == ["Anna's"]
    assert OvertakenRevision.objects.get().revision.as_object().body[0].value == "Ben's"


def test_what_follows_an_autosave_is_the_only_version_to_merge(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.type(body=markdown("Anna's"))
    ben.type(body=markdown("Ben's"))
    ben.save(body=markdown("Ben's, and more"))
    assert [late.revision.as_object().body[0].value for late in OvertakenRevision.objects.all()] == ["Ben's, and more"]
    assert ["Ben's"] in stored(post)


@pytest.mark.nightly
def test_other_words_in_another_window_are_merged_as_well(post: BlogPostPage, anna: Window) -> None:
    left, right = Window(post), Window(post)
    right.user = left.user
    right.client = left.client
    anna.type(body=markdown("Anna's"))
    left.save(body=markdown("Left"))
    right.save(body=markdown("Right"))
    assert OvertakenRevision.objects.count() == 2


def test_two_windows_of_one_person_replace_nothing_either(post: BlogPostPage, anna: Window) -> None:
    other = Window(post, anna.user)
    anna.save(body=markdown("First window"))
    other.save(body=markdown("Second window"))
    assert texts(post) == ["First window"]
    assert OvertakenRevision.objects.get().revision.user == anna.user


def test_one_window_saves_after_its_own_autosaves(post: BlogPostPage, anna: Window) -> None:
    for text in ("O", "On", "One"):
        assert anna.type(body=markdown(text))["success"]
    anna.save(body=markdown("One more"))
    assert texts(post) == ["One more"]
    anna.open().save("action-publish", body=markdown("Public"))
    post.refresh_from_db()
    assert post.body[0].value == "Public"
    assert not OvertakenRevision.objects.exists()


def test_a_version_that_changes_nothing_stops_nobody(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save("action-publish", body=markdown("Opened"))
    assert ben.save(body=markdown("Ben's")).headers["Location"] == ben.address
    assert texts(post) == ["Ben's"]
    assert not OvertakenRevision.objects.exists()


@pytest.mark.nightly
def test_words_of_one_person_that_have_been_typed_on_are_not_asked_about(post: BlogPostPage, anna: Window) -> None:
    """The answer to an autosave may have been lost on its way."""
    other = Window(post, anna.user)
    anna.type(body=markdown("Opened by Ann"))
    other.save(body=markdown("Opened by Anna"))
    assert texts(post) == ["Opened by Anna"]


@pytest.mark.nightly
def test_words_of_another_person_are_asked_about(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.type(body=markdown("Opened by Ann"))
    ben.save(body=markdown("Opened by Anna"))
    assert texts(post) == ["Opened by Ann"]


def test_what_somebody_has_opened_is_not_overwritten(post: BlogPostPage, anna: Window) -> None:
    first = anna.type(body=markdown("One"))["revision_id"]
    ben = Window(post)
    assert anna.type(body=markdown("One, two"))["revision_id"] != first
    ben.save(body=markdown("One, and Ben's"))
    assert OvertakenRevision.objects.get().base_id == first
    assert OvertakenRevision.objects.get().base.as_object().body[0].value == "One"


def test_a_base_that_is_not_stored_any_more_is_unknown(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    Revision.objects.filter(pk=ben.loaded["loaded_revision_id"]).delete()
    ben.save(body=markdown("Ben's"))
    assert OvertakenRevision.objects.get().base is None
    assert texts(post) == ["Anna's"]


@pytest.mark.parametrize("pk", ["x", "-1", "9" * 30, "1 OR 1"])
@pytest.mark.by_day(0)
def test_a_strange_revision_in_the_form_replaces_nothing(
    post: BlogPostPage, anna: Window, ben: Window, pk: str
) -> None:
    anna.save(body=markdown("Anna's"))
    ben.loaded["loaded_revision_id"] = pk
    ben.save(body=markdown("Ben's"))
    assert texts(post) == ["Anna's"]
    assert OvertakenRevision.objects.get().base is None


def test_a_page_without_versions_gets_one_when_it_is_opened(small_site: SmallSite) -> None:
    page = small_site.about
    assert not page.latest_revision
    anna, ben = Window(page), Window(page)
    assert Revision.objects.for_instance(page).count() == 1
    anna.save(body=markdown("Anna's"))
    ben.save(body=markdown("Ben's"))
    assert texts(page) == ["Anna's"]
    assert not PageLogEntry.objects.filter(user=None, page=page, action="wagtail.edit").exists()


def test_a_form_with_errors_still_replaces_nothing(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    response = ben.save(body=markdown("Ben's"), canonical_url="no address")
    shown = response.content.decode()
    assert "A newer version was saved meanwhile." in shown
    assert "Enter a valid URL." in shown
    assert f'name="loaded_revision_id" value="{ben.loaded["loaded_revision_id"]}"' in shown
    assert f'value="{ben.loaded["loaded_revision_created_at"]}"' in shown
    assert texts(post) == ["Anna's"]
    ben.save(body=markdown("Ben's"))
    assert texts(post) == ["Anna's"]
    assert ["Ben's"] in stored(post)


def test_what_is_valid_in_an_autosave_is_stored_beside(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    answer = ben.type(body=markdown("Ben's"), canonical_url="no address")
    assert answer["error_code"] == "invalid_revision"
    assert ["Ben's"] in stored(post)
    assert texts(post) == ["Anna's"]


@pytest.mark.nightly
def test_what_lacks_a_required_field_is_stored_too(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    ben.save("action-publish", body=markdown("Ben's"), title="")
    assert ["Ben's"] in stored(post)
    assert texts(post) == ["Anna's"]


def test_rows_of_the_late_form_are_stored(post: BlogPostPage, anna: Window, ben: Window) -> None:
    ann, bob = AuthorFactory(), AuthorFactory()
    anna.save(post_authors=inline_formset([{"author": ann.pk}]))
    ben.save(post_authors=inline_formset([{"author": bob.pk}]))
    late = OvertakenRevision.objects.get().revision.as_object()
    assert [row.author for row in late.post_authors.all()] == [bob]
    assert [row.author for row in newest(post).post_authors.all()] == [ann]


@pytest.mark.nightly
def test_rows_that_somebody_has_deleted_are_stored(post: BlogPostPage, anna: Window) -> None:
    ann = AuthorFactory()
    post.post_authors = [PostAuthor(author=ann)]
    post.save_revision().publish()
    row = PostAuthor.objects.get()
    ben = Window(post)
    deleted = inline_formset([{"id": row.pk, "author": ann.pk, "DELETE": "1"}], initial=1)
    anna.open().save("action-publish", body=markdown("Anna's"), post_authors=deleted)
    assert not PostAuthor.objects.exists()
    rows = inline_formset([{"id": row.pk, "author": ann.pk}], initial=1)
    assert ben.save(body=markdown("Ben's"), post_authors=rows).status_code == 302
    late = OvertakenRevision.objects.get().revision.as_object()
    assert [each.author for each in late.post_authors.all()] == [ann]


@pytest.mark.nightly
def test_rows_that_exist_are_changed(post: BlogPostPage) -> None:
    """Rows of a published version have ids, though its revision was stored before they had."""
    ann, bob = AuthorFactory(), AuthorFactory()
    post.post_authors = [PostAuthor(author=ann)]
    post.save_revision().publish()
    row = PostAuthor.objects.get()
    anna, ben = Window(post), Window(post)
    anna.save(body=markdown("Anna's"))
    ben.save(post_authors=inline_formset([{"id": row.pk, "author": bob.pk}], initial=1))
    late = OvertakenRevision.objects.get().revision.as_object()
    assert [each.author for each in late.post_authors.all()] == [bob]
    assert [each.author for each in newest(post).post_authors.all()] == [ann]


@pytest.mark.nightly
def test_a_comment_that_was_deleted_meanwhile_stays_deleted(post: BlogPostPage, anna: Window) -> None:
    comment = Comment.objects.create(page=post, user=anna.user, text="Gone", contentpath="title")
    ben = Window(post)
    anna.save(body=markdown("Anna's"))
    row = {"id": comment.pk, "contentpath": "title", "text": "Gone", "position": "", "replies": inline_formset([])}
    comment.delete()
    comments = nested_form_data({"comments": inline_formset([row], initial=1)})
    form = ben.form(body=markdown("Ben's")) | {name: [str(value)] for name, value in comments.items()}
    assert ben.client.post(ben.address, form).headers["Location"] == OvertakenRevision.objects.get().merge_address
    assert not Comment.objects.exists()


def test_comments_of_the_late_form_are_saved(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    comment = {"id": "", "contentpath": "title", "text": "Is that so?", "position": "", "replies": inline_formset([])}
    comments = nested_form_data({"comments": inline_formset([comment])})
    form = ben.form(body=markdown("Ben's")) | {name: [str(value)] for name, value in comments.items()}
    ben.client.post(ben.address, form)
    assert [each.text for each in getattr(newest(post), COMMENTS_RELATION_NAME).all()] == ["Is that so?"]


def test_a_page_that_was_locked_meanwhile_is_not_changed(post: BlogPostPage, anna: Window, ben: Window) -> None:
    Page.objects.filter(pk=post.pk).update(locked=True, locked_by=anna.user, locked_at=timezone.now())
    response = ben.save(body=markdown("Ben's"))
    assert response.headers["Location"] == OvertakenRevision.objects.get().merge_address
    assert ["Ben's"] in stored(post)
    assert texts(post) == ["Opened"]
    assert "The page is locked." in ben.compare().content.decode()


def test_a_page_that_was_moved_meanwhile_takes_the_late_version(
    post: BlogPostPage, small_site: SmallSite, ben: Window
) -> None:
    Page.objects.get(pk=post.pk).move(small_site.home, pos="last-child")
    ben.save(body=markdown("Ben's"))
    assert texts(post) == ["Ben's"]
    assert Page.objects.get(pk=post.pk).get_parent().pk == small_site.home.pk


def test_reverting_to_an_old_version_replaces_nothing_newer(post: BlogPostPage, anna: Window, ben: Window) -> None:
    old = Revision.objects.for_instance(post).earliest("pk")
    anna.save(body=markdown("Anna's"))
    ben.save(address=f"/admin/pages/{post.pk}/revisions/{old.pk}/revert/", body=markdown("Ben's"))
    assert texts(post) == ["Anna's"]
    assert OvertakenRevision.objects.get().revision.as_object().body[0].value == "Ben's"


@pytest.mark.nightly
def test_reverting_the_version_that_was_seen_replaces_it(post: BlogPostPage, anna: Window) -> None:
    old = Revision.objects.for_instance(post).earliest("pk")
    anna.save(body=markdown("Anna's"))
    ben = Window(post)
    ben.save(address=f"/admin/pages/{post.pk}/revisions/{old.pk}/revert/", body=markdown("Opened"))
    assert texts(post) == ["Opened"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.by_day(1)
def test_a_version_that_is_saved_at_the_same_time_is_not_replaced(
    post: BlogPostPage, anna: Window, ben: Window, action: str
) -> None:
    """When Ben's request has read the page, Anna's is faster."""
    lock = Page.objects.select_for_update
    requests = [lambda: anna.save(body=markdown("Anna's"))]

    def let_anna_save() -> Any:
        if requests:
            requests.pop()()
        return lock()

    with mock.patch.object(type(Page.objects), "select_for_update", side_effect=let_anna_save):
        ben.save(action, body=markdown("Ben's"))
    assert texts(post) == ["Anna's"]
    assert ["Ben's"] in stored(post)
    post.refresh_from_db()
    assert post.body[0].value == "Opened"


def test_the_late_version_stands_in_the_history(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    ben.save(body=markdown("Ben's"))
    history = anna.client.get(f"/admin/pages/{post.pk}/history/").content.decode()
    assert history.count("Not merged yet") == 1
    assert OvertakenRevision.objects.get().merge_address in history


def test_its_author_is_reminded_in_the_editor_and_nobody_else(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    ben.save(body=markdown("Ben's"))
    reminder = "A version of yours isn’t part of this draft yet."
    assert reminder in ben.client.get(ben.address).content.decode()
    assert reminder not in anna.client.get(anna.address).content.decode()


def test_the_late_version_is_not_thinned_out(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    ben.save(body=markdown("Ben's"))
    Revision.objects.update(created_at=timezone.now() - timedelta(days=400))
    thin_revisions()
    assert ["Ben's"] in stored(post)


def test_an_alias_takes_no_form(post: BlogPostPage, anna: Window, ben: Window) -> None:
    alias = post.create_alias(update_slug="alias")
    assert anna.save(address=f"/admin/pages/{alias.pk}/edit/").status_code == 405
    assert anna.client.get(f"/admin/pages/{alias.pk}/edit/").status_code == 200


def test_somebody_without_permission_stores_nothing(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    type(ben.user).objects.filter(pk=ben.user.pk).update(is_superuser=False)
    ben.save(body=markdown("Ben's"))
    assert ["Ben's"] not in stored(post)
