"""Tells an editor, whenever its author pauses, what the draft consists of and what to improve in it."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from wagtail import hooks
from wagtail.models import Page
from wagtail.users.models import UserProfile

from galley.preview.broken_links import Failure, Failures, find_failures
from galley.preview.database import in_preview_thread
from galley.preview.drafts.rendering import CutPage
from galley.preview.drafts.sources import SavedPage, Source
from galley.preview.outline import Link, Outline, Picture, Place, read_outline


class Finding(NamedTuple):
    """One thing to look at, and where it is."""

    sentence: str
    place: Place


def find(outline: Outline, failures: dict[str, Failure]) -> list[Finding]:
    """Return what to look at. `failures` says which addresses of links lead nowhere."""
    repeated = _("Two places on this page are named “#%(name)s”: links reach only the first. Rename one of them.")
    return [
        *_about_headings(outline),
        *(Finding(_undescribed(picture), picture.place) for picture in outline.pictures if not picture.description),
        *(Finding(said, link.place) for link in outline.links if (said := _about_link(link, outline.names, failures))),
        *(Finding(repeated % {"name": name}, place) for name, place in outline.repeated),
    ]


def _about_headings(outline: Outline) -> Iterator[Finding]:
    above = 1
    for heading in outline.headings:
        if not heading.text:
            yield Finding(_("A heading is empty. Write it, or take it away."), heading.place)
            continue
        if heading.level > above + 1:
            said = _("The heading “%(text)s” has level %(level)s, but no heading of level %(missing)s stands above it.")
            values = {"text": heading.text, "level": heading.level, "missing": above + 1}
            yield Finding(said % values, heading.place)
        above = heading.level


def _undescribed(picture: Picture) -> str:
    if picture.description is None:
        said = _("The picture “%(name)s” has no description, not even an empty one. Say what it shows.")
        nameless = _("A picture has no description, not even an empty one. Say what it shows.")
    else:
        said = _(
            "The picture “%(name)s” has no description. Say what it shows, unless it is there for decoration only."
        )
        nameless = _("A picture has no description. Say what it shows, unless it is there for decoration only.")
    return said % {"name": picture.name} if picture.name else nameless


def _about_link(link: Link, names: frozenset[str], failures: dict[str, Failure]) -> str | None:
    if not link.address or link.address == "#":
        said = _("The link “%(text)s” leads nowhere. Choose where it should lead, or take the link away.")
        return said % {"text": link.text} if link.text else None
    values = {"text": link.text or link.address, "address": link.address}
    if not link.text:
        return _("A link to %(address)s has no words. Write what it leads to.") % values
    if link.address.startswith("#"):
        name = link.address[1:]
        if name in names or unquote(name) in names or name.lower() == "top":
            return None
        said = _("The link “%(text)s” leads to %(address)s, but nothing on this page has that name. Correct it.")
    elif link.address not in failures:
        return None
    elif failures[link.address] == Failure.UNPUBLISHED:
        said = _("The link “%(text)s” leads to %(address)s, a page that nobody can read until it is published.")
    else:
        said = _("The link “%(text)s” leads to %(address)s, but there is nothing there. Correct it.")
    return said % values


logger = logging.getLogger(__name__)

# A little after the preview itself has rendered everything afresh.
PAUSE_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 2.0
MOST_FINDINGS = 100


class OutlineReport:
    """The outline for one open editor. `send` takes the kind of the message and its JSON-ready content."""

    _draft: tuple[CutPage, Source]

    def __init__(self, user_id: int, send: Callable[..., Awaitable[None]]) -> None:
        self._user_id = user_id
        self._send = send
        self._changed = asyncio.Event()
        self._told: dict[str, Any] | None = None

    def draft_changed(self, page: CutPage, source: Source) -> None:
        """Take `page` as the newest state of the draft of `source`."""
        self._draft = page, source
        self._changed.set()

    async def send_forever(self) -> None:
        """Send the outline of each state at which the author pauses, if it differs from the last."""
        while True:
            await self._changed.wait()
            await self._wait_for_a_pause()
            try:
                message, is_complete = await in_preview_thread(describe, *self._draft, self._user_id)
            except Exception:
                # The outline is a help beside the draft: the draft goes on without it.
                logger.exception("A draft could not be outlined")
                continue
            if not is_complete:
                self._changed.set()
            if message != self._told:
                self._told = message
                await self._send("outline", **message)

    async def _wait_for_a_pause(self) -> None:
        """Return when nothing has changed for a moment, or after a while all the same."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + LONGEST_WAIT_SECONDS
        with contextlib.suppress(TimeoutError):
            while clock() < deadline:
                self._changed.clear()
                # Before Python 3.12, `wait_for` loses a cancellation that comes together with the change.
                async with asyncio.timeout(PAUSE_SECONDS):
                    await self._changed.wait()
        self._changed.clear()


def describe(draft: CutPage, source: Source, user_id: int) -> tuple[dict[str, Any], bool]:
    """Return the message about the `draft` of `source`, in the words and the language of its author.

    The second value says whether all links were looked up; if not, the next call looks up more.

    `summary` is a line of text; `headings` and `findings` say, beside their text, where they are: `path` is the
    content path of the field (may be empty), `selector` and `index` find the element in the document.
    """
    profile = UserProfile.objects.filter(user_id=user_id).first()
    with override(profile.get_preferred_language() if profile else settings.LANGUAGE_CODE):
        outline = read_outline(draft.html)
        # Relative links start from the page's address: for a new page, from that of the one above it.
        page = Page.objects.filter(pk=source.page_id).first() if isinstance(source, SavedPage) else source.load()[1]
        addresses = {link.address for link in outline.links if link.address and not link.address.startswith("#")}
        failures = find_failures(page, addresses) if page else Failures({})
        findings = find(outline, failures.reasons)
        said = (
            [hook(source.page_id, profile) for hook in hooks.get_hooks("describe_draft")]
            if isinstance(source, SavedPage)
            else []
        )
        message = {
            "summary": " · ".join([*_summary(outline, len(findings)), *filter(None, said)]),
            "headings": [{"text": text, "level": level, **asdict(place)} for level, text, place in outline.headings],
            "findings": [{"text": sentence, **asdict(place)} for sentence, place in findings[:MOST_FINDINGS]],
        }
        return message, failures.is_complete


def _summary(outline: Outline, findings: int) -> list[str]:
    return [
        _counted(ngettext("%(number)s word", "%(number)s words", outline.words), outline.words),
        _counted(ngettext("%(number)s minute to read", "%(number)s minutes to read", outline.minutes), outline.minutes),
        _counted(ngettext("%(number)s thing to look at", "%(number)s things to look at", findings), findings)
        if findings
        else _("nothing to look at"),
    ]


def _counted(words: str, number: int) -> str:
    return words % {"number": number_format(number, force_grouping=True)}
