"""Renames and merges objects that have public addresses, and redirects the addresses that they had."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.signals import post_save, pre_save
from django.utils.encoding import uri_to_iri
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tasks import task
from modelcluster.fields import ParentalKey
from wagtail.contrib.redirects.models import Redirect
from wagtail.log_actions import LogFormatter, log
from wagtail.models import Page, ReferenceIndex, Revision

from galley.async_pages.redirects import add_redirect
from galley.tasks.queue import enqueue_with_commit

Urls = Mapping[Any, str]
"""The URLs of an object by the place where they are, for example by blog."""

_find_urls: dict[type[Model], Callable[[Any], Urls]] = {}


def redirect_former_urls(model: type[Model], find_urls: Callable[[Any], Urls]) -> None:
    """From now on, redirect the former URLs of each object of `model` whose slug changes, or which is merged.

    `find_urls` returns the URLs of an object that visitors can reach.
    """
    _find_urls[model] = find_urls
    pre_save.connect(_redirect_renamed, sender=model, dispatch_uid=f"redirect renamed {model._meta.label}")


def find_public_urls(instance: Model) -> Urls:
    """Return the public URLs of `instance`; none if its model has none. Blocks."""
    find_urls = _find_urls.get(type(instance))
    return find_urls(instance) if find_urls else {}


def find_present_slug(slug: str, *models: Any) -> str:
    """Return `slug`, or that which it became when an object of one of `models` was renamed or merged. Blocks."""
    if any(model.objects.filter(slug=slug).exists() for model in models):
        return slug
    ends = Q(old_path__endswith=f"/{slug}") | Q(old_path__endswith=f"={slug}")
    for redirect in Redirect.objects.filter(ends, site=None, automatically_created=True):
        link = redirect.redirect_link.rstrip("/")
        present = unquote(re.split("[/=]", link)[-1])
        for found in (one for model in models for one in model.objects.filter(slug=present)):
            if link in {uri_to_iri(url).rstrip("/") for url in find_public_urls(found).values()}:
                return present
    return slug


def _redirect_renamed(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    former = sender._base_manager.filter(pk=instance.pk).first() if instance.pk and not raw else None
    if former and former.slug != instance.slug:
        _redirect(find_public_urls(former), find_public_urls(instance))
    if former and _names(former) != _names(instance):
        for reference in find_references(sender):
            _announce(reference.page_model, reference.find_pages(former))


def _names(instance: Any) -> tuple[str, Any]:
    """Return the name of `instance`, and its names in further languages."""
    return str(instance), getattr(instance, "translations", None)


def _redirect(former: Urls, present: Urls) -> None:
    for place, url in former.items():
        if place in present:
            add_redirect(url, present[place])


@transaction.atomic
def merge(source: Any, target: Any, user: Any = None) -> int:
    """Give what belongs to `source` to `target`, also in drafts and older versions. Then delete `source`.

    Returns the number of pages that had it. Raises ValueError if both are the same.
    """
    if source == target:
        raise ValueError("An object can't be merged into itself.")
    former, count = find_public_urls(source), 0
    for reference in find_references(type(source)):
        pages = reference.find_pages(source)
        reference.replace(source, target)
        reference.replace_in_revisions(source.pk, target.pk)
        _announce(reference.page_model, pages)
        count += len(pages) if issubclass(reference.page_model, Page) else 0
    log(instance=target, action="galley.merge", user=user, data={"source": str(source)})
    log(instance=source, action="wagtail.delete", user=user)
    source.delete()
    _redirect(former, find_public_urls(target))
    return count


def _announce(model: Any, pks: set[int]) -> None:
    if pks:
        enqueue_with_commit(announce_changes, model._meta.label, sorted(pks))


@task()
def announce_changes(label: str, pks: list[int]) -> None:
    """Let search, 'used in' and lists read pages again, as after each save: what they show of a term has changed."""
    model: Any = apps.get_model(label)
    for page in model._default_manager.filter(pk__in=pks).iterator(chunk_size=100):
        post_save.send(model, instance=page, created=False, raw=False, using="default", update_fields=None)


def announce_uses(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Announce the pages that show `instance`, such as a text that several share: a receiver of `post_save`."""
    uses = ReferenceIndex.get_references_to(instance).values_list("content_type", "object_id").distinct()
    for content_type, pk in uses:
        if model := ContentType.objects.get_for_id(content_type).model_class():
            _announce(model, {int(pk)})


class MergeFormatter(LogFormatter):
    """Describes a merging in the history of what took over the rest."""

    label = gettext_lazy("Merge")

    def format_message(self, log_entry: Any) -> str:
        """Return a sentence that names what was merged into it."""
        return _("“%s” was merged into it") % log_entry.data["source"]


class Reference(NamedTuple):
    """A foreign key to a term: of the rows of a page, of a table between both, or of the page itself.

    `owner` is the key to the page, or None if the row is the page. `name` is what a revision calls the rows or the key.
    """

    field: Any
    owner: Any
    name: str

    @property
    def page_model(self) -> Any:
        """The model of the pages."""
        return self.owner.remote_field.model if self.owner else self.field.model

    def find_pages(self, term: Any) -> set[int]:
        """Return the ids of the pages that have `term`, or whose draft has it."""
        found = set(self._rows(term).values_list(self.owner.attname if self.owner else "pk", flat=True))
        if issubclass(self.page_model, Page):
            newest = self._revisions(term.pk).filter(pk__in=self.page_model._base_manager.values("latest_revision"))
            found.update(map(int, newest.values_list("object_id", flat=True)))
        return found

    def replace(self, source: Any, target: Any) -> None:
        """Let the rows lead to `target`, one of each page."""
        if self.owner:
            key = self.owner.attname
            self._rows(source).filter(**{f"{key}__in": self._rows(target).values(key)}).delete()
        self._rows(source).update(**{self.field.name: target})

    def _rows(self, term: Any) -> Any:
        return self.field.model._base_manager.filter(**{self.field.name: term})

    def replace_in_revisions(self, source: int, target: int) -> None:
        """Write `target` in place of `source` into all revisions. Wagtail would leave the deleted one out of drafts."""
        for pk in list(self._revisions(source).values_list("pk", flat=True)):
            content = Revision.objects.values_list("content", flat=True).get(pk=pk)
            content[self.name] = self._replace_in_value(content.get(self.name), source, target)
            Revision.objects.filter(pk=pk).update(content=content)

    def _revisions(self, pk: int) -> QuerySet[Revision]:
        """Return the revisions that name the term `pk`. Reads them all: the database has no index of their content."""
        is_list = self.owner and self.field.model._meta.auto_created
        written = f'"{self.name}": .([0-9]+, )*{pk}[],]' if is_list else f'"{self.field.name}": {pk}[,}}]'
        revisions = Revision.objects.filter(content_type=ContentType.objects.get_for_model(self.page_model))
        return revisions.annotate(text=Cast("content", TextField())).filter(text__regex=written)

    def _replace_in_value(self, value: Any, source: int, target: int) -> Any:
        if not isinstance(value, list):
            return target if value == source else value
        if self.field.model._meta.auto_created:
            return list(dict.fromkeys(target if pk == source else pk for pk in value))
        rows: dict[int, Any] = {}
        for row in value:
            pk = target if row[self.field.name] == source else row[self.field.name]
            rows.setdefault(pk, row | {self.field.name: pk})
        return list(rows.values())


def find_references(model: type[Model]) -> Iterator[Reference]:
    """Yield each foreign key that leads to `model`, also those of tables between it and another model."""
    for relation in model._meta.get_fields(include_hidden=True):
        if relation.one_to_many and relation.auto_created:
            field: Any = relation.field  # type: ignore[union-attr]
            rows = field.model._meta
            if page := rows.auto_created:
                (many,) = (one for one in page._meta.local_many_to_many if one.remote_field.through is field.model)
                yield Reference(field, rows.get_field(many.m2m_field_name()), many.name)
            else:
                owner = next((one for one in rows.fields if isinstance(one, ParentalKey) and one is not field), None)
                yield Reference(field, owner, owner.remote_field.related_name if owner else field.name)
