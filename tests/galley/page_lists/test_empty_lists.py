"""A list without rows says what it is for or what to do next, and offers only what the person may do."""

import re

import pytest
from django.test import Client
from django.utils.html import strip_tags
from wagtail.admin.menu import admin_menu

from tests.factories import SmallSite
from tests.home.test_roles import member_of

BOTH = ["Authors", "Editors"]
HINT = "Try fewer words, or only the beginning of a word. Show all"
ADD_BELOW_BLOG = "Pages that are added below “Blog” stand here. Add child page"
# Path, what it says, and to whom.
LISTS = [
    ("/admin/blogpostpage-list/", "There are no blog posts to display. Write a post", BOTH),
    ("/admin/blogpostpage-list/?state=drafts", "There are no drafts. What is begun", BOTH),
    ("/admin/blogpostpage-list/?state=scheduled", "Nothing is scheduled. What will be published", BOTH),
    ("/admin/blogpostpage-list/?state=published", "What visitors can read stands here. Show all Write a post", BOTH),
    ("/admin/blogpostpage-list/?q=nowhere", f"No blog posts match your query. {HINT}", BOTH),
    ("/admin/blogpostpage-list/?state=drafts&q=nowhere", f"No blog posts match your query. {HINT}", BOTH),
    ("/admin/blogpostpage-list/?date_from=2001-01-01", "No blog posts match your query. Show all", BOTH),
    ("/admin/projectpage-list/", "There are no projects to display. Add a project", BOTH),
    ("/admin/projectpage-list/?state=drafts", "There are no drafts.", BOTH),
    ("/admin/projectpage-list/results/?q=nowhere", f"No projects match your query. {HINT}", BOTH),
    ("/admin/pages/{blog}/", ADD_BELOW_BLOG, BOTH),
    ("/admin/pages/{contact}/", "You can’t add pages below “Write to us”. Edit the page itself", ["Editors"]),
    ("/admin/pages/{contact}/", "You can’t add pages below “Write to us”.", ["Authors"]),
    ("/admin/pages/{blog}/?q=nowhere", "only the beginning of a word. Search the whole site Show all", BOTH),
    ("/admin/pages/{blog}/?q=nowhere&search_all=1", f"No pages match your query. {HINT}", BOTH),
    ("/admin/pages/usage/blog/blogpostpage/", "There are no", BOTH),
    ("/admin/pages/search/?q=nowhere", f"Sorry, no pages match nowhere {HINT}", BOTH),
    ("/admin/pages/{about}/usage/", "Nothing that is published does so.", ["Editors"]),
    ("/admin/images/", "Why not upload one now?", BOTH),
    ("/admin/images/?q=nowhere", HINT, BOTH),
    ("/admin/documents/", "Why not upload one now?", BOTH),
    ("/admin/documents/?q=nowhere", HINT, BOTH),
    ("/admin/bin/", "Pages, images and documents that you delete stay here", BOTH),
    ("/admin/bin/?q=nowhere", HINT, BOTH),
    ("/admin/redirects/", "Why not add one?", ["Editors"]),
    ("/admin/redirects/?q=nowhere", HINT, ["Editors"]),
    ("/admin/snippets/blog/author/", "Why not add one?", ["Editors"]),
    ("/admin/snippets/blog/category/", "Why not add one?", ["Editors"]),
    ("/admin/snippets/blog/series/", "Why not add one?", ["Editors"]),
    ("/admin/snippets/blog/tag/", "Why not add one?", ["Editors"]),
    ("/admin/snippets/portfolio/skill/", "Why not add one?", ["Editors"]),
    ("/admin/snippets/home/sharedtext/", "Why not add one?", ["Editors"]),
    ("/admin/snippets/home/sharedtext/?q=nowhere", HINT, ["Editors"]),
    ("/admin/snippets/forms/contactmessage/", "What visitors write in the contact form arrives here.", ["Editors"]),
    ("/admin/snippets/forms/contactmessage/?q=nowhere", HINT, ["Editors"]),
    ("/admin/snippets/forms/contactmessage/?status=new", "Show all", ["Editors"]),
    ("/admin/reports/ageing-pages/", "Choose a shorter one to see more.", BOTH),
    ("/admin/reports/broken-links/", "All is well", BOTH),
    ("/admin/reports/missing-addresses/", "All is well", ["Editors"]),
    ("/admin/reports/missing-alt-texts/", "All is well", BOTH),
    ("/admin/reports/undescribed-images/", "All is well", BOTH),
    ("/admin/reports/shared-drafts/", "To share one, open its page", BOTH),
    ("/admin/reports/site-history/?label=nowhere", "No log entries found. Show all", BOTH),
    ("/admin/reports/locked/", "You lock one in the editor", ["Editors"]),
    ("/admin/reports/locked/?live=true", "No locked pages found. Show all", ["Editors"]),
    ("/admin/reports/workflow/", "What is submitted for a review stands here", BOTH),
    ("/admin/reports/workflow_tasks/", "What is submitted for a review stands here", BOTH),
    ("/admin/reports/workflow/?status=approved", "Show all", BOTH),
]


@pytest.fixture
def empty_site(small_site: SmallSite) -> SmallSite:
    """No post and no project."""
    small_site.post.delete()
    small_site.project.delete()
    for page, title in ((small_site.contact, "Write to us"), (small_site.blog, "Blog")):
        page.title = page.draft_title = title
        page.save()
    return small_site


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read_list(client: Client, url: str) -> str:
    """Return the words of a list that has no rows."""
    response = client.get(url)
    assert response.status_code == 200
    assert len(response.context["object_list"]) == 0
    html = response.content.decode()
    text = re.sub(r"\s+", " ", strip_tags(html.rpartition('id="listing-results"')[2]))
    assert "0 of 0" not in text
    return text


@pytest.mark.parametrize("role", BOTH)
def test_an_empty_list_says_what_to_do_next(empty_site, role) -> None:
    client = client_of(member_of(role))
    places = {name: page.pk for name, page in vars(empty_site).items()}
    read = {path: read_list(client, path.format(**places)) for path, _text, roles in LISTS if role in roles}
    silent = {path: read[path] for path, text, roles in LISTS if role in roles and text not in read[path]}
    assert silent == {}


@pytest.mark.parametrize("role", BOTH)
def test_no_list_in_the_menus_is_left_out(empty_site, rf, role) -> None:
    request = rf.get("/admin/")
    request.user = member_of(role)
    client = client_of(request.user)
    items = admin_menu.menu_items_for_request(request)
    items += [sub for item in items if hasattr(item, "menu") for sub in item.menu.menu_items_for_request(request)]
    known = {path for path, _text, roles in LISTS if role in roles}
    empty_lists = set()
    for url in {item.url for item in items if item.url and item.url.startswith("/admin/")}:
        context = client.get(url, follow=True).context
        if context and "object_list" in context and not len(context["object_list"]):
            empty_lists.add(url)
    assert len(empty_lists) > 8
    assert empty_lists <= known


def test_only_who_may_write_is_offered_to_write(empty_site, member) -> None:
    text = read_list(client_of(member("change")), "/admin/blogpostpage-list/")
    assert "There are no blog posts" in text
    assert "Write a post" not in text
