"""A site that keeps something back in every way there is, and the words that nobody must read who isn't let in.

What is expected: an anonymous visitor meets no word of a page that isn't live or that they may not open, of a draft of
a live one, of a private document, of the original of a picture, or of a message. A tag, an author, a category, a series
and a skill that only such pages have are named nowhere. Slugs aren't secret: who asks for an address knows it, and
may read it in the answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction, Page, PageViewRestriction

from blog.models import Author, BlogPostPage, Category, PostAuthor, Series, Tag
from forms.models import ContactMessage
from home.models import SiteImage
from portfolio.models import Skill
from tests.conftest import SmallSite
from tests.factories import (
    BlogIndexPageFactory,
    BlogPostPageFactory,
    PortfolioIndexPageFactory,
    ProjectPageFactory,
    SiteImageFactory,
    StandardPageFactory,
)

# Every hidden text has this word, and no public one: searching for it has to find nothing.
COMMON_WORD = "vellum"


@dataclass
class HiddenThings:
    """What is kept back: `secrets` tells where each secret word stands, `addresses` are what curious people ask for."""

    secrets: dict[str, str] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def secret(self, place: str) -> str:
        """Return a word that stands only at `place`."""
        word = f"zq{next(self._numbers):03}xw"
        self.secrets[word] = place
        return f"{COMMON_WORD} {word}"

    def found_in(self, text: str) -> set[str]:
        """Return the places whose secrets stand in `text`."""
        return {place for word, place in self.secrets.items() if word in text}


def hide_things(site: SmallSite, states: Iterable[str]) -> HiddenThings:
    """Fill `site` with what nobody may see, each with words of its own. `states` are some of `HIDING`."""
    hidden = HiddenThings()
    _hide_single_pages(site, hidden, states)
    _hide_sections(site, hidden)
    _hide_drafts_of_live_pages(site, hidden)
    _hide_documents(hidden)
    _hide_message(site, hidden)
    return hidden


def _hide_single_pages(site: SmallSite, hidden: HiddenThings, states: Iterable[str]) -> None:
    for state in states:
        post = _make_post(site.blog, state, hidden)
        project = ProjectPageFactory(
            parent=site.portfolio, featured=True, **_texts(f"{state} project", hidden), slug=f"{state}-project"
        )
        project.skills.add(Skill.objects.create(name=hidden.secret(f"skill of {state} project"), slug=f"skill-{state}"))
        project.save()
        page = StandardPageFactory(
            parent=site.home, show_in_menus=True, **_texts(f"{state} page", hidden), slug=f"{state}-page"
        )
        hidden.addresses.append(f"{site.portfolio.url}?skill=skill-{state}")
        for one in (post, project, page):
            HIDING[state](one, hidden)
            hidden.addresses += _addresses_of(one)


def _make_post(blog: Page, state: str, hidden: HiddenThings) -> BlogPostPage:
    """Make a post with subjects and an author of its own."""
    slug = f"{state}-{blog.slug}"
    series = Series.objects.create(name=hidden.secret(f"series of {slug}"), slug=f"series-{slug}")
    category = Category.objects.create(name=hidden.secret(f"category of {slug}"), slug=f"category-{slug}")
    tag = Tag.objects.create(name=hidden.secret(f"tag of {slug}"), slug=f"tag-{slug}")
    author = Author.objects.create(
        name=hidden.secret(f"author of {slug}"), slug=f"author-{slug}", biography=hidden.secret(f"biography of {slug}")
    )
    post = BlogPostPageFactory(
        parent=blog,
        title=hidden.secret(f"title of {slug}"),
        excerpt=hidden.secret(f"excerpt of {slug}"),
        body=[("markdown", hidden.secret(f"text of {slug}"))],
        lead_image=_make_picture(slug, hidden),
        lead_image_alt=hidden.secret(f"alt text of {slug}"),
        search_description=hidden.secret(f"search description of {slug}"),
        series=series,
        slug=slug,
    )
    post.categories = [category]
    post.tags.add(tag)
    post.post_authors = [PostAuthor(author=author)]
    post.save()
    for name, group in {"tag": tag, "category": category, "author": author, "series": series}.items():
        hidden.addresses += [f"{blog.url}?{name}={group.slug}", f"{blog.url}{name}/{group.slug}/"]
    return post


def _texts(place: str, hidden: HiddenThings) -> dict[str, Any]:
    return {
        "title": hidden.secret(f"title of {place}"),
        "introduction": hidden.secret(f"introduction of {place}"),
        "body": [("markdown", hidden.secret(f"text of {place}"))],
        "lead_image": _make_picture(place, hidden),
        "lead_image_alt": hidden.secret(f"alt text of {place}"),
    }


def _make_picture(place: str, hidden: HiddenThings) -> SiteImage:
    """Make an image whose original says something about itself, and may be asked for by its name."""
    content, text = BytesIO(), PngInfo()
    text.add_text("Comment", hidden.secret(f"original of picture of {place}"))
    Image.new("RGB", (640, 480)).save(content, "PNG", pnginfo=text)
    description = hidden.secret(f"description of picture of {place}")
    image: SiteImage = SiteImageFactory(description=description, file=ContentFile(content.getvalue(), "hidden.png"))
    hidden.addresses.append(image.file.url)
    return image


def _make_draft(page: Page, hidden: HiddenThings) -> None:
    type(page).objects.filter(pk=page.pk).update(live=False)


def _unpublish(page: Page, hidden: HiddenThings) -> None:
    page.save_revision().publish()
    page.unpublish()


def _schedule(page: Page, hidden: HiddenThings) -> None:
    page.live = False
    page.go_live_at = timezone.now() + timedelta(days=1)
    page.save()
    page.save_revision().publish()
    page.refresh_from_db()
    assert not page.live


def _ask_for_password(page: Page, hidden: HiddenThings) -> None:
    password = hidden.secret(f"password of {page.slug}")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.PASSWORD, password=password)


def _ask_for_login(page: Page, hidden: HiddenThings) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def _ask_for_group(page: Page, hidden: HiddenThings) -> None:
    restriction = PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.GROUPS)
    restriction.groups.add(Group.objects.create(name=hidden.secret(f"group of {page.slug}")))


HIDING = {
    "draft": _make_draft,
    "unpublished": _unpublish,
    "scheduled": _schedule,
    "password": _ask_for_password,
    "login": _ask_for_login,
    "group": _ask_for_group,
}


def _hide_sections(site: SmallSite, hidden: HiddenThings) -> None:
    """A restriction holds for all that stands below, and so does an unpublished page above."""
    for state in ("login", "password"):
        blog = BlogIndexPageFactory(
            parent=site.home,
            title=hidden.secret(f"title of {state} blog"),
            introduction=hidden.secret(f"introduction of {state} blog"),
            show_in_menus=True,
            slug=f"{state}-blog",
        )
        portfolio = PortfolioIndexPageFactory(
            parent=site.home, title=hidden.secret(f"title of {state} portfolio"), slug=f"{state}-portfolio"
        )
        section = StandardPageFactory(parent=site.home, **_texts(f"{state} section", hidden), slug=f"{state}-sec")
        children = [
            _make_post(blog, "live", hidden),
            ProjectPageFactory(
                parent=portfolio, featured=True, **_texts(f"project in {state} portfolio", hidden), slug="inside"
            ),
            StandardPageFactory(parent=section, **_texts(f"page in {state} section", hidden), slug="inside"),
        ]
        for page in (blog, portfolio, section):
            HIDING[state](page, hidden)
        for page in (blog, portfolio, section, *children):
            hidden.addresses += _addresses_of(page)


def _hide_drafts_of_live_pages(site: SmallSite, hidden: HiddenThings) -> None:
    for page in site.pages():
        page.title = hidden.secret(f"draft title of {page.slug}")
        if hasattr(page, "body"):
            page.body = [("markdown", hidden.secret(f"draft text of {page.slug}"))]
        if hasattr(page, "introduction"):
            page.introduction = hidden.secret(f"draft introduction of {page.slug}")
        page.save_revision()
        page.refresh_from_db()
        hidden.addresses += _addresses_of(page)


def _hide_documents(hidden: HiddenThings) -> None:
    collection = Collection.get_first_root_node().add_child(name=hidden.secret("name of private collection"))
    CollectionViewRestriction.objects.create(collection=collection, restriction_type=CollectionViewRestriction.LOGIN)
    text = hidden.secret("text of private document").encode()
    document = Document.objects.create(
        title=hidden.secret("title of private document"),
        collection=collection,
        file=ContentFile(text, name="private.txt"),
    )
    hidden.addresses += [document.url, document.file.url]


def _hide_message(site: SmallSite, hidden: HiddenThings) -> None:
    ContactMessage.objects.create(
        page=site.contact,
        name=hidden.secret("name in message"),
        email="somebody@example.org",
        subject=hidden.secret("subject of message"),
        text=hidden.secret("text of message"),
        fingerprint="0",
    )


def _addresses_of(page: Page) -> list[str]:
    number = page.pk
    return [
        page.url,
        f"/preview/pages/{number}/",
        f"/preview/pages/{number}/links/",
        f"/admin/pages/{number}/view_draft/",
        f"/admin/pages/{number}/edit/",
        f"/_util/authenticate_with_password/1/{number}/",
    ]
