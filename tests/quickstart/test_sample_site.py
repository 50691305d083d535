"""The sample site as visitors and editors meet it: loaded once for all tests of this file."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from PIL import Image
from wagtail.models import Page, Revision, Site

from blog.models import Author, BlogIndexPage, BlogPostPage, Category, Series
from forms.models import ContactPage
from galley.embeds.models import Embed
from home.models import HomePage, SiteImage, SiteSettings
from portfolio.models import PortfolioIndexPage, ProjectPage
from quickstart.sample_site import load_sample_site
from quickstart.sample_site.content import PICTURES_FOLDER, Content


@pytest.fixture(scope="module")
def small_pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's pictures at a size in which making renditions costs nothing."""
    folder = tmp_path_factory.mktemp("pictures")
    for path in PICTURES_FOLDER.iterdir():
        with Image.open(path) as picture:
            picture.resize((60, 40)).save(folder / path.name)
    return folder


@pytest.fixture(scope="module")
def loading(empty_database: None, django_db_blocker, small_pictures: Path) -> Iterator[str]:
    """Load the sample in a transaction around all tests of this file, and take it back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_sample_site(lambda line: None, Content(pictures_folder=small_pictures))
        transaction.set_rollback(True)


@pytest.fixture
def sample(loading: str, db: None) -> str:
    return loading


def pages() -> list[Page]:
    return list(Page.objects.filter(depth__gt=1).order_by("path").specific())


def blocks(page: Page, block_type: str) -> list:
    return [block.value for block in getattr(page, "body", []) if block.block_type == block_type]


def test_it_says_what_was_loaded(sample: str) -> None:
    assert sample == f"The sample site is loaded: {len(pages())} pages, {SiteImage.objects.count()} pictures."


def test_a_page_of_every_type_answers(sample: str, asgi_get) -> None:
    one_of_each = {type(page): page.url for page in pages()}
    assert {asgi_get(url).status_code for url in one_of_each.values()} == {200}


@pytest.mark.nightly
def test_every_page_answers_and_links_within_the_site_lead_somewhere(sample: str, asgi_get) -> None:
    answers = {page.url: asgi_get(page.url) for page in pages()}
    links = {
        urlsplit(link).path
        for answer in answers.values()
        for link in re.findall(r'<a [^>]*href="(/[^"]*)"', answer.content.decode())
    }
    assert len(links) > len(answers) / 2
    answers |= {path: asgi_get(path) for path in links - answers.keys()}
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code != 200} == {}


def test_every_page_passes_in_the_editor(sample: str) -> None:
    for page in pages():
        page.full_clean()
        if body := getattr(page, "body", None):
            body.stream_block.clean(body)


def test_every_page_is_published_with_one_revision(sample: str) -> None:
    for page in pages():
        assert page.live
        assert not page.has_unpublished_changes
        assert page.revisions.count() == 1


def test_every_page_type_is_shown(sample: str) -> None:
    shown = {type(page) for page in pages()}
    assert {HomePage, ContactPage, PortfolioIndexPage, ProjectPage, BlogIndexPage, BlogPostPage} <= shown


def test_every_block_is_shown(sample: str) -> None:
    used = {block.block_type for page in pages() for block in getattr(page, "body", [])}
    assert used == set(BlogPostPage().body.stream_block.child_blocks)


def test_it_asks_no_other_site(sample: str) -> None:
    embeds = Embed.objects.all()
    assert {embed.address for embed in embeds} == {
        block.value["embed_url"]
        for page in pages()
        for block in getattr(page, "body", [])
        if block.block_type in ("embed", "link_card")
    }
    assert all(embed.title and embed.picture for embed in embeds)


def test_every_picture_placement_is_shown(sample: str) -> None:
    assert {figure["placement"] for page in pages() for figure in blocks(page, "figure")} == {
        "column",
        "wide",
        "margin",
    }


def test_the_menu_has_four_pages(sample: str) -> None:
    home = HomePage.objects.get()
    assert [page.slug for page in home.get_children().live().in_menu()] == ["blog", "portfolio", "about", "contact"]


def test_every_picture_is_described_wherever_it_stands(sample: str) -> None:
    for page in pages():
        images = [figure["image"] for figure in blocks(page, "figure")]
        images += [picture["image"] for gallery in blocks(page, "gallery") for picture in gallery["pictures"]]
        alt_texts = [image.contextual_alt_text for image in images]
        alt_texts += [picture.alt_text for picture in page.gallery.all()] if isinstance(page, ProjectPage) else []
        alt_texts += [page.lead_image_alt] if getattr(page, "lead_image", None) else []
        assert all(alt_texts), page.url


def test_every_picture_in_the_library_is_described(sample: str) -> None:
    assert SiteImage.objects.count() == len(list(PICTURES_FOLDER.iterdir()))
    for image in SiteImage.objects.all():
        assert len(image.description) > 40, image.title


def test_pictures_are_large_enough_and_light() -> None:
    for path in PICTURES_FOLDER.iterdir():
        with Image.open(path) as picture:
            assert min(picture.size) >= 600, path.name
    sizes = [path.stat().st_size for path in PICTURES_FOLDER.iterdir()]
    assert max(sizes) < 150_000
    assert sum(sizes) < 3_000_000


def test_no_page_shows_a_picture_twice(sample: str) -> None:
    for page in pages():
        shown = [figure["image"] for figure in blocks(page, "figure")]
        shown += [picture["image"] for gallery in blocks(page, "gallery") for picture in gallery["pictures"]]
        shown += [picture.image for picture in page.gallery.all()] if isinstance(page, ProjectPage) else []
        shown += [page.lead_image] if getattr(page, "lead_image", None) else []
        assert len(shown) == len({image.pk for image in shown}), page.url


def test_posts_have_all_that_lists_print(sample: str) -> None:
    posts = BlogPostPage.objects.all()
    assert len(posts) >= 12
    for post in posts:
        assert post.excerpt
        assert post.search_description
        assert post.post_authors.exists(), post.title
        assert post.categories.exists(), post.title
        assert post.tags.exists(), post.title
        assert post.first_published_at.date() == post.date
    assert {post.date.year for post in posts} == {2022, 2023, 2024, 2025, 2026}
    assert sum(bool(post.canonical_url) for post in posts) == 1


def test_authors_have_a_face_and_a_life(sample: str) -> None:
    assert Author.objects.count() == 4
    for author in Author.objects.all():
        author.full_clean()
        assert author.portrait
        assert author.biography
        assert author.post_authors.exists()


def test_every_category_has_posts_and_the_series_is_complete(sample: str) -> None:
    for category in Category.objects.all():
        assert category.posts.exists(), category.name
    series = Series.objects.get()
    assert list(series.posts.order_by("series_position").values_list("series_position", flat=True)) == [1, 2, 3]


def test_projects_have_all_that_a_case_study_prints(sample: str) -> None:
    projects = ProjectPage.objects.all()
    assert len(projects) >= 7
    for project in projects:
        assert project.client
        assert project.role
        assert project.introduction
        assert project.skills.exists()
        assert project.links.exists()
        assert project.gallery.count() >= 2
    assert projects.filter(featured=True).count() == 3


def test_the_site_has_its_name_texts_and_home(sample: str) -> None:
    site = Site.objects.get()
    assert site.is_default_site
    assert site.site_name == "Galley"
    assert site.root_page.specific == HomePage.objects.get()
    texts = SiteSettings.for_site(site)
    assert texts.tagline
    assert texts.footer_text
    assert texts.links.count() == 3


def test_a_second_run_changes_nothing(sample: str) -> None:
    before = (Page.objects.count(), Revision.objects.count(), SiteImage.objects.count(), Author.objects.count())
    assert "already there" in load_sample_site(lambda line: None)
    after = (Page.objects.count(), Revision.objects.count(), SiteImage.objects.count(), Author.objects.count())
    assert after == before


def test_what_editors_did_to_the_sample_is_kept(sample: str) -> None:
    home = HomePage.objects.get()
    home.title, home.slug = "Our own house", "our-own-house"
    home.save_revision().publish()
    Page.objects.get(slug="colophon").delete()
    assert "already there" in load_sample_site(lambda line: None)
    assert HomePage.objects.get().title == "Our own house"
    assert not Page.objects.filter(slug="colophon").exists()
