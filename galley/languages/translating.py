"""Makes the translation of a page, and tells in which state the others are."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext
from wagtail.coreutils import find_available_slug
from wagtail.models import Locale, Page
from wagtail.signals import copy_for_translation_done


def list_locales() -> list[Locale]:
    """Return the locales that editors have added, in the order of the settings. Blocks."""
    order = list(dict(settings.LANGUAGES))
    return sorted(Locale.objects.filter(language_code__in=order), key=lambda one: order.index(one.language_code))


def find_missing_parents(page: Page, locale: Locale) -> list[Page]:
    """Return the pages above `page` that aren't translated into `locale`, the highest first. Blocks."""
    above = page.get_ancestors().filter(depth__gt=1).order_by("depth")
    translated = set(
        Page.objects.filter(translation_key__in=above.values("translation_key"), locale=locale).values_list(
            "translation_key", flat=True
        )
    )
    return [one for one in above if one.translation_key not in translated]


def may_translate(page: Page, locale: Locale, user: Any) -> bool:
    """Return whether `user` may change `page`, and add pages where its translation will be. Blocks.

    Nobody may while a translation of it, or of a page above it, is in the bin: there can be one in each language.
    """
    if page.depth < 2 or not page.permissions_for_user(user).can_edit():
        return False
    others = Page.objects.filter(
        translation_key__in=[one.translation_key for one in page.get_ancestors(inclusive=True)]
    )
    if any(_is_in_bin(other, page) for other in others.filter(locale=locale)):
        return False
    missing = find_missing_parents(page, locale)
    parent = _find_parent(missing[0] if missing else page, locale)
    return bool(parent.permissions_for_user(user).can_add_subpage())


@transaction.atomic
def translate(page: Page, locale: Locale, user: Any) -> Page:
    """Return a draft of `user` with the newest text of `page`, to be translated into `locale`. Blocks.

    Pages above it that aren't translated are copied as drafts too. Returns the translation that is there already, if
    any. Rights are checked with `may_translate`.
    """
    for one in find_missing_parents(page, locale):
        _copy(one, locale, user)
    return page.get_translation_or_none(locale) or _copy(page, locale, user)


def _find_parent(page: Page, locale: Locale) -> Page:
    parent = page.get_parent()
    return parent if parent.is_root() else parent.get_translation(locale)


def _is_in_bin(other: Page, page: Page) -> bool:
    """Return whether `other` is below another root than `page`, as what was deleted is (`galley.bin`)."""
    return bool(other.path[: other.steplen] != page.path[: page.steplen])


def _copy(page: Page, locale: Locale, user: Any) -> Page:
    """Copy `page` into the tree of `locale`.

    Wagtail's `CopyPageForTranslationAction` makes aliases of the pages above. They would show visitors a text in the
    wrong language, under an address that promises another.
    """
    newest, parent = page.get_latest_revision_as_object(), _find_parent(page, locale)
    # A home page stands beside that of the first language.
    slug = f"{newest.slug}-{locale.language_code}" if parent.is_root() else newest.slug
    translation = newest.copy(
        to=parent,
        update_attrs={"locale": locale, "slug": find_available_slug(parent, slug)},
        copy_revisions=False,
        keep_live=False,
        reset_translation_key=False,
        user=user,
        log_action="wagtail.copy_for_translation",
    )
    copy_for_translation_done.send(sender=type(page), source_obj=page, target_obj=translation)
    return translation


@dataclass(frozen=True)
class Translation:
    """A language of the site, and the page in it; without one, `url` leads to the view that makes it, if any."""

    language: str
    code: str
    title: str = ""
    url: str = ""
    state: str = ""
    is_source: bool = False
    is_missing: bool = False
    is_older: bool = False


def find_source(page: Page) -> Page:
    """Return the page from which the translations of `page` were made: the first of them. Blocks."""
    return page.get_translations(inclusive=True).order_by("pk").select_related("locale").first() or page


def list_translations(page: Page, user: Any) -> list[Translation]:
    """Return all languages but that of `page`, with its translations. Blocks."""
    pages = {one.locale_id: one for one in Page.objects.filter(translation_key=page.translation_key)}
    source = min(pages.values(), key=lambda one: one.pk, default=page)
    locales = (locale for locale in list_locales() if locale.pk != page.locale_id)
    return [_describe(page, pages.get(locale.pk), source, locale, user) for locale in locales]


def _describe(page: Page, other: Page | None, source: Page, locale: Locale, user: Any) -> Translation:
    language, code = locale.get_display_name(), locale.language_code
    if other is None:
        url = reverse("translate_page", args=[page.pk, code]) if may_translate(page, locale, user) else ""
        return Translation(language, code, url=url, is_missing=True)
    if _is_in_bin(other, page):
        return Translation(language, code, state=gettext("In the bin"), is_source=other == source)
    may_edit = other.permissions_for_user(user).can_edit()
    return Translation(
        language,
        code,
        other.get_admin_display_title() if may_edit or other.live else "",
        reverse("wagtailadmin_pages:edit", args=[other.pk]) if may_edit else (other.live and other.url) or "",
        _name_state(other),
        other == source,
        is_older=is_older(other, source),
    )


def _name_state(page: Page) -> str:
    if not page.live:
        return gettext("Scheduled") if page.approved_schedule else gettext("Draft")
    return gettext("Published, with changes in a draft") if page.has_unpublished_changes else gettext("Published")


def is_older(translation: Page, source: Page) -> bool:
    """Return whether `source` was published after the last change of `translation`; as a draft, whether it changed."""
    changed = source.last_published_at if source.live else source.latest_revision_created_at
    own = translation.latest_revision_created_at
    return bool(translation != source and changed and own and changed > own)
