"""What is said before addresses change, and redirects that lead to their end in one step."""

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from tests.factories import BlogPostPageFactory, SmallSite

pytestmark = pytest.mark.django_db


def target_of(path: str) -> str | None:
    return Redirect.objects.get(old_path=path).link


def add(client: Client, path: str, link: str, **fields: object):
    data = {"old_path": path, "redirect_link": link, "is_permanent": "on", **fields}
    return client.post(reverse("wagtailredirects:add"), data, follow=True)


def test_a_move_says_how_many_addresses_change(client: Client, small_site: SmallSite, editor) -> None:
    client.force_login(editor)
    BlogPostPageFactory(parent=small_site.blog, live=False)
    for destination, is_said in ((small_site.about, True), (small_site.home, False)):
        address = reverse("wagtailadmin_pages:move_confirm", args=[small_site.blog.pk, destination.pk])
        assert ("2 addresses change, with the pages below." in client.get(address).text) == is_said


def test_the_move_of_many_pages_says_how_many_addresses_change(client: Client, small_site: SmallSite, editor) -> None:
    client.force_login(editor)
    pages = [small_site.post, BlogPostPageFactory(parent=small_site.blog)]
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "move"])
    response = client.get(address, {"id": [page.pk for page in pages], "next": "/admin/"})
    assert "2 addresses change" in response.text


def test_a_new_slug_says_how_many_addresses_change(client: Client, small_site: SmallSite, member) -> None:
    client.force_login(member("change"))
    address = reverse("address_changes", args=[small_site.post.pk])
    assert client.get(address).json()["text"].startswith("1 address changes.")
    draft = BlogPostPageFactory(parent=small_site.blog, live=False)
    assert client.get(reverse("address_changes", args=[draft.pk])).json() == {"text": ""}
    assert client.get(reverse("address_changes", args=[small_site.about.pk])).status_code == 302
    edit_page = client.get(reverse("wagtailadmin_pages:edit", args=[small_site.post.pk]))
    assert "desk/slug.js" in edit_page.text


def test_chains_of_redirects_are_one_step(small_site: SmallSite) -> None:
    Redirect.add_redirect("/b/", "/c/")
    Redirect.add_redirect("/a/", "/b/")
    assert target_of("/a") == "/c/"
    Redirect.add_redirect("/c/", small_site.post)
    assert [target_of(f"/{name}") for name in "abc"] == [small_site.post.url] * 3
    # A page answers there, although its address redirects, too.
    Redirect.add_redirect(small_site.about.url, "/c/")
    Redirect.add_redirect("/d/", small_site.about.url)
    assert target_of("/d") == small_site.about.url
    Redirect.add_redirect("/e/", "https://elsewhere.example/a/")
    assert target_of("/e") == "https://elsewhere.example/a/"


def test_a_redirect_in_a_circle_is_refused(client: Client, small_site: SmallSite, editor) -> None:
    client.force_login(editor)
    Site.objects.update(hostname="galley.example")  # the form takes no host without a dot
    root = "http://galley.example"
    add(client, "/a/", f"{root}/b/")
    for path, link in (("/b/", "/a/"), ("/c/", "/c"), ("/d", "/d/?")):
        assert "This would lead in a circle, back to" in add(client, path, f"{root}{link}").text
    assert Redirect.objects.count() == 1
    add(client, "/b/", f"{root}/c/")
    assert target_of("/a") == f"{root}/c/"
    second = Redirect.objects.get(old_path="/b")
    data = {"old_path": "/b", "redirect_link": f"{root}/b/", "is_permanent": "on"}
    response = client.post(reverse("wagtailredirects:edit", args=[second.pk]), data)
    assert "This would lead in a circle" in response.text


def test_of_a_circle_that_code_writes_the_newest_stays(client: Client, small_site: SmallSite) -> None:
    Redirect.add_redirect("/a/", "/b/")
    Redirect.add_redirect("/b/", "/a/")
    assert [one.old_path for one in Redirect.objects.all()] == ["/b"]
    assert client.get("/b/", follow=True).status_code == 404


def test_a_circle_through_unpublished_pages_is_refused(client: Client, small_site: SmallSite, editor) -> None:
    client.force_login(editor)
    about, blog = small_site.about, small_site.blog
    Redirect.add_redirect(about.url, blog)
    for page in (about, blog):
        page.unpublish()
    refused = "This would lead in a circle, back to"
    assert refused in add(client, blog.url, "", redirect_page=about.pk).text
    assert refused in add(client, blog.url, "", redirect_page=blog.pk).text
    assert Redirect.objects.count() == 1
    about.save_revision().publish()
    assert refused not in add(client, blog.url, "", redirect_page=about.pk).text
    assert Redirect.objects.count() == 2


def test_a_circle_that_code_writes_takes_no_redirect_to_a_page_away(client: Client, small_site: SmallSite) -> None:
    about = small_site.about
    Redirect.add_redirect("/b/", about)
    about.unpublish()
    Redirect.add_redirect(about.url, "/b/")
    assert Redirect.objects.count() == 2
    assert [client.get(url, follow=True).status_code for url in ("/b/", about.url)] == [404, 404]
    about.save_revision().publish()
    assert client.get("/b/")["Location"] == about.url
