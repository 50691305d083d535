"""Who sees what: nine roles at nine addresses of a page in nine states, over HTTP.

`EXPECTED` has for each state and address the initials of those who see the page's word there, and nobody else does.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from wagtail.models import Collection, Page, PageViewRestriction

from blog.models import BlogPostPage
from galley.images.renditions import RenditionName
from galley.preview.sharing import make_link
from tests.conftest import SmallSite
from tests.factories import BlogIndexPageFactory, BlogPostPageFactory, EditorFactory, SiteImageFactory
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

    def find_who_sees(self, address: str) -> str:
        return "".join(role for role, client in self.clients.items() if self._sees(role, client, address))

    def _sees(self, role: str, client: Client, address: str) -> bool:
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
        answers = [client.get(path) for path in paths]
        if address in ("rendition", "original"):
            return answers[0].status_code == 200
        # What was asked for may stand in an answer that finds nothing.
        sign = f"{above}{WORD}/" if address in ("search", "machines") else f"Title {WORD}"
        return any(sign in answer.text for answer in answers)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("state", EXPECTED)
@pytest.mark.by_day(1, 8)
def test_each_role_sees_what_it_may_at_each_address(small_site: SmallSite, state: str) -> None:
    matrix = Matrix(small_site, state)
    found = {address: matrix.find_who_sees(address) for address in ADDRESSES}
    assert found == EXPECTED[state]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_it_is_noticed_when_a_restriction_is_gone(small_site: SmallSite) -> None:
    matrix = Matrix(small_site, "login")
    PageViewRestriction.objects.all().delete()
    found = {address: matrix.find_who_sees(address) for address in ("page", "list", "feed", "search", "machines")}
    assert {address for address, who in found.items() if who != EXPECTED["login"][address]} == set(found)
