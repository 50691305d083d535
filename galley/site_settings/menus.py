"""Menus of pages and addresses, nested one level: blocks for a StreamField, and the links that visitors see."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError, StreamValue
from wagtail.blocks.struct_block import BlockGroup
from wagtail.models import Page

from galley.languages.conf import further_languages, language_name
from galley.languages.texts import name_in
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


class LabelledBlock(blocks.StructBlock):
    """A block with a `label`, which has another block for it in each further language. Migrations don't name these."""

    help_in_others = gettext_lazy("Empty: as in {language}.")

    def __init__(self, local_blocks: Any = None, **kwargs: Any) -> None:
        first = language_name(settings.LANGUAGE_CODE)
        labels = [
            (
                name_in(code, "label"),
                blocks.CharBlock(
                    required=False,
                    max_length=60,
                    label=format_lazy(gettext_lazy("Label in {language}"), language=language_name(code)),
                    help_text=format_lazy(self.help_in_others, language=first),
                ),
            )
            for code in further_languages()
        ]
        super().__init__([*(local_blocks or ()), *labels], **kwargs)

    def get_form_layout(self) -> BlockGroup:
        """Return the blocks in their order, the further labels after the first."""
        names = list(self.base_blocks)
        place = names.index("label") + 1
        further = [name for name in self.child_blocks if name not in names]
        return BlockGroup([*names[:place], *further, *names[place:]])

    def deconstruct_with_lookup(self, lookup: Any) -> Any:
        """Return what migrations write, whatever languages the site has."""
        plain = blocks.StructBlock(list(self.base_blocks.items()), **self._constructor_kwargs)
        return plain.deconstruct_with_lookup(lookup)


class PageLinkBlock(LabelledBlock):
    """A page of the site. The link disappears while the page isn't public."""

    help_in_others = gettext_lazy("Empty: the title of the translation.")
    page = blocks.PageChooserBlock(help_text=gettext_lazy("Visitors see the link while the page is published."))
    label = blocks.CharBlock(
        required=False, max_length=60, help_text=gettext_lazy("The words that are shown. Empty: the page’s title.")
    )

    class Meta:
        icon = "doc-empty-inverse"
        label = gettext_lazy("Page")
        description = gettext_lazy("A page of this site. The link follows it wherever it is moved.")
        label_format = "{page} {label}"


class AddressLinkBlock(LabelledBlock):
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


class SubmenuBlock(LabelledBlock):
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

    Where the site has several languages, a link leads to the page in the active one, with the label written for it, or
    else the title that it has there. Other entries without such a label have that of the first language.
    """
    entries = menu.get_prep_value()
    ids = {target for target in _targets(entries) if isinstance(target, int)}
    pages = translate_pages(Page.objects.filter(pk__in=ids).live().public()) if ids else {}
    return list(_build_links(entries, pages, request))


def _build_links(entries: Any, pages: dict[int, Page], request: HttpRequest | None) -> Iterator[MenuLink]:
    for entry in entries:
        value = entry["value"]
        own_label = value.get(name_in(get_language(), "label")) or ""
        label = own_label or value.get("label") or ""
        if entry["type"] == "submenu":
            if links := tuple(_build_links(value["links"], pages, request)):
                yield MenuLink(label, "", links)
        elif entry["type"] == "address":
            yield MenuLink(label, value["address"])
        elif (page := pages.get(value["page"])) and (url := page.get_url(request)):
            yield MenuLink((label if page.pk == value["page"] else own_label) or page.title, url)


def _targets(entries: Any) -> Iterator[int | str]:
    """Yield the pages, by id, and the addresses to which the links lead."""
    for entry in entries:
        if entry["type"] == "submenu":
            yield from _targets(entry["value"]["links"])
        elif target := entry["value"].get("page" if entry["type"] == "page" else "address"):
            yield target
