"""Who sees what: nine roles at nine addresses of a page in nine states, by the whole application, with its cache.

`EXPECTED` has for each state and address the initials of those who see the page's word there, and nobody else does.
"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, Page, PageViewRestriction

from blog.models import BlogPostPage
from config.asgi import site as site_application
from galley.images.renditions import RenditionName
from galley.page_cache.application import PageCache
from galley.preview.sharing import make_link
from tests.conftest import SmallSite
from tests.factories import BlogIndexPageFactory, BlogPostPageFactory, EditorFactory, SiteImageFactory
from tests.galley.page_cache.visitors import Answer, Visitor, runner  # noqa: F401
from tests.site.hidden import HIDING, HiddenThings

WORD, PASSWORD = "zqmatrixxw", "colophon"
ROLES = {
    "V": "visitor",
    "P": "reader with the page's password",
    "R": "signed-in reader, in the group of restricted pages",
    "O": "author of the page",
    "A": "author of other pages",
    "E": "editor",
    "C": "chief editor",
    "S": "superuser",
    "G": "guest of a shared link",
}
ALL, NOBODY = "VPROAECSG", ""
ADDRESSES = ["page", "list", "feed", "search", "machines", "rendition", "original", "draft", "edit"]
STAFF = "OECS"
# The address of a size of a picture has a digest: who knows it has seen the page, or the draft.
SAME = {"rendition": ALL, "original": "OAECS", "draft": f"{STAFF}G", "edit": STAFF}
HIDDEN = dict.fromkeys(ADDRESSES, NOBODY) | SAME
EXPECTED: dict[str, dict[str, str]] = {
    "live": dict.fromkeys(ADDRESSES, ALL) | SAME,
    "changed": HIDDEN,  # the word of the draft of a live page
    "section": HIDDEN | {"page": "ROAECS", "list": "ROAECS"},  # below a blog for who is signed in
    "draft": HIDDEN,
    "unpublished": HIDDEN,
    "scheduled": HIDDEN,
    "password": HIDDEN | {"page": "P"},
    "login": HIDDEN | {"page": "ROAECS"},
    "group": HIDDEN | {"page": "RS"},
}


class Matrix:
    """One post in a state, and everybody who asks for it."""

    def __init__(self, site: SmallSite, state: str) -> None:
        own = self._member("Authors")
        reader = EditorFactory(is_superuser=False)
        parent: Page = site.blog
        if state == "section":
            parent = BlogIndexPageFactory(parent=site.home, title="Closed", slug="closed")
            HIDING["login"](parent, HiddenThings())
        self.image = SiteImageFactory(file__width=500, file__height=300, collection=Collection.get_first_root_node())
        text = "changed" if state == "changed" else WORD
        self.post: BlogPostPage = BlogPostPageFactory(
            parent=parent, title=f"Title {text}", slug=text, owner=own, lead_image=self.image, lead_image_alt="A stick"
        )
        self.post.save_revision().publish()
        self._hide(state, reader)
        self.users = {"R": reader, "O": own, "A": self._member("Authors"), "E": self._member("Editors")}
        self.users |= {"C": self._member("Chief editors"), "S": EditorFactory()}
        _link, self.token = make_link(self.post, self.users["S"], timedelta(days=1))
        self.clients = {role: self._come(role) for role in ROLES}
        cache.clear()

    def _member(self, group: str) -> Any:
        user = EditorFactory(is_superuser=False)
        user.groups.add(Group.objects.get(name=group))
        return user

    def _hide(self, state: str, reader: Any) -> None:
        if state == "changed":
            self.post.title = f"Title {WORD}"
            self.post.save_revision()
        elif state in HIDING:
            HIDING[state](self.post, HiddenThings())
        for restriction in PageViewRestriction.objects.filter(page=self.post):
            PageViewRestriction.objects.filter(pk=restriction.pk, restriction_type="password").update(password=PASSWORD)
            for group in restriction.groups.all():
                reader.groups.add(group)

    def _come(self, role: str) -> Client:
        client = Client()
        if role in self.users:
            client.force_login(self.users[role])
        for restriction in PageViewRestriction.objects.filter(page=self.post, restriction_type="password"):
            if role == "P":
                address = reverse("wagtailcore_authenticate_with_password", args=[restriction.pk, self.post.pk])
                client.post(address, {"password": PASSWORD, "return_url": self.post.url})
        return client

    def find_who_sees(self, address: str, anybody: Visitor) -> str:
        """Return the initials of those who see the word there, also if somebody else has asked before."""
        first, again = ("".join(role for role in ROLES if self._sees(role, anybody, address)) for _ in range(2))
        return first if first == again else f"at first {first}, then {again}"

    def _sees(self, role: str, anybody: Visitor, address: str) -> bool:
        above = self.post.get_parent().url
        paths = {
            "page": [self.post.url],
            "list": [above, "/"],
            "feed": [f"{above}feed.atom", f"{above}feed.rss"],
            "search": [f"/search/?q={WORD}"],
            "machines": [f"{above}feed.json", "/sitemap-1.xml"],
            "rendition": [RenditionName.of(self.image, "width-400", "webp").url],
            "original": [self.image.file.url],
            "draft": [f"/preview/shared/{self.token}/" if role == "G" else f"/admin/pages/{self.post.pk}/view_draft/"],
            "edit": [f"/admin/pages/{self.post.pk}/edit/"],
        }[address]
        cookies = {f"{cookie.key}={cookie.value}" for cookie in self.clients[role].cookies.values()}
        headers = {"cookie": "; ".join(cookies)} if cookies else {}
        answers: list[Answer] = [anybody.get(path, **headers) for path in paths]
        if address in ("rendition", "original"):
            return answers[0].status == 200
        # What was asked for may stand in an answer that finds nothing.
        sign = f"{above}{WORD}/" if address in ("search", "machines") else f"Title {WORD}"
        return any(sign in answer.body.decode() for answer in answers)


@pytest.fixture
def anybody(runner: asyncio.Runner) -> Visitor:  # noqa: F811
    """Who comes to the whole site, files and cache included."""
    cached_site = PageCache(site_application, 8 * 1024 * 1024)
    cached_site.tracker.invalidate()
    return Visitor(cached_site, runner)


pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.mark.parametrize("state", EXPECTED)
@pytest.mark.by_day(1, 8)
def test_each_role_sees_what_it_may_at_each_address(small_site: SmallSite, anybody: Visitor, state: str) -> None:
    matrix = Matrix(small_site, state)
    found = {address: matrix.find_who_sees(address, anybody) for address in ADDRESSES}
    assert found == EXPECTED[state]


def test_it_is_noticed_when_a_restriction_is_gone(small_site: SmallSite, anybody: Visitor) -> None:
    matrix = Matrix(small_site, "login")
    PageViewRestriction.objects.all().delete()
    found = {
        address: matrix.find_who_sees(address, anybody) for address in ("page", "list", "feed", "search", "machines")
    }
    assert {address for address, who in found.items() if who != EXPECTED["login"][address]} == set(found)


def test_it_is_noticed_when_somebody_has_too_many_rights(small_site: SmallSite, anybody: Visitor) -> None:
    matrix = Matrix(small_site, "draft")
    type(matrix.users["R"]).objects.filter(pk=matrix.users["R"].pk).update(is_superuser=True)
    for address in ("original", "draft", "edit"):
        assert set(matrix.find_who_sees(address, anybody)) == {"R", *EXPECTED["draft"][address]}
