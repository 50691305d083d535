"""What the HTML of every page type promises: to readers, to screen readers and to the live preview."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse

from home.models import SiteLink, SiteSettings
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

RICH_BODY = [
    ("paragraph", "<p>A <b>proof</b>.</p>"),
    ("markdown", "## Marks\n\n```python\nfold = 1\n```"),
    ("heading", {"text": "Where the pencil goes", "level": "2"}),
    ("pull_quote", {"quote": "Read it aloud.", "attribution": "A compositor"}),
    ("callout", {"kind": "warning", "text": "<p>Never in black.</p>"}),
    ("details", {"summary": "Why red?", "text": "<p>Black is for the text.</p>"}),
    ("margin_note", {"text": "<p>Or blue.</p>"}),
    ("formula", {"tex": "\\frac{a}{b}", "caption": "A part"}),
    ("heading", {"text": "Main", "level": "2"}),
    ("heading", {"text": "Marks", "level": "3"}),
    ("code", {"language": "python", "code": "def fold(): pass", "caption": "A fold"}),
    ("embed", {"embed_url": "https://youtu.be/dQw4w9WgXcQ", "caption": "A proof is pulled"}),
    ("link_card", {"embed_url": "https://example.org/proofs", "title": "", "text": ""}),
    ("button", {"label": "Write to us", "page": None, "address": "/contact/"}),
    ("columns", {"left": [("paragraph", "<p>Left.</p>")], "right": [("paragraph", "<p>Right.</p>")]}),
    (
        "table",
        {
            "data": [["Year", "Proofs"], ["1834", "12"]],
            "first_row_is_table_header": True,
            "first_col_is_header": False,
            "table_caption": "Proofs a year",
        },
    ),
]


class Outline(HTMLParser):
    """Counts headings and ids, and notes the regions of a page and how they are nested."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.regions: Counter[str] = Counter()
        self.nested_regions: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.tags[tag] += 1
        if "id" in values:
            self.ids[values["id"] or ""] += 1
        if tag == "img":
            self.images.append(values)
        region = values.get("data-region")
        if region:
            self.regions[region] += 1
            if any(outer for _, outer in self.open):
                self.nested_regions.append(region)
        if tag not in VOID:
            self.open.append((tag, region))

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        opened, _ = self.open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"


@pytest.fixture
def full_site(small_site: SmallSite) -> SmallSite:
    image = SiteImageFactory()
    for page in small_site.pages():
        for name, value in {
            "introduction": "A few words.",
            "excerpt": "A few words.",
            "lead_image": image,
            "lead_image_alt": "A stick with type in it",
            "client": "A harbour",
            "role": "Setting",
        }.items():
            if hasattr(page, name):
                setattr(page, name, value)
        if hasattr(page, "body"):
            page.body = [*RICH_BODY, ("figure", {"image": image, "caption": "A stick", "placement": "margin"})]
        page.save()
    return small_site


PAGES = ["home", "about", "blog", "post", "portfolio", "project", "contact"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.by_day(3, 4)
def test_a_full_page_has_one_title_unique_ids_and_unnested_regions(name: str, full_site: SmallSite, asgi_get) -> None:
    outline = Outline(read(asgi_get(getattr(full_site, name).url)))
    assert outline.tags["h1"] == 1
    assert outline.tags["main"] == 1
    assert [key for key, count in outline.ids.items() if count > 1] == []
    assert [key for key, count in outline.regions.items() if count > 1] == []
    assert outline.nested_regions == []
    assert "title" in outline.regions
    assert not outline.open


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.by_day(0, 4)
def test_an_empty_page_has_one_title_too(name: str, small_site: SmallSite, asgi_get) -> None:
    outline = Outline(read(asgi_get(getattr(small_site, name).url)))
    assert outline.tags["h1"] == 1
    assert not outline.open


@pytest.mark.parametrize("name", ["about", "post", "project"])
def test_pictures_have_sizes_widths_and_alt_text(name: str, full_site: SmallSite, asgi_get) -> None:
    html = read(asgi_get(getattr(full_site, name).url))
    lead, *others = Outline(html).images
    assert len(re.findall("<source [^>]* sizes=", html)) == html.count("<source ") == 2 * len([lead, *others])
    assert lead["alt"] == "A stick with type in it"
    assert "loading" not in lead
    for image in [lead, *others]:
        assert image["width"]
        assert image["height"]
        assert image["alt"] is not None
    assert all(image["loading"] == "lazy" for image in others)


def test_every_block_is_a_region_of_its_own(full_site: SmallSite, asgi_get) -> None:
    outline = Outline(read(asgi_get(full_site.post.url)))
    for block in full_site.post.body:
        assert outline.regions[f"block-{block.id}"] == 1
        assert outline.ids[f"block-{block.id}"] == 1


def test_the_foot_prints_what_the_editors_wrote_for_it(small_site: SmallSite, asgi_get) -> None:
    settings = SiteSettings.for_site(small_site.home.get_site())
    settings.footer_text = "We answer letters."
    settings.links.add(SiteLink(label="Letters", url="https://example.org/letters"))
    settings.save()
    html = read(asgi_get("/"))
    assert "We answer letters." in html
    assert '<a href="https://example.org/letters">Letters</a>' in html


def test_a_policy_can_name_what_stands_in_the_pages(full_site: SmallSite, asgi_get) -> None:
    scripts = set()
    for page in full_site.pages():
        html = read(asgi_get(page.url))
        assert "<style" not in html
        assert " style=" not in html
        assert not re.search(r"<[a-z][^>]* on[a-z]+=", html)
        scripts |= set(re.findall(r"<script>(.*?)</script>", html, re.DOTALL))
    # The colours, and what fetches htmx: the same wherever they stand, so that their hashes stay the same.
    assert len(scripts) == 2


def read(response: HttpResponse) -> str:
    assert response.status_code == 200
    return response.content.decode()
