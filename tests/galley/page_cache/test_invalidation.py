"""What a change empties: the pages that show it, at once, and no others."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AbstractUser, Group
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.models import Collection, Page, PageViewRestriction, Site

from blog.models import Author, BlogPostPage, Category, PostAuthor, Tag
from forms.models import ContactMessage
from home.models import HomeSection, SharedText, SiteImage, SiteLink, SiteSettings, StandardPage
from portfolio.models import ProjectPage
from tests.conftest import SmallSite
from tests.databases import AddToSmallSite
from tests.factories import AuthorFactory, BlogPostPageFactory, SiteImageFactory, StandardPageFactory
from tests.galley.page_cache.visitors import Visitor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

HOME, BLOG, PORTFOLIO = "/", "/blog/", "/portfolio/"


def fill_shelf(site: SmallSite) -> None:
    """Three posts instead of the one, and a page that links to one of them, a file and a picture."""
    SiteSettings.for_site(Site.objects.get())
    image = SiteImageFactory(file__width=80, file__height=60)
    document = get_document_model().objects.create(title="Type", file=ContentFile(b"x", "type.txt"))
    oldest, *_later = [
        BlogPostPageFactory(parent=site.blog, title=f"Of {year}", date=date(year, 1, 1)) for year in (2001, 2002, 2003)
    ]
    site.post.delete()
    references = f"[a post](page:{oldest.pk}), [a file](doc:{document.pk}), ![](image:{image.pk})"
    StandardPageFactory(parent=site.home, title="Links", body=[("markdown", references)])


@pytest.fixture
def add_to_small_site() -> AddToSmallSite:
    return fill_shelf


class Shelf:
    """The small site with some more on it, all of it in the cache, and who looks at it."""

    def __init__(self, visitor: Visitor, site: SmallSite) -> None:
        self._visitor = visitor
        self.site = site
        self.image = SiteImage.objects.get()
        self.document = get_document_model().objects.get()
        self.oldest, self.middle, self.newest = BlogPostPage.objects.order_by("date")
        self.linking = StandardPage.objects.get(title="Links")
        pages = [site.home, site.blog, site.portfolio]
        self.urls = [page.url for page in [*pages, self.oldest, self.middle, self.newest, self.linking]]
        self.everything = set(self.urls)
        assert self.look() == self.everything
        assert self.look() == set()

    def look(self) -> set[str]:
        """Visit all pages, and return those that had to be made."""
        return {url for url in self.urls if not self._visitor.get(url).is_hit}

    def assert_made_anew(self, *urls: str) -> None:
        """Assert that these were made anew, and beside them at most other posts, which share their order."""
        posts = {self.oldest.url, self.middle.url, self.newest.url}
        assert set(urls) <= self.look() <= {*urls, *posts}

    def read(self, url: str) -> str:
        """Return the page as a visitor gets it."""
        return self._visitor.get(url).body.decode()

    def status(self, url: str) -> int:
        return self._visitor.get(url).status


@pytest.fixture
def shelf(visitor: Visitor, added_to_small_site: None, small_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    # All tests share the files: those that are deleted stay on the disk.
    monkeypatch.setattr(FileSystemStorage, "delete", lambda storage, name: None)
    return Shelf(visitor, small_site)


def publish(page: Page) -> None:
    page.save_revision().publish()


def test_publishing_a_change_empties_where_it_shows(shelf: Shelf) -> None:
    shelf.oldest.title = "A new title"
    publish(shelf.oldest)
    assert "A new title" in shelf.read(shelf.oldest.url)
    # The lists, and the post after it. The one after that doesn't name it, and a link to it needs no title.
    assert shelf.look() == {HOME, BLOG, shelf.middle.url}
    assert "A new title" in shelf.read(BLOG)
    assert "A new title" in shelf.read(shelf.middle.url)


def test_a_new_post_empties_the_lists_and_its_neighbour(shelf: Shelf) -> None:
    post = BlogPostPageFactory(parent=shelf.site.blog, title="Of today", date=date(2004, 1, 1))
    shelf.assert_made_anew(HOME, BLOG, shelf.newest.url)
    assert "Of today" in shelf.read(BLOG)
    assert "Of today" in shelf.read(shelf.newest.url)
    assert shelf.status(post.url) == 200


@pytest.mark.nightly
def test_the_first_page_under_another_is_seen(shelf: Shelf, register_hook) -> None:
    """Where a page has no children, Wagtail doesn't ask the database for any."""

    def list_children(request, page) -> HomeSection:
        about = Page.objects.get(pk=shelf.site.about.pk)
        titles = [child.title for child in about.get_children()]
        return HomeSection("components/latest_posts.html", {"posts": [], "titles": titles})

    register_hook("home_sections", list_children)
    Page.objects.filter(pk=shelf.site.home.pk).update(search_description="x")
    shelf.look()
    StandardPageFactory(parent=shelf.site.about, title="Under it")
    assert HOME in shelf.look()


@pytest.mark.nightly
def test_a_new_post_between_others_renumbers_those_after_it(shelf: Shelf) -> None:
    BlogPostPageFactory(parent=shelf.site.blog, date=date(2002, 6, 1))
    shelf.assert_made_anew(HOME, BLOG, shelf.middle.url, shelf.newest.url)


def test_a_draft_empties_nothing(shelf: Shelf) -> None:
    shelf.newest.title = "Not yet"
    shelf.newest.save_revision()
    shelf.site.about.save_revision(overwrite_revision=None)
    BlogPostPageFactory.build(title="Not yet")
    assert shelf.look() == set()
    # Nor does it when something else is changed afterwards: what is compared is what visitors see.
    Redirect.add_redirect("/nowhere/", "/")
    assert shelf.look() == set()


def test_unpublishing_takes_a_page_away_at_once(shelf: Shelf) -> None:
    shelf.newest.unpublish()
    assert shelf.status(shelf.newest.url) == 404
    shelf.assert_made_anew(HOME, BLOG, shelf.newest.url, shelf.middle.url)
    assert "Of 2003" not in shelf.read(BLOG)


@pytest.mark.nightly
def test_deleting_takes_a_page_away_at_once(shelf: Shelf) -> None:
    shelf.newest.delete()
    assert shelf.status(shelf.newest.url) == 404
    assert "Of 2003" not in shelf.read(BLOG)


@pytest.mark.nightly
def test_deleting_a_list_takes_its_pages_away(shelf: Shelf) -> None:
    Page.objects.get(pk=shelf.site.blog.pk).delete()
    assert [shelf.status(url) for url in (BLOG, shelf.oldest.url, shelf.newest.url)] == [404, 404, 404]
    assert "Of 2003" not in shelf.read(HOME)


@pytest.mark.nightly
def test_moving_takes_a_page_from_its_old_place(shelf: Shelf) -> None:
    old = shelf.linking.url
    shelf.linking.move(shelf.site.about, pos="last-child")
    assert shelf.status(old) == 301
    assert shelf.status("/about-us/links/") == 200


@pytest.mark.nightly
def test_reordering_the_menu_is_seen(shelf: Shelf) -> None:
    for page in (shelf.site.about, shelf.linking):
        page.show_in_menus = True
        publish(page)
    menu = shelf.read(HOME)
    assert menu.index("About us") < menu.index("Links")
    Page.objects.get(pk=shelf.linking.pk).move(Page.objects.get(pk=shelf.site.about.pk), pos="left")
    menu = shelf.read(HOME)
    assert menu.index("Links") < menu.index("About us")


def test_a_new_address_is_seen_where_it_is_linked(shelf: Shelf) -> None:
    shelf.oldest.slug = "elsewhere"
    publish(shelf.oldest)
    assert "/blog/elsewhere/" in shelf.read(shelf.linking.url)
    assert "/blog/elsewhere/" in shelf.read(BLOG)
    assert shelf.status("/blog/of-2001/") == 301


@pytest.mark.nightly
def test_restricting_a_page_closes_it_at_once(shelf: Shelf) -> None:
    assert shelf.status(shelf.site.about.url) == 200
    PageViewRestriction.objects.create(page=shelf.site.about, restriction_type=PageViewRestriction.LOGIN)
    assert shelf.status(shelf.site.about.url) == 302


def test_restricting_a_list_closes_what_stands_under_it(shelf: Shelf) -> None:
    restriction = PageViewRestriction.objects.create(
        page=shelf.site.blog, restriction_type=PageViewRestriction.PASSWORD, password="lead"
    )
    assert "Of 2003" not in shelf.read(BLOG) + shelf.read(shelf.newest.url) + shelf.read(HOME)
    restriction.delete()
    assert "Of 2003" in shelf.read(BLOG)
    assert "Of 2003" in shelf.read(HOME)


def test_the_menu_stands_on_every_page(shelf: Shelf) -> None:
    shelf.site.about.show_in_menus = True
    publish(shelf.site.about)
    assert shelf.look() == shelf.everything
    assert shelf.look() == set()


IN_SETTINGS = {
    "tagline": "Read before the print",
    "footer_text": "Printed in a shed",
    "header_menu": [("address", {"label": "Ink", "address": "/ink/"})],
    "footer_menu": [("address", {"label": "Imprint", "address": "/imprint/"})],
    "announcement": "Closed today",
    "time_zone": "Asia/Tokyo",
}


def test_what_belongs_to_the_site_stands_on_every_page(shelf: Shelf) -> None:
    # That a menu stands on all of them, the test before shows.
    shelf.urls = [HOME, shelf.newest.url]
    site = Site.objects.get()
    settings = SiteSettings.for_site(site)
    changes = {
        **IN_SETTINGS,
        "logo": shelf.image,
        "share_image": shelf.image,
        "links": [SiteLink(label="Elsewhere", url="https://example.org")],
    }
    for name, value in changes.items():
        setattr(settings, name, value)
        settings.save()
        assert shelf.look() == set(shelf.urls), name
    for name, value in {"site_name": "Proofs", "hostname": "proofs.example"}.items():
        setattr(site, name, value)
        site.save()
        assert shelf.look() == set(shelf.urls), name


def test_a_shared_text_stands_on_the_pages_that_show_it(shelf: Shelf) -> None:
    text = SharedText.objects.create(name="Note", body=[("paragraph", "<p>Set by hand.</p>")])
    for page in (shelf.newest, shelf.linking):
        page.body = [("shared_text", text)]
        publish(page)
    shelf.look()
    text.body = [("paragraph", "<p>Set by machine.</p>")]
    text.save()
    shelf.assert_made_anew(shelf.newest.url, shelf.linking.url)
    for page in (shelf.newest, shelf.linking):
        assert "Set by machine." in shelf.read(page.url)


def test_an_author_stands_on_what_they_wrote(shelf: Shelf) -> None:
    author = AuthorFactory(name="Ada")
    shelf.newest.post_authors = [PostAuthor(author=author)]
    publish(shelf.newest)
    shelf.look()
    Author.objects.filter(pk=author.pk).update(name="Augusta")
    assert shelf.look() == {HOME, BLOG, shelf.newest.url}
    assert "Augusta" in shelf.read(shelf.newest.url)
    assert "Augusta" in shelf.read(BLOG)


def test_tags_and_categories(shelf: Shelf) -> None:
    shelf.newest.tags.add("ink")
    shelf.newest.categories.add(Category.objects.create(name="Tools", slug="tools"))
    publish(shelf.newest)
    assert "Tools" in shelf.read(shelf.newest.url)
    shelf.look()
    Category.objects.update(name="Crafts")
    assert "Crafts" in shelf.read(shelf.newest.url)
    assert "Crafts" in shelf.read(BLOG)
    assert "/tags/ink/" in shelf.read(shelf.newest.url)
    assert "?tag=ink" in shelf.read(BLOG)
    Tag.objects.get(name="ink").delete()
    assert "/tags/ink/" not in shelf.read(shelf.newest.url)
    assert "?tag=ink" not in shelf.read(BLOG)


@pytest.mark.nightly
def test_a_filtered_list_with_nothing_in_it_hears_of_the_first_entry(shelf: Shelf) -> None:
    assert "No posts match" in shelf.read("/blog/?tag=ink")
    shelf.newest.tags.add("ink")
    publish(shelf.newest)
    assert "Of 2003" in shelf.read("/blog/?tag=ink")


@pytest.mark.nightly
def test_what_becomes_featured_appears_on_the_home_page(shelf: Shelf) -> None:
    ProjectPage.objects.update(featured=True)
    assert shelf.site.project.title in shelf.read(HOME)


def test_a_picture_stands_where_it_is_shown(shelf: Shelf) -> None:
    image = SiteImage.objects.get(pk=shelf.image.pk)
    image.description = "Another view"
    image.save()
    assert shelf.look() == {shelf.linking.url}
    image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = 10, 10, 5, 5
    image.save()
    assert shelf.look() == {shelf.linking.url}
    image.file = SiteImageFactory(file__width=80, file__height=60).file.name
    image.save()
    assert shelf.look() == {shelf.linking.url}


@pytest.mark.nightly
def test_a_picture_that_is_deleted_is_gone(shelf: Shelf) -> None:
    assert "<img" in shelf.read(shelf.linking.url)
    shelf.image.delete()
    assert "<img" not in shelf.read(shelf.linking.url)
    assert shelf.look() == set()


@pytest.mark.nightly
def test_a_picture_in_a_new_size_empties_nothing(shelf: Shelf) -> None:
    shelf.image.get_rendition("width-33")
    assert shelf.look() == set()
    assert shelf._visitor.app.tracker.version is not None


def test_a_document_stands_where_it_is_linked(shelf: Shelf) -> None:
    shelf.document.file = ContentFile(b"y", "another.txt")
    shelf.document.save()
    assert shelf.look() == {shelf.linking.url}
    shelf.document.delete()
    assert "/documents/" not in shelf.read(shelf.linking.url)


def test_a_redirect_works_at_once(shelf: Shelf) -> None:
    assert shelf.status("/old/") == 404
    redirect = Redirect.add_redirect("/old", "/about-us/")
    assert shelf.status("/old/") == 301
    redirect.delete()
    assert shelf.status("/old/") == 404


def test_a_page_goes_live_and_expires_by_the_clock(shelf: Shelf) -> None:
    post = shelf.newest
    post.unpublish()
    post.go_live_at = timezone.now() - timedelta(seconds=2)
    post.save_revision(approved_go_live_at=post.go_live_at)
    shelf.look()
    call_command("publish_scheduled")
    assert shelf.status(post.url) == 200
    assert shelf.status(post.url) == 200
    BlogPostPage.objects.filter(pk=post.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    call_command("publish_scheduled")
    assert shelf.status(post.url) == 404


def test_a_change_that_sends_no_signals_is_seen(shelf: Shelf) -> None:
    def assert_shown(text: str) -> None:
        assert text in shelf.read(shelf.newest.url)
        assert text in shelf.read(BLOG)

    Page.objects.filter(pk=shelf.newest.pk).update(title="By update")
    assert_shown("By update")
    shelf.newest.title = "By bulk_update"
    BlogPostPage.objects.bulk_update([shelf.newest], ["title"])
    assert_shown("By bulk_update")
    with connection.cursor() as cursor:
        cursor.execute("update wagtailcore_page set title = 'By raw SQL' where id = %s", [shelf.newest.pk])
    assert_shown("By raw SQL")
    author = Author(name="By bulk_create", slug="created")
    Author.objects.bulk_create([author])
    PostAuthor.objects.bulk_create([PostAuthor(page=shelf.newest, author=author)])
    assert_shown("By bulk_create")


def test_a_change_is_seen_when_it_is_committed_and_not_before(shelf: Shelf) -> None:
    with transaction.atomic():
        Page.objects.filter(pk=shelf.newest.pk).update(title="Changed")
        assert shelf.look() == set()
    assert "Changed" in shelf.read(shelf.newest.url)


@pytest.mark.nightly
def test_what_was_rolled_back_empties_nothing(shelf: Shelf) -> None:
    transaction.set_autocommit(False)
    Page.objects.filter(pk=shelf.newest.pk).update(title="Changed")
    transaction.rollback()
    transaction.set_autocommit(True)
    assert shelf.look() == set()


def test_a_query_that_a_developer_adds_is_known_by_itself(shelf: Shelf, register_hook) -> None:
    def show_collections(request, page) -> HomeSection:
        names = ", ".join(Collection.objects.order_by("pk").values_list("name", flat=True))
        return HomeSection("components/latest_posts.html", {"posts": [], "index_page": None, "names": names})

    register_hook("home_sections", show_collections)
    Page.objects.filter(pk=shelf.site.home.pk).update(search_description="x")
    shelf.look()
    Collection.get_first_root_node().add_child(name="Woodcuts")
    assert shelf.look() == {HOME}


def test_a_page_made_from_what_is_private_is_not_kept(shelf: Shelf, register_hook) -> None:
    def name_groups(request, page) -> HomeSection:
        return HomeSection("components/latest_posts.html", {"names": list(Group.objects.all())})

    register_hook("home_sections", name_groups)
    Page.objects.filter(pk=shelf.site.home.pk).update(search_description="x")
    assert HOME in shelf.look()
    assert shelf.look() == {HOME}
    assert shelf.status(HOME) == 200


def test_what_no_visitor_sees_is_no_change(shelf: Shelf, editor: AbstractUser) -> None:
    version = shelf._visitor.app.tracker.version
    assert version is not None
    SessionStore().save()
    editor.first_name = "Grace"
    editor.save()
    ContactMessage.objects.create(name="Ada", email="ada@example.org", text="Hello", fingerprint="x")
    shelf.newest.save_revision(user=editor, log_action=True)
    assert shelf._visitor.app.tracker.version is version
