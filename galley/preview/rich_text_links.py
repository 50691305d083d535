"""The pages and documents to which a rich text links, looked up together. Wagtail's reader makes queries for each."""

import re
from collections import defaultdict
from typing import Any

from wagtail.admin.rich_text.converters.html_ruleset import HTMLRuleset
from wagtail.admin.rich_text.converters.html_to_contentstate import LinkElementHandler
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.rich_text.rewriters import extract_attrs

_LINK = re.compile(r"<a( [^<>]*linktype=[^<>]*)>")
_ID = re.compile("[0-9]{1,18}")
# What the editor is given for each target, by its id.
Targets = dict[int, dict[str, Any]]


class KnownLink(LinkElementHandler):
    """Reads links to targets that are known already. Raises LookupError or ValueError for a link without an id."""

    def __init__(self, entity_type: str, targets: Targets, missing: dict[str, Any]) -> None:
        super().__init__(entity_type)
        self._targets, self._missing = targets, missing

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, Any]:
        """Return what the editor is given for a link, as upstream does."""
        number = int(attrs["id"])
        return self._targets.get(number) or {"id": number, **self._missing}


def prefetch_links(html: str, rules: HTMLRuleset) -> None:
    """Look up the targets of the links in `html`, and let `rules` read them. A few queries, however many links."""
    ids: dict[str, set[int]] = defaultdict(set)
    for match in _LINK.finditer(html):
        attrs = extract_attrs(match[1])
        if _ID.fullmatch(attrs.get("id", "")):
            ids[attrs.get("linktype", "")].add(int(attrs["id"]))
    if pages := ids.get("page"):
        _replace(rules, "page", KnownLink("LINK", _find_pages(pages), {"url": None, "parentId": None}))
    if documents := ids.get("document"):
        _replace(rules, "document", KnownLink("DOCUMENT", _find_documents(documents), {}))


def _replace(rules: HTMLRuleset, linktype: str, handler: KnownLink) -> None:
    of_links = rules.element_rules.get("a", [])
    rules.element_rules["a"] = [
        (precedence, check, handler if check({"linktype": linktype}) and not check({}) else found)
        for precedence, check, found in of_links
    ]


def _find_pages(ids: set[int]) -> Targets:
    pages = Page.objects.specific(defer=True).in_bulk(ids)
    paths = {page.path[: -Page.steplen] for page in pages.values()}
    parents = dict(Page.objects.filter(path__in=paths).values_list("path", "pk"))
    return {
        pk: {"id": pk, "url": page.url, "parentId": parents.get(page.path[: -Page.steplen])}
        for pk, page in pages.items()
    }


def _find_documents(ids: set[int]) -> Targets:
    documents = get_document_model().objects.in_bulk(ids)
    return {pk: {"id": pk, "url": each.url, "filename": each.filename} for pk, each in documents.items()}
