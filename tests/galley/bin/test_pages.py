"""Deleted pages: where they are no longer seen, who restores them, and that nothing of them is lost."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from modelsearch.index import insert_or_update_object
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import (
    Comment,
    Page,
    PageViewRestriction,
    Revision,
    Site,
    TaskState,
    Workflow,
    WorkflowState,
)
from wagtail.search.models import IndexEntry

from blog.models import BlogPostPage
from galley.bin.models import BinItem
from galley.bin.pages import move_page_to_bin, restore_page
from galley.bin.views import delete_expired
from tests.factories import BlogPostPageFactory, EditorFactory, SmallSite

pytestmark = pytest.mark.django_db


def member_of(*names: str):
    user = EditorFactory(is_superuser=False)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def delete(user, page: Page, **data: str):
    return client_of(user).post(reverse("wagtailadmin_pages:delete", args=[page.pk]), data)


def undo(user, follow: bool = True):
    return client_of(user).post(reverse("bin_undo", args=[BinItem.objects.get().pk]), follow=follow)


def test_a_deleted_page_is_gone_at_once_and_comes_back_where_it_was(
    client: Client, small_site: SmallSite, editor
) -> None:
    url = small_site.post.url
    other = BlogPostPageFactory(parent=small_site.blog)
    assert client.get(url).status_code == 200
    response = client_of(editor).post(reverse("wagtailadmin_pages:delete", args=[small_site.post.pk]), follow=True)
    assert "is in the bin." in response.text
    assert reverse("bin_undo", args=[BinItem.objects.get().pk]) in response.text
    assert client.get(url).status_code == 404
    assert small_site.post.title not in client.get(small_site.blog.url).text
    assert not BlogPostPage.objects.live().filter(pk=small_site.post.pk).exists()
    assert url not in client.get("/sitemap.xml").text
    assert not Redirect.objects.exists()
    assert f"is restored at {url}" in undo(editor).text
    assert client.get(url).status_code == 200
    assert [page.pk for page in small_site.blog.get_children()] == [small_site.post.pk, other.pk]
    assert not BinItem.objects.exists()
    assert Page.objects.filter(depth=1).count() == 1


def test_all_that_belongs_to_a_page_is_there_again(small_site: SmallSite, editor) -> None:
    blog, post = small_site.blog, small_site.post
    draft = BlogPostPageFactory(parent=blog, live=False)
    post.tags.add("ink")
    post.save_revision(user=editor).publish()
    post.title = "Not published yet"
    revision = post.save_revision(user=editor)
    tomorrow = timezone.now() + timedelta(days=1)
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=tomorrow)
    Comment.objects.create(page=post, user=editor, text="Why?", contentpath="title")
    PageViewRestriction.objects.create(page=post, restriction_type="login")
    Redirect.add_redirect("/former/", post)
    draft.save_revision()
    Workflow.objects.first().start(draft.specific, editor)
    former = Page.objects.get(pk=post.pk)
    state = WorkflowState.objects.get()
    item = move_page_to_bin(blog, editor)
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
    assert not TaskState.objects.filter(status="in_progress").exists()
    restored = restore_page(item, editor)
    assert restored.notes == []
    assert Page.objects.filter(pk__in=[blog.pk, post.pk, draft.pk], live=True).count() == 2
    page = Page.objects.get(pk=post.pk)
    for name in ("url_path", "slug", "title", "live", "has_unpublished_changes", "live_revision_id"):
        assert getattr(page, name) == getattr(former, name)
    assert Revision.objects.get(pk=revision.pk).approved_go_live_at == tomorrow
    assert [tag.name for tag in BlogPostPage.objects.get(pk=post.pk).tags.all()] == ["ink"]
    assert page.wagtail_admin_comments.get().text == "Why?"
    assert page.get_view_restrictions()
    assert Redirect.objects.get().link == post.url
    assert WorkflowState.objects.get().status == state.status
    assert TaskState.objects.get().status == "in_progress"


def test_what_was_due_meanwhile_comes_back_as_a_draft(small_site: SmallSite, editor) -> None:
    draft = BlogPostPageFactory(parent=small_site.blog, live=False)
    due = draft.save_revision()
    soon = timezone.now() + timedelta(days=1)
    Revision.objects.filter(pk=due.pk).update(approved_go_live_at=soon)
    BlogPostPage.objects.filter(pk=small_site.post.pk).update(expire_at=soon)
    item = move_page_to_bin(small_site.blog, editor)
    passed = timezone.now() - timedelta(days=1)
    item.data["scheduled"] = {str(due.pk): passed.isoformat()}
    item.save()
    BlogPostPage.objects.filter(pk=small_site.post.pk).update(expire_at=passed)
    notes = restore_page(item, editor).notes
    assert len(notes) == 2
    assert all("is a draft now" in note for note in notes)
    assert not Page.objects.get(pk=small_site.post.pk).live
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()


@pytest.mark.nightly
def test_a_new_page_may_take_the_address(client: Client, small_site: SmallSite, editor) -> None:
    slug, url = small_site.post.slug, small_site.post.url
    small_site.post.save_revision()
    delete(editor, small_site.post)
    BlogPostPageFactory(parent=small_site.blog, slug=slug, title="The new one")
    assert "The new one" in client.get(url).text
    assert f"ends in “{slug}-2”" in undo(editor).text
    assert "The new one" in client.get(url).text
    restored = BlogPostPage.objects.get(pk=small_site.post.pk)
    assert restored.slug == restored.get_latest_revision_as_object().slug == f"{slug}-2"
    assert client.get(restored.url).status_code == 200


@pytest.mark.nightly
def test_two_deleted_pages_with_the_same_slug_are_both_restored(small_site: SmallSite, editor) -> None:
    slug = "home"  # the slug of the path of the site's first page
    pages = []
    for _ in range(2):
        page = BlogPostPageFactory(parent=small_site.blog, slug=slug)
        pages.append(page)
        item = move_page_to_bin(page, editor)
        assert Page.objects.get(pk=page.pk).get_url() is None
    for item in list(BinItem.objects.order_by("pk")):
        restore_page(item, editor)
    assert [Page.objects.get(pk=page.pk).slug for page in pages] == ["home", "home-2"]


def test_pages_in_the_bin_are_nowhere_in_the_admin(small_site: SmallSite, editor) -> None:
    small_site.post.title = small_site.post.draft_title = "Quoins"
    small_site.post.save_revision(user=editor).publish()
    delete(editor, small_site.post)
    client = client_of(editor)
    client.get(reverse("bin"))  # it shows the message that names the page
    root = Page.objects.get(path="0001")
    for address in (
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_explore", args=[root.pk]),
        reverse("wagtailadmin_explore", args=[small_site.blog.pk]),
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailadmin_pages:search") + "?q=quoins",
        reverse("wagtailadmin_choose_page_search") + "?q=quoins",
        reverse("wagtailadmin_choose_page"),
        reverse("calendar"),
    ):
        response = client.get(address, follow=True)
        assert response.status_code == 200
        results = response.json()["html"] if "json" in response["Content-Type"] else response.text
        assert "Quoins" not in results, address
    for name in ("edit", "delete", "copy", "unpublish"):
        address = reverse(f"wagtailadmin_pages:{name}", args=[small_site.post.pk])
        assert client.get(address).status_code in (302, 403, 404)
    address = reverse("wagtailadmin_pages:move_confirm", args=[small_site.post.pk, small_site.blog.pk])
    assert client.post(address).url == reverse("bin")
    response = client.get(reverse("wagtailadmin_pages:edit", args=[small_site.post.pk]), follow=True)
    assert response.redirect_chain == [(reverse("bin"), 302)]
    assert "restore it to go on" in response.text


def test_a_page_is_not_copied_under_one_that_was_deleted_meanwhile(small_site: SmallSite, editor) -> None:
    delete(editor, small_site.blog)
    copy = reverse("wagtailadmin_pages:copy", args=[small_site.about.pk])
    for parent in (small_site.blog.pk, 10**9):
        form = {"new_title": "Again", "new_slug": "again", "new_parent_page": parent}
        response = client_of(editor).post(copy, form, follow=True)
        assert response.redirect_chain == [(copy, 302)]
        assert "Nothing was copied: choose another." in response.text
    assert not Page.objects.filter(slug="again").exists()


def test_who_might_delete_a_page_may_restore_it(small_site: SmallSite) -> None:
    author, editor, chief = member_of("Authors"), member_of("Editors"), member_of("Chief editors")
    own = BlogPostPage(title="Own", slug="own", live=False, owner=author)
    small_site.blog.add_child(instance=own)
    assert delete(author, small_site.post).status_code == 302
    assert not BinItem.objects.exists()
    delete(author, own)
    delete(editor, small_site.post)
    seen = {user: client_of(user).get(reverse("bin")).context["object_list"] for user in (author, editor, chief)}
    assert [item.title for item in seen[author]] == ["Own"]
    assert len(seen[editor]) == len(seen[chief]) == 2
    item = BinItem.objects.get(object_id=small_site.post.pk)
    for address in ("bin_restore", "bin_delete"):
        assert client_of(author).post(reverse(address, args=[item.pk])).status_code in (302, 403)
    client_of(author).post(reverse("bin_undo", args=[item.pk]))
    client_of(author).post(reverse("bin_empty"), {"newest": str(item.pk)})
    assert list(BinItem.objects.all()) == [item]
    client_of(editor).post(reverse("bin_restore", args=[item.pk]))
    assert Page.objects.get(pk=small_site.post.pk).live
    assert not Page.objects.filter(pk=own.pk).exists()


@pytest.mark.nightly
def test_a_page_whose_place_is_gone_comes_back_elsewhere_as_a_draft(small_site: SmallSite, editor) -> None:
    post = move_page_to_bin(small_site.post, editor)
    blog = move_page_to_bin(small_site.blog, editor)
    client = client_of(editor)
    response = client.get(reverse("bin_restore", args=[post.pk]))
    assert "which is in the bin, too" in response.text
    assert reverse("bin_restore", args=[blog.pk]) in response.text
    client.post(reverse("bin_delete", args=[blog.pk]), {"newest": blog.pk})
    assert not Page.objects.filter(pk=small_site.blog.pk).exists()
    response = client.post(reverse("bin_restore", args=[post.pk]), {"place": small_site.portfolio.pk})
    assert "Choose another" in response.text
    other = type(small_site.blog)(title="Other", slug="other")
    small_site.home.add_child(instance=other)
    response = client.post(reverse("bin_restore", args=[post.pk]), {"place": other.pk}, follow=True)
    assert "It is a draft now" in response.text
    page = Page.objects.get(pk=small_site.post.pk)
    assert not page.live
    assert page.get_parent().pk == other.pk


def test_several_pages_are_deleted_and_restored_together(small_site: SmallSite, editor) -> None:
    client = client_of(editor)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    query = f"?next=/admin/&id={small_site.post.pk}&id={small_site.project.pk}"
    assert "It goes into the bin for 30 days" in client.get(address + query).text
    response = client.post(address + query, follow=True)
    assert "2 items are in the bin." in response.text
    assert Page.objects.filter(pk__in=[small_site.post.pk, small_site.project.pk], live=True).count() == 0
    client.post(reverse("bin_undo", args=[",".join(str(item.pk) for item in BinItem.objects.all())]))
    assert Page.objects.filter(pk__in=[small_site.post.pk, small_site.project.pk], live=True).count() == 2


def test_the_first_page_of_a_site_stays(small_site: SmallSite, editor) -> None:
    response = client_of(editor).post(reverse("wagtailadmin_pages:delete", args=[small_site.home.pk]), follow=True)
    assert "can’t be deleted: the site" in response.text
    assert Site.objects.get().root_page.live
    assert not BinItem.objects.exists()


def test_the_bin_is_emptied_after_its_days(small_site: SmallSite, editor) -> None:
    old, new = (move_page_to_bin(page, editor) for page in (small_site.post, small_site.project))
    BinItem.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    assert delete_expired() == 1
    assert list(BinItem.objects.all()) == [new]
    assert not Page.objects.filter(pk=small_site.post.pk).exists()
    assert not Revision.objects.filter(object_id=str(small_site.post.pk)).exists()
    assert Page.objects.filter(depth=1).count() == 2


def test_the_search_index_forgets_what_was_deleted(small_site: SmallSite) -> None:
    insert_or_update_object(small_site.post)
    gone = IndexEntry.objects.get(content_type__model="blogpostpage")
    IndexEntry.objects.filter(pk=gone.pk).update(object_id="999")
    insert_or_update_object(small_site.post)
    call_command("empty_bin", verbosity=0)
    assert [entry.object_id for entry in IndexEntry.objects.filter(content_type__model="blogpostpage")] == [
        str(small_site.post.pk)
    ]


def test_emptying_asks_and_leaves_what_came_later(small_site: SmallSite, editor) -> None:
    client = client_of(editor)
    assert "The bin is empty. Pages" in client.get(reverse("bin")).text
    first = move_page_to_bin(small_site.post, editor)
    asked = client.get(reverse("bin_empty"))
    assert "It can’t be undone." in asked.text
    later = move_page_to_bin(small_site.project, editor)
    client.post(reverse("bin_empty"), {"newest": asked.context["newest"]})
    assert list(BinItem.objects.all()) == [later]
    assert not Page.objects.filter(pk=first.object_id).exists()
    page = client.get(reverse("bin")).text
    assert "Was in" in page
    assert small_site.portfolio.title in page
    assert date_format(timezone.localtime(later.until)) in page


def test_a_deleted_page_is_not_among_the_recent_edits(small_site: SmallSite, editor) -> None:
    for page in (small_site.post, small_site.about):
        page.save_revision(user=editor, log_action=True)
    address = reverse("wagtailadmin_pages:edit", args=[small_site.post.pk])
    assert address in client_of(editor).get("/admin/").text
    delete(editor, small_site.post)
    dashboard = client_of(editor).get("/admin/").text
    assert address not in dashboard
    assert reverse("wagtailadmin_pages:edit", args=[small_site.about.pk]) in dashboard


@pytest.mark.parametrize(
    "name", ["edit", "lock", "unlock", "set_privacy", "history", "revisions_index", "workflow_history", "usage"]
)
def test_superusers_are_led_from_a_deleted_page_to_the_bin(small_site: SmallSite, admin_user, name: str) -> None:
    address = reverse(f"wagtailadmin_pages:{name}", args=[small_site.post.pk])
    client = client_of(admin_user)
    assert client.get(address, follow=True).request["PATH_INFO"] != reverse("bin")
    delete(admin_user, small_site.post)
    for method in (client.get, client.post):
        assert method(address).headers["location"] == reverse("bin")
    small_site.post.refresh_from_db()
    assert not small_site.post.locked
    assert reverse("wagtailadmin_login") in Client().get(address).headers["location"]
