"""The blog's sections on the home page and the 404 page, the feed of the site, and the lists of terms in the admin."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.models import Page, Site
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from blog.listing import prepare_posts
from blog.models import Author, BlogIndexPage, BlogPostPage, Category, Series, Tag
from galley.desk.bulk_actions import make_term_action
from galley.desk.term_views import TermViewSet
from galley.listings import FilteredList
from galley.page_cache.root_pages import find_root_page
from galley.page_cache.versioned import cached
from home.models import HomeSection

LATEST_POSTS = 5


@hooks.register("not_found_sections")
@hooks.register("home_sections", order=20)
def show_latest_posts(request: HttpRequest, page: Page) -> HomeSection | None:
    """Return the section with the newest posts of the first public blog."""
    return cached(("latest posts", page.pk), lambda: _find_latest_posts(request, page))


def _find_latest_posts(request: HttpRequest, page: Page) -> HomeSection | None:
    index = BlogIndexPage.objects.descendant_of(page).live().public().order_by("path").first() if page.path else None
    if index is None:
        return None
    latest = FilteredList(index.readable_posts().order_by("-date", "-pk"))
    posts = prepare_posts(latest.paginate(LATEST_POSTS)[0], request)
    latest.set_sequence_numbers(posts)
    return HomeSection("components/latest_posts.html", {"posts": posts, "index_page": index})


@hooks.register("site_feed_address")
def find_site_feed(site: Site) -> str:
    """Return the URL of the first public blog of `site`. Its feeds are the feeds of the site."""
    return cached(("site feed", site.pk), lambda: _find_first_blog_address(site))


def _find_first_blog_address(site: Site) -> str:
    blogs = BlogIndexPage.objects.descendant_of(find_root_page(site) or site.root_page, inclusive=True).live().public()
    blog = blogs.order_by("path").first()
    return (blog.full_url or "") if blog else ""


class SubjectViewSetGroup(SnippetViewSetGroup):
    """Who writes, and what posts are about: an entry of its own in the menu."""

    menu_label = _("People and subjects")
    menu_icon = "tag"
    menu_order = 240
    submenu_hook = "register_subjects_menu_item"
    items = [
        TermViewSet(model=Author, icon="user", count_of="post_authors__page"),
        TermViewSet(model=Tag, icon="tag", count_of="blog_posttag_items__content_object"),
        TermViewSet(model=Category, icon="folder-open-inverse", count_of="posts"),
        TermViewSet(model=Series, icon="list-ol", count_of="posts"),
    ]


register_snippet(SubjectViewSetGroup)


TERM_ACTIONS = [
    make_term_action(BlogPostPage, "tags", _("Tags"), _("Add tags to the selected posts, or remove them")),
    make_term_action(
        BlogPostPage, "categories", _("Categories"), _("Put the selected posts into categories, or take them out")
    ),
    make_term_action(
        BlogPostPage, "post_authors", _("Author"), _("Add an author to the selected posts, or remove one"), "author"
    ),
]
for action in TERM_ACTIONS:
    hooks.register("register_bulk_action", action)
