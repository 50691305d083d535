"""Two people merge what both have written."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page, PageLogEntry, Revision
from wagtail.test.utils.form_data import inline_formset

from blog.models import BlogPostPage
from galley.history.models import OvertakenRevision, VersionName
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, EditorFactory, SiteImageFactory
from tests.galley.history.desks import Window, newest, texts
from tests.galley.preview.conftest import markdown

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(anna: Window, ben: Window) -> OvertakenRevision:
    """Ben's version, after Anna has changed the same paragraph and the title."""
    anna.save(body=markdown("Anna's"), title="Anna's title")
    ben.save(body=markdown("Ben's"), excerpt="Ben's excerpt")
    return OvertakenRevision.objects.get()


def test_both_versions_are_shown_and_what_differs_is_marked(late: OvertakenRevision, ben: Window) -> None:
    shown = ben.compare().content.decode()
    assert "While you were writing, Anna Berg saved this page" in shown
    assert ">Anna&#x27;s</mark>" in shown
    assert ">Ben&#x27;s</mark>" in shown
    assert "Choose in one place: both versions have changed it" in shown
    assert "2 changes are taken, as only one of the versions has them" in shown
    assert shown.count("Take both, the current draft’s first") == 1


@pytest.mark.nightly
def test_pictures_and_names_of_versions_are_shown(anna: Window, ben: Window, late: OvertakenRevision) -> None:
    assert "is called" not in ben.compare().content.decode()
    VersionName.objects.create(revision=late.revision, name="Ben's <cut>")
    VersionName.objects.create(revision=newest(anna.page).latest_revision, name="Anna's")
    image = SiteImageFactory(title="A press")
    anna.open().save(body=markdown("Anna's"), lead_image=str(image.pk))
    shown = ben.compare().content.decode()
    assert f'src="{image.get_rendition("max-165x165").url}"' in shown
    assert "The other version is called “Ben&#x27;s &lt;cut&gt;”." in shown
    assert "The current draft is called" not in shown  # it is another one by now


@pytest.mark.parametrize(
    ("choice", "text"),
    [("theirs", "Anna's"), ("mine", "Ben's"), ("both", "Anna's\n\nBen's"), (None, "Anna's\n\nBen's")],
)
@pytest.mark.by_day(1, 3)
def test_what_is_chosen_becomes_the_draft(
    post: BlogPostPage, late: OvertakenRevision, ben: Window, choice: str | None, text: str
) -> None:
    before = Revision.objects.count()
    response = ben.use(ben.compare(), **({"Body, Markdown": choice} if choice else {}))
    assert response.headers["Location"] == ben.address
    draft = newest(post)
    assert texts(post) == [text]
    assert (draft.title, draft.excerpt) == ("Anna's title", "Ben's excerpt")
    assert draft.latest_revision.user == ben.user
    assert Revision.objects.count() == before + 1
    assert not OvertakenRevision.objects.exists()
    assert PageLogEntry.objects.filter(revision=draft.latest_revision, user=ben.user).exists()
    post.refresh_from_db()
    assert (post.title, post.has_unpublished_changes) != ("Anna's title", False)


def test_what_was_taken_without_asking_can_be_chosen_too(
    post: BlogPostPage, late: OvertakenRevision, ben: Window
) -> None:
    ben.use(ben.compare(), **{"Title": "mine", "Excerpt": "theirs"})
    assert (newest(post).title, newest(post).excerpt) == (post.title, "")


def test_nothing_chosen_where_it_has_to_be_gets_a_sentence(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(title="Anna's title")
    ben.save(title="Ben's title")
    response = ben.use(ben.compare(), Title="")
    assert "Choose what to take." in response.content.decode()
    assert newest(post).title == "Anna's title"
    assert "valid choice" in ben.use(ben.compare(), Title="both").content.decode()
    ben.use(ben.compare(), Title="mine")
    assert newest(post).title == "Ben's title"


def test_a_draft_that_was_saved_meanwhile_is_compared_again(
    post: BlogPostPage, late: OvertakenRevision, anna: Window, ben: Window
) -> None:
    shown = ben.compare()
    anna.open().save(body=markdown("Anna's, again"), title="Anna's title")
    response = ben.use(shown, **{"Body, Markdown": "mine"})
    assert "The draft was saved again while you were choosing." in response.content.decode()
    assert "again" in response.content.decode()
    assert texts(post) == ["Anna's, again"]
    ben.use(response, **{"Body, Markdown": "mine"})
    assert texts(post) == ["Ben's"]


def test_three_people_lose_nothing(post: BlogPostPage, anna: Window, ben: Window) -> None:
    eve = Window(post)
    anna.save(body=markdown("Anna's"))
    ben.save(body=markdown("Ben's"))
    eve.save(body=markdown("Eve's"))
    assert texts(post) == ["Anna's"]
    ben.use(ben.compare())
    assert texts(post) == ["Anna's\n\nBen's"]
    eve.use(eve.compare())
    assert texts(post) == ["Anna's\n\nBen's\n\nEve's"]


@pytest.mark.nightly
def test_whoever_was_first_comes_too_late_after_the_merge(post: BlogPostPage, anna: Window, ben: Window) -> None:
    assert anna.type(body=markdown("Opened", "Anna's"))["success"]
    ben.save(body=markdown("Opened by Ben"))
    ben.use(ben.compare())
    assert texts(post) == ["Opened by Ben", "Anna's"]
    anna.save(body=markdown("Opened", "Anna's, and more"))
    assert texts(post) == ["Opened by Ben", "Anna's"]
    shown = anna.compare()
    assert not shown.context["conflicts"]
    anna.use(shown)
    assert texts(post) == ["Opened by Ben", "Anna's, and more"]


@pytest.mark.nightly
def test_taking_nothing_saves_nothing(post: BlogPostPage, late: OvertakenRevision, ben: Window) -> None:
    latest = newest(post).latest_revision
    ben.use(ben.compare(), **{"Body, Markdown": "theirs", "Excerpt": "theirs"})
    assert newest(post).latest_revision == latest
    assert not OvertakenRevision.objects.exists()
    assert Revision.objects.filter(pk=late.revision_id).exists()


@pytest.mark.nightly
def test_a_version_that_was_published_meanwhile_stays_public(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save("action-publish", body=markdown("Anna's"))
    ben.save("action-publish", body=markdown("Ben's"))
    ben.use(ben.compare(), **{"Body, Markdown": "mine"})
    post.refresh_from_db()
    assert (post.live, post.body[0].value, post.has_unpublished_changes) == (True, "Anna's", True)
    assert texts(post) == ["Ben's"]


def test_rows_and_dates_are_merged(post: BlogPostPage, anna: Window, ben: Window) -> None:
    ann, bob = AuthorFactory(name="Ann"), AuthorFactory(name="Bob")
    anna.save(post_authors=inline_formset([{"author": ann.pk}]), date="2026-01-01")
    ben.save(post_authors=inline_formset([{"author": bob.pk}]), tags="ink, lead", date="2026-01-02")
    shown = ben.compare()
    assert "Jan" in shown.content.decode()
    ben.use(shown, Date="mine")
    draft = newest(post)
    assert [row.author.name for row in draft.post_authors.all()] == ["Ann", "Bob"]
    assert {tag.name for tag in draft.tags.all()} == {"ink", "lead"}
    assert str(draft.date) == "2026-01-02"
    Window(post).save("action-publish", title="Published", post_authors=inline_formset([]))


def test_blocks_of_every_kind_are_shown(post: BlogPostPage, anna: Window, ben: Window) -> None:
    blocks = [
        ("heading", {"text": "Heading", "level": "2"}),
        ("code", {"language": "python", "code": "print('Code')"}),
        ("callout", {"kind": "note", "title": "Callout", "text": '<p data-block-key="k">Called out</p>'}),
    ]
    page = BlogPostPage.objects.get()
    page.body = [{"type": name, "value": value, "id": name} for name, value in blocks]
    page.save_revision(user=anna.user)
    ben.save(body=markdown("Ben's"))
    shown = ben.compare().content.decode()
    assert all(text in shown for text in ("Heading", "print(", "Called out"))


@pytest.mark.nightly
def test_a_slug_that_is_taken_by_now_is_not_merged(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("Anna's"))
    ben.save(body=markdown("Ben's"), slug="new")
    other = BlogPostPage(title="Other", slug="new")
    post.get_parent().add_child(instance=other)
    ben.use(ben.compare())
    assert newest(post).slug == post.slug


@pytest.mark.nightly
def test_a_locked_page_is_compared_and_not_saved(
    post: BlogPostPage, late: OvertakenRevision, anna: Window, ben: Window
) -> None:
    Page.objects.filter(pk=post.pk).update(locked=True, locked_by=anna.user, locked_at=timezone.now())
    shown = ben.compare()
    assert "The page is locked." in shown.content.decode()
    assert "Use this version" not in shown.content.decode().replace("“Use this version”", "")
    assert ben.use(shown).status_code == 200
    assert texts(post) == ["Anna's"]
    Page.objects.filter(pk=post.pk).update(locked=False)
    ben.use(ben.compare(), **{"Body, Markdown": "mine"})
    assert texts(post) == ["Ben's"]


def test_a_version_that_is_merged_leads_to_the_editor(late: OvertakenRevision, ben: Window) -> None:
    shown = ben.compare()
    ben.use(shown)
    again = ben.use(shown)
    assert again.headers["Location"] == ben.address
    assert (
        "This version needn’t be merged any more." in ben.client.get(late.merge_address, follow=True).content.decode()
    )


def test_text_is_no_markup(post: BlogPostPage, anna: Window, ben: Window) -> None:
    anna.save(body=markdown("<script>anna()</script>"), title="<i>Anna</i>")
    ben.save(body=markdown("<script>ben()</script>"), title="<i>Ben</i>")
    shown = ben.compare().content.decode()
    assert "<script>anna" not in shown
    assert "<script>ben" not in shown
    assert "<i>" not in shown.split("<main")[1]


@pytest.mark.nightly
def test_others_than_its_author_may_merge_it(post: BlogPostPage, late: OvertakenRevision, anna: Window) -> None:
    shown = anna.client.get(late.merge_address)
    assert "sent a version of this page after Anna Berg had saved a newer one" in shown.content.decode()
    anna.use(shown)
    assert texts(post) == ["Anna's\n\nBen's"]


def test_who_may_not_edit_the_page_sees_and_saves_nothing(
    post: BlogPostPage, small_site: SmallSite, late: OvertakenRevision
) -> None:
    group = Group.objects.create(name="Portfolio")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    permission = Permission.objects.get(codename="change_page", content_type__app_label="wagtailcore")
    GroupPagePermission.objects.create(group=group, page=small_site.portfolio, permission=permission)
    user = EditorFactory(is_superuser=False)
    user.groups.add(group)
    client = Client()
    for _ in range(2):
        assert client.get(late.merge_address).status_code == 302
        assert client.post(late.merge_address, {"choice-0": "mine"}).status_code == 302
        client.force_login(user)
    assert OvertakenRevision.objects.exists()
    assert texts(post) == ["Anna's"]


def test_who_may_not_edit_a_field_takes_the_current_one(
    post: BlogPostPage, late: OvertakenRevision, ben: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    excerpt = next(panel for panel in BlogPostPage.content_panels if getattr(panel, "field_name", "") == "excerpt")
    monkeypatch.setattr(excerpt, "permission", "blog.nobody")
    BlogPostPage.get_edit_handler.cache_clear()
    monkeypatch.setattr(type(ben.user), "has_perm", lambda user, permission, *args: permission != "blog.nobody")
    shown = ben.compare()
    assert [field.label for field in shown.context["form"].fields.values()] == ["Title", "Body, Markdown"]
    ben.use(shown)
    BlogPostPage.get_edit_handler.cache_clear()
    assert newest(post).excerpt == ""


def test_what_is_not_there_is_not_found(late: OvertakenRevision, small_site: SmallSite, ben: Window) -> None:
    assert ben.client.get(f"/admin/pages/{small_site.about.pk}/revisions/{late.revision_id}/merge/").status_code == 404
    assert ben.client.get(f"/admin/pages/99999/revisions/{late.revision_id}/merge/").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_blocks(
    post: BlogPostPage, late: OvertakenRevision, ben: Window, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(60):
        ben.compare()


@pytest.mark.nightly
def test_a_markdown_block_of_200_kilobytes_is_merged_line_by_line(post: BlogPostPage, anna: Window) -> None:
    lines = [f"Line {number} of a long text, which goes on and on.\n" for number in range(4000)]
    anna.save(body=markdown("\n".join(lines)))
    ben = Window(post)
    anna.open().save(body=markdown("\n".join([*lines[:10], "Anna's\n", *lines[11:]])))
    ben.save(body=markdown("\n".join([*lines[:10], "Ben's\n", *lines[11:], "End"])))
    shown = ben.compare()
    assert len(shown.content) < 100_000
    ben.use(shown)
    assert "\n\nAnna's\n\nBen's\n\nLine 11 " in texts(post)[0]
    assert texts(post)[0].endswith("End")


@pytest.mark.nightly
def test_two_markdown_blocks_of_200_kilobytes_with_nothing_in_common(
    post: BlogPostPage, anna: Window, ben: Window
) -> None:
    one, other = ("\n\n".join(f"{word} {number} words" for number in range(10_000)) for word in ("One", "Other"))
    anna.save(body=markdown(one))
    ben.save(body=markdown(other))
    ben.use(ben.compare(), **{"Body, Markdown": "both"})
    assert texts(post) == [f"{one}\n\n{other}"]
