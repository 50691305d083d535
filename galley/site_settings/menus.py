"""Menus of pages and addresses, nested one level: blocks for a StreamField, and the links that visitors see."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError, StreamValue
from wagtail.models import Page

from galley.page_cache.root_pages import translate_pages

_IN_SITE = re.compile(r"(/(?!/)|[#?])[^\s\\]*")
_TELEPHONE = re.compile(r"tel:\+?[\d().-]+")


def validate_address(address: str) -> None:
    """Raise ValidationError unless `address` is one that a link may have: no script, no other site by accident."""
    scheme, _colon, rest = address.partition(":")
    try:
        if scheme.lower() in ("http", "https"):
            URLValidator(schemes=["http", "https"])(address)
            return
        if scheme.lower() == "mailto":
            validate_email(rest.partition("?")[0])
            return
    except ValidationError:
        pass
    if not (_IN_SITE.fullmatch(address) or _TELEPHONE.fullmatch(address)):
        text = _(
            "No link can lead to “%(address)s”. Write an address that begins with https://, mailto: or tel:, or with / "
            "for this site."
        )
        raise ValidationError(text, params={"address": address[:80]})


class PageLinkBlock(blocks.StructBlock):
    """A page of the site. The link disappears while the page isn't public."""

    page = blocks.PageChooserBlock(help_text=gettext_lazy("Visitors see the link while the page is published."))
    label = blocks.CharBlock(
        required=False, max_length=60, help_text=gettext_lazy("The words that are shown. Empty: the page’s title.")
    )

    class Meta:
        icon = "doc-empty-inverse"
        label = gettext_lazy("Page")
        description = gettext_lazy("A page of this site. The link follows it wherever it is moved.")
        label_format = "{page} {label}"


class AddressLinkBlock(blocks.StructBlock):
    """An address on the web, in the site, of mail or of a telephone."""

    label = blocks.CharBlock(max_length=60, help_text=gettext_lazy("The words that are shown."))
    address = blocks.CharBlock(
        max_length=500,
        validators=[validate_address],
        help_text=gettext_lazy("Where the link leads: https://…, mailto:…, tel:…, or /… for this site."),
    )

    class Meta:
        icon = "link-external"
        label = gettext_lazy("Address")
        description = gettext_lazy("Any other address: of another site, a telephone number, an e-mail address.")
        label_format = "{label}"


class LinkStreamBlock(blocks.StreamBlock):
    """Links to pages and addresses."""

    page = PageLinkBlock()
    address = AddressLinkBlock()


class SubmenuBlock(blocks.StructBlock):
    """Links under one name."""

    label = blocks.CharBlock(max_length=60, help_text=gettext_lazy("The name under which the links are found."))
    links = LinkStreamBlock(help_text=gettext_lazy("Drag them into their order."))

    class Meta:
        icon = "list-ul"
        label = gettext_lazy("Submenu")
        description = gettext_lazy("Several links under one name, which opens when it is pressed.")
        label_format = "{label}"


class MenuBlock(LinkStreamBlock):
    """A menu: links and submenus. Nothing stands in it twice, so that no part of it leads into itself."""

    submenu = SubmenuBlock()

    def clean(self, value: StreamValue, **options: Any) -> StreamValue:
        """Return the menu. Raises StreamBlockValidationError, which names what it contains twice."""
        cleaned: StreamValue = super().clean(value, **options)
        found = Counter(_targets(cleaned.get_prep_value()))
        twice = [target for target, number in found.items() if number > 1]
        if twice:
            pages = Page.objects.in_bulk([target for target in twice if isinstance(target, int)])
            text = _("“%s” is in this menu twice. A menu can’t contain itself: take one of them out.")
            raise StreamBlockValidationError(non_block_errors=[text % pages.get(target, target) for target in twice])
        return cleaned


class MenuLink(NamedTuple):
    """A link of a menu; or a submenu, which has no address, but links."""

    label: str
    url: str
    links: tuple["MenuLink", ...] = ()


def read_menu(menu: StreamValue, request: HttpRequest | None) -> list[MenuLink]:
    """Return the links to live, public pages and to addresses, without submenus that are empty. Two queries at most.

    Where the site has several languages, a link leads to the page in the active one, with the title that it has there.
    """
    entries = menu.get_prep_value()
    ids = {target for target in _targets(entries) if isinstance(target, int)}
    pages = translate_pages(Page.objects.filter(pk__in=ids).live().public()) if ids else {}
    return list(_build_links(entries, pages, request))


def _build_links(entries: Any, pages: dict[int, Page], request: HttpRequest | None) -> Iterator[MenuLink]:
    for entry in entries:
        value = entry["value"]
        label = value.get("label") or ""
        if entry["type"] == "submenu":
            if links := tuple(_build_links(value["links"], pages, request)):
                yield MenuLink(label, "", links)
        elif entry["type"] == "address":
            yield MenuLink(label, value["address"])
        elif (page := pages.get(value["page"])) and (url := page.get_url(request)):
            own_label = label if page.pk == value["page"] else ""
            yield MenuLink(own_label or page.title, url)


def _targets(entries: Any) -> Iterator[int | str]:
    """Yield the pages, by id, and the addresses to which the links lead."""
    for entry in entries:
        if entry["type"] == "submenu":
            yield from _targets(entry["value"]["links"])
        elif target := entry["value"].get("page" if entry["type"] == "page" else "address"):
            yield target
