"""Menus lead where visitors may go, and nowhere else."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.models import PageViewRestriction

from galley.site_settings.menus import MenuBlock, MenuLink, read_menu, validate_address
from tests.factories import SmallSite, StandardPageFactory


def menu_of(*entries):
    return MenuBlock().to_python([{"type": kind, "value": value} for kind, value in entries])


def page_link(page, label: str = ""):
    return "page", {"page": page.pk, "label": label}


def submenu(label: str, *entries):
    return "submenu", {"label": label, "links": [{"type": kind, "value": value} for kind, value in entries]}


@pytest.mark.parametrize(
    "address",
    ["https://example.org/a?b#c", "HTTP://example.org", "mailto:ada@example.org?subject=Hello", "tel:+44-20-7946",
     "/blog/", "/", "#main", "?q=ink", "/blog/?a=javascript:1"],
)  # fmt: skip
def test_an_address_that_a_link_may_have(address: str) -> None:
    validate_address(address)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "https:x",
     "https://", "//example.org/", "/\\example.org", "/ a", "mailto:", "mailto:ada", "tel:call", "example", "file:///etc",
     "\x01javascript:x", ""],
)  # fmt: skip
def test_any_other_address_gets_a_sentence(address: str) -> None:
    with pytest.raises(ValidationError, match="No link can lead to “"):
        validate_address(address)


def test_links_have_the_labels_that_were_written_or_the_titles(small_site: SmallSite) -> None:
    menu = menu_of(
        page_link(small_site.blog),
        page_link(small_site.about, "Who we are"),
        ("address", {"label": "Shop", "address": "https://shop.example"}),
        submenu("More", page_link(small_site.contact), ("address", {"label": "Top", "address": "#main"})),
    )
    assert read_menu(menu, None) == [
        MenuLink("Blog", "/blog/"),
        MenuLink("Who we are", "/about-us/"),
        MenuLink("Shop", "https://shop.example"),
        MenuLink("More", "", (MenuLink("Contact", "/contact/"), MenuLink("Top", "#main"))),
    ]


def test_drafts_private_and_deleted_pages_disappear_and_so_do_empty_submenus(small_site: SmallSite) -> None:
    menu = menu_of(
        page_link(small_site.blog), submenu("Sub", page_link(small_site.about)), page_link(small_site.contact)
    )
    small_site.blog.unpublish()
    PageViewRestriction.objects.create(page=small_site.contact, restriction_type=PageViewRestriction.LOGIN)
    assert [link.label for link in read_menu(menu, None)] == ["Sub"]
    small_site.about.delete()
    assert read_menu(menu, None) == []


def test_a_menu_costs_as_many_queries_with_twenty_pages_as_with_one(small_site: SmallSite) -> None:
    pages = [StandardPageFactory(parent=small_site.home, title=f"Page {number}") for number in range(20)]
    counts = []
    for chosen in (pages[:1], pages):
        menu = menu_of(*[page_link(page) for page in chosen])
        read_menu(menu, None)
        with CaptureQueriesContext(connection) as queries:
            assert len(read_menu(menu, None)) == len(chosen)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("where", ["beside", "below", "address"])
def test_a_menu_that_contains_itself_gets_a_sentence(small_site: SmallSite, where: str) -> None:
    blog = page_link(small_site.blog)
    ink = ("address", {"label": "Ink", "address": "/ink/"})
    entries = {"beside": [blog, blog], "below": [blog, submenu("More", blog)], "address": [ink, submenu("More", ink)]}
    with pytest.raises(StreamBlockValidationError) as raised:
        MenuBlock().clean(menu_of(*entries[where]))
    name = "/ink/" if where == "address" else "Blog"
    (error,) = raised.value.non_block_errors
    assert str(error) == f"“{name}” is in this menu twice. A menu can’t contain itself: take one of them out."


def test_a_submenu_in_a_submenu_is_not_read() -> None:
    """Who sends a form of their own gets no third level."""
    form = {"m-count": "1", "m-0-deleted": "", "m-0-order": "0", "m-0-type": "submenu", "m-0-value-label": "A",
            "m-0-value-links-count": "1", "m-0-value-links-0-deleted": "", "m-0-value-links-0-order": "0",
            "m-0-value-links-0-type": "submenu", "m-0-value-links-0-value-label": "B"}  # fmt: skip
    value = MenuBlock().value_from_datadict(form, {}, "m")
    assert len(value) == 1
    assert len(value[0].value["links"]) == 0
