"""Blocks that lead on: what visitors see of them, and what never leaks."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.models import PageViewRestriction

from blog.models import Category
from home.blocks.body import BodyBlock
from tests.factories import SiteImageFactory, SmallSite

pytestmark = pytest.mark.django_db

VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"

NEWSLETTER = {
    "title": "A letter",
    "text": "Once a month.",
    "form_address": "https://www.letters.example.org/subscribe",
    "field_name": "fields[email]",
}


def show(page, *blocks):
    page.body = list(blocks)
    page.save_revision().publish()


def read(asgi_get, page) -> str:
    response = asgi_get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def posts_block(**values):
    return ("posts", {"heading": "Read next", "posts": [], "category": None, "number": 3, **values})


def test_a_video_is_a_link_until_the_script_makes_a_button(small_site: SmallSite, asgi_get) -> None:
    show(small_site.post, ("embed", {"embed_url": "https://youtu.be/dQw4w9WgXcQ", "caption": "A proof is pulled"}))
    html = read(asgi_get, small_site.post)
    assert f'<a class="embed__poster" href="{VIDEO}">' in html
    assert "<iframe" not in html
    assert "embeds/embeds" in html
    assert "Nothing is loaded from YouTube until you press it." in html
    assert "embeds/embeds" not in read(asgi_get, small_site.about)
    # A feed has the link and no word of a button.
    feed = asgi_get("/blog/feed.json").json()["items"][0]["content_html"]
    assert f'href="{VIDEO}"' in feed
    assert "A proof is pulled" in feed
    assert "until you press it" not in feed


def test_captions_and_words_are_found(small_site: SmallSite) -> None:
    document = get_document_model().objects.create(title="Twelve pages", file=ContentFile(b"x", "proof.txt"))
    show(
        small_site.post,
        ("embed", {"embed_url": VIDEO, "caption": "Pulled by hand"}),
        ("download", {"document": document, "title": "", "text": "With corrections"}),
        ("button", {"label": "Write to us", "page": None, "address": "mailto:a@example.org"}),
    )
    words = " ".join(small_site.post.body.stream_block.get_searchable_content(small_site.post.body))
    for text in ("Pulled by hand", "Twelve pages", "With corrections", "Write to us"):
        assert text in words
    assert "mailto" not in words


def test_a_button_leads_only_to_a_page_that_is_there(small_site: SmallSite, asgi_get) -> None:
    button = ("button", {"label": "Read the post", "page": small_site.post, "address": ""})
    show(small_site.about, button)
    assert f'<a class="button" href="{small_site.post.url}"' in read(asgi_get, small_site.about)
    small_site.post.unpublish()
    assert "Read the post" not in read(asgi_get, small_site.about)


def test_a_download_names_its_kind_and_size(small_site: SmallSite, asgi_get) -> None:
    file = ContentFile(b"x" * 2048, "proof.pdf")
    document = get_document_model().objects.create(title="A proof", file=file, file_size=2048)
    show(small_site.about, ("download", {"document": document, "title": "", "text": ""}))
    html = read(asgi_get, small_site.about)
    assert f'href="{document.url}"' in html
    assert "PDF, 2.0" in html


def test_a_newsletter_is_a_plain_form_of_its_provider(small_site: SmallSite, asgi_get) -> None:
    show(small_site.about, ("newsletter", NEWSLETTER))
    html = read(asgi_get, small_site.about)
    assert '<form class="newsletter" method="post" action="https://www.letters.example.org/subscribe"' in html
    assert 'type="email" name="fields[email]" required' in html
    assert "Your address goes to letters.example.org" in html
    assert html.count("letters.example.org") == 2  # nothing else of it is loaded


def test_only_readable_posts_are_listed_and_changes_show(small_site: SmallSite, asgi_get) -> None:
    post = small_site.post
    show(small_site.about, posts_block(posts=[post]))
    assert f'href="{post.url}"' in read(asgi_get, small_site.about).partition('class="posts"')[2]
    post.title = "A second title"
    post.save_revision().publish()
    assert "A second title" in read(asgi_get, small_site.about)
    restriction = PageViewRestriction.objects.create(page=post, restriction_type="login")
    assert "A second title" not in read(asgi_get, small_site.about)
    restriction.delete()
    post.unpublish()
    html = read(asgi_get, small_site.about)
    assert "A second title" not in html
    assert "Read next" not in html


def test_the_newest_of_a_category_are_listed_without_the_page_itself(small_site: SmallSite, asgi_get) -> None:
    category = Category.objects.create(name="Proofs", slug="proofs")
    small_site.post.categories.add(category)
    show(small_site.about, posts_block(category=category))
    show(small_site.post, posts_block(category=category))
    assert 'class="posts"' in read(asgi_get, small_site.about)
    assert 'class="posts"' not in read(asgi_get, small_site.post)


def test_two_columns_hold_texts_and_pictures(small_site: SmallSite, asgi_get) -> None:
    picture = {"image": SiteImageFactory(), "caption": "A stick"}
    columns = {"left": [("paragraph", "<p>On the left.</p>")], "right": [("picture", picture)]}
    show(small_site.about, ("columns", columns))
    html = read(asgi_get, small_site.about)
    assert html.count('class="columns__one"') == 2
    assert "On the left." in html
    assert "<figcaption" in html.partition('class="columns"')[2]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("embed", {"embed_url": "https://example.org/", "caption": ""}, "This address can't be embedded."),
        ("button", {"label": "Go", "page": None, "address": ""}, "Fill in one of the two: page or address."),
        ("button", {"label": "Go", "page": None, "address": "javascript:alert(1)"}, "No link can lead to"),
        ("newsletter", {**NEWSLETTER, "form_address": "http://letters.example.org/"}, "begins with https://"),
        ("newsletter", {**NEWSLETTER, "field_name": 'a" onfocus="x'}, "Copy only the word"),
        (
            "posts",
            {"heading": "", "posts": [], "category": None, "number": 3},
            "Fill in one of the two: posts or category.",
        ),
    ],
)
def test_bad_input_gets_a_sentence(name: str, value: dict, sentence: str) -> None:
    block = BodyBlock().child_blocks[name]
    with pytest.raises(ValidationError) as caught:
        block.clean(block.normalize(value))
    assert sentence in str(caught.value.as_json_data())


@pytest.mark.parametrize("name", ["embed", "button", "download", "posts", "link_card", "columns", "newsletter"])
def test_each_has_an_icon_a_description_a_group_and_a_preview(name: str, small_site: SmallSite) -> None:
    SiteImageFactory()
    block = BodyBlock().child_blocks[name]
    assert block.meta.icon != "placeholder"
    assert block.get_description()
    assert block.meta.group
    assert block.render(block.get_preview_value(), {"page": None}).strip()
