"""A change of a draft to the changed regions of its page, without rendering the page.

It is a guess that can be checked: a region that held exactly what a block, or a field's plain text, looked like before
will hold exactly what that looks like now. Whatever else depends on the change, a title in a menu or a count of words,
follows with the full rendering soon after the last key.
"""

from dataclasses import replace

from django.utils.html import conditional_escape

from galley.preview.drafts.rebinding import ChangedBlock, ChangedField
from galley.preview.drafts.regions import CutPage


class NeedsRendering(Exception):
    """What the change looks like, only the page's template can tell."""


def patch_page(page: CutPage, changes: list[ChangedField | ChangedBlock]) -> CutPage:
    """Return `page` with the regions exchanged that `changes` belong to. Raises `NeedsRendering`."""
    regions = dict(page.regions)
    for change in changes:
        if isinstance(change, ChangedField):
            name, before, now = change.name, _as_text(change.before), _as_text(change.now)
        else:
            name, before, now = _region_of(change.before.id, regions), change.before.html, _render(change)
        if regions.get(name) != before:
            raise NeedsRendering
        regions[name] = now
    return replace(page, regions=regions)


def _as_text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise NeedsRendering
    return str(conditional_escape(value))


def _region_of(block_id: str, regions: dict[str, str]) -> str:
    """Return the name of the one region that is named after the block."""
    names = [name for name in regions if block_id in name]
    if len(names) != 1:
        raise NeedsRendering
    return names[0]


def _render(change: ChangedBlock) -> str:
    """Return the changed block's HTML, rendered where its predecessor stood."""
    if change.before.renderings != 1:
        raise NeedsRendering
    html = change.now.render(change.before.context)
    change.now.settle()
    return html
