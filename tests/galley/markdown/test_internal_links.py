"""Links and pictures of the site itself, written by number."""

import pytest
from django.core.files.base import ContentFile
from pytest_django import DjangoAssertNumQueries
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from galley.images import largest_image_url, render_picture
from galley.markdown import find_broken_links, render_markdown
from tests.conftest import SmallSite
from tests.factories import SiteImageFactory, StandardPageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    return get_document_model().objects.create(title="Price list", file=ContentFile(b"1", name="prices.pdf"))


def test_a_page_is_linked_by_its_number(small_site: SmallSite) -> None:
    html = render_markdown(f"[words](page:{small_site.about.pk}#part 'why')")
    assert html == '<p><a href="/about-us/#part" title="why">words</a></p>\n'


def test_a_page_that_moves_keeps_its_links(small_site: SmallSite) -> None:
    text = f"[words](page:{small_site.about.pk})"
    render_markdown(text)
    small_site.about.slug = "elsewhere"
    small_site.about.save_revision().publish()
    assert 'href="/elsewhere/"' in render_markdown(text)


def test_a_document_is_linked_through_wagtails_own_view(document) -> None:
    assert render_markdown(f"[prices](doc:{document.pk})") == f'<p><a href="{document.url}">prices</a></p>\n'


def test_a_picture_comes_in_several_widths() -> None:
    image = SiteImageFactory(file__width=2000, file__height=1000)
    picture = render_picture(image, "column", 'A "stick"')
    html = render_markdown(f'See ![A "stick"](image:{image.pk}) there')
    assert html == f"<p>See {picture} there</p>\n"
    assert 'alt="A &quot;stick&quot;"' in html


def test_a_picture_alone_in_its_paragraph_is_a_figure() -> None:
    image = SiteImageFactory()
    html = render_markdown(f"![alt](image:{image.pk} 'Caption & more')\n\nText.")
    assert html.startswith("<figure><picture><source ")
    assert html.rstrip().endswith("<figcaption>Caption &amp; more</figcaption></figure>\n<p>Text.</p>")


def test_a_small_picture_is_not_enlarged() -> None:
    image = SiteImageFactory(file__width=300, file__height=200)
    html = render_markdown(f"![alt](image:{image.pk})")
    assert 'width="300"' in html
    assert "300w" in html
    assert "400w" not in html


def test_a_picture_whose_file_is_gone_does_not_stop_the_page() -> None:
    image = SiteImageFactory()
    image.file.storage.delete(image.file.name)
    assert 'alt="alt"' in render_markdown(f"![alt](image:{image.pk})")


@pytest.mark.parametrize("number", ["999999", "999999999999999999999999", "abc", "", "-1", "٣"])
@pytest.mark.parametrize("kind", ["page", "doc", "image"])
def test_what_is_missing_leaves_its_words(kind: str, number: str) -> None:
    html = render_markdown(f"[words]({kind}:{number}) ![picture]({kind}:{number}) *after*")
    assert f"{kind}:" not in html
    assert "words" in html
    assert "<em>after</em>" in html
    assert "href" not in html


def test_a_page_that_is_not_published_is_not_linked(small_site: SmallSite) -> None:
    small_site.about.unpublish()
    assert render_markdown(f"[words](page:{small_site.about.pk})") == "<p>words</p>\n"


def test_a_link_to_a_private_page_tells_no_more_than_its_address(small_site: SmallSite) -> None:
    small_site.about.title = "A secret title"
    small_site.about.save()
    PageViewRestriction.objects.create(page=small_site.about, restriction_type=PageViewRestriction.LOGIN)
    html = render_markdown(f"[](page:{small_site.about.pk}) [words](page:{small_site.about.pk})")
    assert "secret" not in html
    assert 'href="/about-us/"' in html


def test_a_link_around_a_picture() -> None:
    image = SiteImageFactory()
    html = render_markdown(f"[![alt](image:{image.pk})](image:{image.pk}) [gone ![alt](image:{image.pk})](page:999)")
    assert html.count("<a ") == html.count("</a>") == 1
    assert html.count("<img") == 2
    # The file as it was uploaded isn't public.
    assert f'href="{largest_image_url(image)}"' in html
    assert image.file.url not in html


@pytest.mark.parametrize("count", [2, 30])
def test_one_query_for_each_kind(
    count: int, small_site: SmallSite, document, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pages = [StandardPageFactory(parent=small_site.home, title=f"Page {number}") for number in range(count)]
    images = [SiteImageFactory(file__width=40, file__height=30) for _ in range(count)]
    text = "\n\n".join(
        [f"[p](page:{page.pk})" for page in pages]
        + [f"![i](image:{image.pk})" for image in images]
        + [f"[d](doc:{document.pk})"] * count
    )
    render_markdown(text)  # looks up the site
    with django_assert_num_queries(3):  # pages, documents, images
        assert render_markdown(text).count("href") == 2 * count


def test_missing_references_name_their_lines(small_site: SmallSite) -> None:
    text = (
        f"Fine: [here](page:{small_site.about.pk})\nand\n[gone](page:777)\n\n> - ![gone](image:888)\n\n"
        "| [x](doc:5) |\n|---|\n| [x](page:abc#part) |\n"
    )
    assert find_broken_links(text) == [
        "Line 3: there is no page with the number “777”.",
        "Line 5: there is no picture with the number “888”.",
        "Line 7: there is no document with the number “5”.",
        "Line 9: there is no page with the number “abc”.",
    ]
