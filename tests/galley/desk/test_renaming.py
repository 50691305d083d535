"""Terms that are renamed or merged: nothing of their pages, drafts and addresses is lost."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models.signals import post_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import ModelLogEntry, ReferenceIndex

from blog.models import Author, AuthorLink, BlogPostPage, Category, PostAuthor, PostTag, Series, Tag
from galley.desk.renaming import merge
from galley.page_lists.apps import READ_NEWEST
from galley.page_lists.models import ListedValue
from galley.page_lists.newest import request_reading
from portfolio.models import Skill
from tests.conftest import SmallSite
from tests.factories import AuthorFactory, BlogIndexPageFactory, BlogPostPageFactory

pytestmark = pytest.mark.django_db


def write(small_site: SmallSite, title: str, *tags: str, live: bool = True) -> BlogPostPage:
    post = BlogPostPageFactory(parent=small_site.blog, title=title, live=live)
    post.tags.add(*tags)
    post.save_revision()
    post.save()
    return post


def tags_of(post: BlogPostPage) -> list[str]:
    return sorted(BlogPostPage.objects.get(pk=post.pk).tags.names())


def test_pages_with_one_or_both_have_the_other_once(small_site: SmallSite, django_capture_on_commit_callbacks) -> None:
    one, both = write(small_site, "One", "ink", "paper"), write(small_site, "Both", "ink", "lead")
    ink, lead = Tag.objects.get(name="ink"), Tag.objects.get(name="lead")
    with django_capture_on_commit_callbacks(execute=True):
        assert merge(ink, lead) == 2
    assert (tags_of(one), tags_of(both)) == (["lead", "paper"], ["lead"])
    assert PostTag.objects.filter(content_object=both).count() == 1
    assert not Tag.objects.filter(name="ink").exists()
    assert ReferenceIndex.get_references_to(lead).filter(object_id=str(one.pk)).exists()


@pytest.fixture
def _lists_read_newest() -> Iterator[None]:
    post_save.connect(request_reading, dispatch_uid=READ_NEWEST)
    yield
    post_save.disconnect(dispatch_uid=READ_NEWEST)


@pytest.mark.usefixtures("_lists_read_newest")
def test_drafts_and_old_versions_have_the_other_too(small_site: SmallSite, django_capture_on_commit_callbacks) -> None:
    post = write(small_site, "Begun")
    post.tags.add("ink", "lead")
    draft = post.save_revision()
    post.tags.set(["ink"])
    newer = post.save_revision()
    assert tags_of(post) == []
    lead = Tag.objects.get(name="lead")
    with django_capture_on_commit_callbacks(execute=True):
        assert merge(Tag.objects.get(name="ink"), lead) == 1
    assert set(ListedValue.objects.filter(name="tags").values_list("value", flat=True)) == {str(lead.pk)}
    for revision in (draft, newer):
        revision.refresh_from_db()
        assert list(revision.as_object().tags.names()) == ["lead"]
    newer.publish()
    assert tags_of(post) == ["lead"]


def test_other_numbers_that_contain_the_number_stay(small_site: SmallSite) -> None:
    numbers = [Tag.objects.create(pk=pk, name=f"t{pk}") for pk in (4, 40, 41, 14)]
    post = write(small_site, "Numbers", *(tag.name for tag in numbers))
    merge(numbers[0], numbers[1])
    draft = BlogPostPage.objects.get(pk=post.pk).get_latest_revision_as_object()
    assert sorted(draft.tags.names()) == ["t14", "t40", "t41"]


def test_authors_categories_and_series_merge_as_well(small_site: SmallSite) -> None:
    post = small_site.post
    ada, augusta, ben = AuthorFactory(name="Ada"), AuthorFactory(name="Augusta"), AuthorFactory(name="Ben")
    AuthorLink.objects.create(author=ada, label="Site", url="https://ada.example/")
    post.post_authors = [PostAuthor(author=ada), PostAuthor(author=ben)]
    tools, crafts, other = (Category.objects.create(name=name) for name in ("Tools", "Crafts", "Other"))
    post.categories = [tools, other]
    part, whole = Series.objects.create(name="Part"), Series.objects.create(name="Whole")
    post.series = part
    post.save_revision().publish()
    for source, target in ((ada, augusta), (tools, crafts), (part, whole)):
        assert merge(source, target) >= 1
    for page in (BlogPostPage.objects.get(), BlogPostPage.objects.get().get_latest_revision_as_object()):
        assert [author.name for author in page.authors] == ["Augusta", "Ben"]
        assert {category.name for category in page.categories.all()} == {"Crafts", "Other"}
        assert page.series == whole
    assert augusta.links.get().label == "Site"
    assert not Author.objects.filter(name="Ada").exists()


def test_addresses_of_what_was_merged_lead_to_the_other(small_site: SmallSite, asgi_get) -> None:
    other = BlogIndexPageFactory(parent=small_site.home, title="Other", slug="other")
    BlogPostPageFactory(parent=other, title="There").tags.add("draft-only")
    for number in range(small_site.blog.posts_per_page + 1):
        write(small_site, f"Text {number}", "ink")
    write(small_site, "Lead", "lead")
    ink, lead = Tag.objects.get(name="ink"), Tag.objects.get(name="lead")
    ink.slug = "inks"
    ink.save()
    merge(ink, lead)
    for slug in ("ink", "inks"):
        for rest in ("", "?page=2", "feed.atom", "feed.json"):
            response = asgi_get(f"/blog/tags/{slug}/{rest}")
            assert (response.status_code, response["Location"]) == (301, f"/blog/tags/lead/{rest}")
            assert asgi_get(response["Location"]).status_code == 200
    assert not Redirect.objects.filter(old_path__startswith="/other").exists()


def test_a_list_that_is_filtered_by_a_former_name_is_filtered_by_the_present_one(
    small_site: SmallSite, asgi_get
) -> None:
    write(small_site, "Of ink", "ink")
    write(small_site, "Of lead", "lead")
    merge(Tag.objects.get(name="ink"), Tag.objects.get(name="lead"))
    html = asgi_get("/blog/?tag=ink").content.decode()
    assert html == asgi_get("/blog/?tag=lead").content.decode()
    assert ">Of ink<" in html
    assert ">Post " not in html[html.index("<main") :]
    assert ">Of lead<" not in asgi_get("/blog/?tag=unknown").content.decode()


@pytest.mark.parametrize(("tag", "model"), [("ink", Tag), ("Zürich-2", Tag), ("type", Skill)])
def test_a_search_that_is_narrowed_by_a_former_name_is_narrowed_by_the_present_one(
    small_site: SmallSite, asgi_get, tag: str, model: Any
) -> None:
    write(small_site, "Of lead", "lead")
    if model is Tag:
        page = write(small_site, "Of ink", tag)
    else:
        page = small_site.project
        page.skills.add(tag)
        page.save_revision().publish()
    renamed = model.objects.get(name=tag)
    former, renamed.slug = renamed.slug, "grün"
    renamed.save()
    small_site.post.slug = former
    small_site.post.save_revision().publish()
    search = f"/search/?q={page.title.split()[0]}&tag="
    html = asgi_get(search + quote(former)).content.decode()
    assert f'href="{page.url}"' in html
    assert html == asgi_get(search + quote("grün")).content.decode()
    assert ">Of lead<" not in html
    assert f'href="{page.url}"' not in asgi_get(f"{search}unknown").content.decode()


@pytest.mark.nightly
def test_merging_and_renaming_back_and_forth_leads_in_no_circle(small_site: SmallSite, asgi_get) -> None:
    write(small_site, "Post", "a", "b")
    merge(Tag.objects.get(name="a"), Tag.objects.get(name="b"))
    tag = Tag.objects.get()
    for slug in ("a", "c", "b", "a", "d"):
        tag.slug = slug
        tag.save()
    for slug in "abc":
        assert asgi_get(f"/blog/tags/{slug}/")["Location"] == "/blog/tags/d/"
    assert asgi_get("/blog/tags/d/").status_code == 200
    for redirect in Redirect.objects.all():
        assert redirect.redirect_link == "/blog/tags/d/"


def test_an_editors_redirect_follows_what_it_leads_to(small_site: SmallSite, asgi_get) -> None:
    write(small_site, "Post", "ink")
    Redirect.add_redirect("/printing", "/blog/tags/ink/")
    Redirect.add_redirect("/blog/tags/lead", "/blog/tags/ink/")
    tag = Tag.objects.get()
    tag.slug = "lead"
    tag.save()
    assert asgi_get("/printing/")["Location"] == "/blog/tags/lead/"
    small_site.blog.get_children().delete()
    assert asgi_get("/blog/tags/lead/").status_code == 404
    assert asgi_get("/blog/tags/ink/")["Location"] == "/blog/tags/lead/"


def test_a_rename_of_what_only_drafts_have_tells_nobody(small_site: SmallSite, asgi_get) -> None:
    write(small_site, "Draft", "secret", live=False)
    tag = Tag.objects.get()
    tag.slug = "very-secret"
    tag.save()
    assert asgi_get("/blog/tags/secret/").status_code == 404
    merge(tag, Tag.objects.create(name="public"))
    assert not Redirect.objects.exists()


def test_nothing_merges_into_itself(small_site: SmallSite) -> None:
    post = write(small_site, "Post", "ink")
    with pytest.raises(ValueError, match="itself"):
        merge(Tag.objects.get(), Tag.objects.get())
    assert tags_of(post) == ["ink"]


def test_the_history_says_what_was_merged(small_site: SmallSite, editor) -> None:
    write(small_site, "Post", "ink", "lead")
    lead = Tag.objects.get(name="lead")
    merge(Tag.objects.get(name="ink"), lead, editor)
    entry = ModelLogEntry.objects.for_instance(lead).get()
    assert (entry.user, str(entry.message)) == (editor, "“ink” was merged into it")


def test_the_search_finds_posts_by_the_new_name(
    small_site: SmallSite, asgi_get, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        post = write(small_site, "Post", "zincography")
    tag = Tag.objects.get()
    tag.name = "lithography"
    with django_capture_on_commit_callbacks(execute=True):
        tag.save()
    assert post.url in asgi_get("/search/?q=lithography").content.decode()
    assert post.url not in asgi_get("/search/?q=zincography").content.decode()
