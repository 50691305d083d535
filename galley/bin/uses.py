"""What refers to an object, also in drafts, and putting a file back into versions that were saved while it was gone.

Until it is restored, a form has an empty field in its place, and saving the form stores that.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import SET_NULL, ForeignKey, IntegerField, Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.fields import StreamField
from wagtail.models import Page, ReferenceIndex, Revision
from wagtail.models.reference_index import ReferenceGroups

READ_AT_MOST = 200
"""How many drafts are read while a view waits, the newest first."""
TITLES = 10
"""How many pages a sentence names."""

Use = dict[str, Any]
"""As JSON: the `type` and `id` of an object, the `path` in its content that leads to the file, the `value` there, and
the `row` of the object in which that is, if any."""


class DraftReference:
    """A reference in unpublished changes of a published page, of which Wagtail's index has the published version."""

    on_delete = SET_NULL  # no row of the database refers to it, so that none prevents a deletion

    def __init__(self, **fields: Any) -> None:
        self._row = ReferenceIndex(**fields)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._row, name)

    def describe_source_field(self) -> str:
        """Return the field for a list."""
        return _("%(field)s, in unpublished changes") % {"field": self._row.describe_source_field()}


class References(ReferenceGroups):
    """Wagtail's references to an object by the object they are in, with those that only a draft has."""

    def __init__(self, published: Sequence[ReferenceIndex], drafts: Iterable[DraftReference] = ()) -> None:
        known = {(row.base_content_type_id, row.object_id, row.content_path) for row in published}
        self.drafts = [
            row for row in drafts if (row.base_content_type_id, row.object_id, row.content_path) not in known
        ]
        super().__init__([*published, *self.drafts])


def find_references(instances: Sequence[Any]) -> tuple[list[References], bool]:
    """Return what refers to each of `instances`, and whether all drafts were read that may. Blocks."""
    published, in_drafts = defaultdict(list), defaultdict(list)
    for row in ReferenceIndex.get_references_to_in_bulk(instances):
        published[row.to_content_type_id, row.to_object_id].append(row)
    revisions = list(islice(_find_drafts(instances), READ_AT_MOST + 1))
    for found in _read_drafts(revisions[:READ_AT_MOST], instances):
        in_drafts[found.to_content_type_id, found.to_object_id].append(found)
    keys = map(_get_key, instances)
    return [References(published[key], in_drafts[key]) for key in keys], len(revisions) <= READ_AT_MOST


def say_drafts(references: Iterable[References], is_complete: bool, user: Any) -> str:
    """Return a sentence that names the pages whose drafts alone refer to something; empty if there are none. Blocks."""
    pages = Page.objects.filter(pk__in={row.object_id for one in references for row in one.drafts}).order_by("title")
    finder, titles = AdminURLFinder(user), []
    for page in pages[: TITLES + 1]:
        private = _("(Private %(object)s)") % {"object": page._meta.verbose_name}
        titles.append(f"“{page.get_admin_display_title()}”" if finder.get_edit_url(page) else private)
    named = ", ".join([*titles[:TITLES], *("…" for _more in titles[TITLES:])])
    text = _("Used in unpublished changes of %(pages)s.") % {"pages": named} if titles else ""
    return text if is_complete else f"{text} {say_incomplete()}".strip()


def say_incomplete() -> str:
    """Return the sentence for a site with more drafts than are read."""
    return _("Only the newest %(count)s drafts that may refer to it were read.") % {"count": READ_AT_MOST}


def find_uses(instance: Any) -> Iterator[Use]:
    """Yield where `instance` stands in the newest version of each object that the reference index names. Blocks."""
    references = ReferenceIndex.get_references_to(instance).values_list("content_type", "object_id", "content_path")
    drafts = _read_drafts(_find_drafts([instance]), [instance])
    in_drafts = ((row.content_type_id, row.object_id, row.content_path) for row in drafts)
    for content_type, pk, path in dict.fromkeys([*references, *in_drafts]):
        owner = _read(content_type, pk)
        revision = getattr(owner, "latest_revision", None)
        content = revision.content if revision else owner.serializable_data() if owner else {}
        if found := _find(content, path):
            top, container, key = found
            is_row = isinstance(content[next(iter(top))], list)
            row = container if is_row else None
            yield {"type": content_type, "id": pk, "path": path, "value": container[key], "row": row}


def _find_drafts(instances: Iterable[Any]) -> Iterator[Revision]:
    """Yield drafts of published pages in which the id of one of `instances` stands by itself, the newest first."""
    drafts = Page.objects.filter(live=True, has_unpublished_changes=True).values("latest_revision")
    # Each draft has numbers in these.
    names = [field.name for field in Page._meta.concrete_fields if isinstance(field, (ForeignKey, IntegerField))]
    ids = defaultdict(list)
    for instance in instances:
        ids[len(str(instance.pk))].append(re.escape(str(instance.pk)))
    # Nor does a part of a date, time or UUID count. SQLite looks faster at what comes before if it does so last.
    text = "|".join(
        f"({'|'.join(found)})(?![0-9A-Za-z]|[-:.][0-9])(?<![0-9A-Za-z-].{{{length}}})"
        + "".join(f'(?<!"{name}": .{{{length}}})' for name in ("pk", "sort_order", *names))
        for length, found in ids.items()
    )
    revisions = Revision.objects.filter(pk__in=drafts).alias(text=Cast("content", TextField()))
    yield from revisions.filter(text__regex=text or "(?!)").order_by("-pk").iterator(chunk_size=100)


def _read_drafts(revisions: Iterable[Revision], instances: Iterable[Any]) -> Iterator[DraftReference]:
    """Yield what in these drafts refers to one of `instances`. Blocks."""
    sought = set(map(_get_key, instances))
    for revision in revisions:
        # `as_object` would ask the database nine times.
        model: Any = ContentType.objects.get_for_id(revision.content_type_id).model_class()
        draft = model.from_serializable_data(revision.content, check_fks=False)
        for *to, model_path, path in ReferenceIndex._extract_references_from_object(draft):
            if tuple(to) in sought:
                yield DraftReference(
                    content_type_id=revision.content_type_id,
                    base_content_type_id=revision.base_content_type_id,
                    object_id=revision.object_id,
                    to_content_type_id=to[0],
                    to_object_id=to[1],
                    model_path=model_path,
                    content_path=path,
                )


def _get_key(instance: Any) -> tuple[int, str]:
    return ReferenceIndex._get_base_content_type(instance).pk, str(instance.pk)


def put_back(uses: Iterable[Use], pk: int, since: datetime) -> None:
    """Give the file `pk` to versions of the time since it was deleted, where nothing else stands by now. Blocks."""
    for use in uses:
        if owner := _read(use["type"], use["id"]):
            newest = getattr(owner, "latest_revision_id", None)
            later = Revision.objects.for_instance(owner).filter(Q(pk=newest) | Q(created_at__gte=since))
            for revision in later if newest else ():
                if _fill(revision.content, use, pk):
                    Revision.objects.filter(pk=revision.pk).update(content=revision.content)
            _fill_public(owner, use, pk)


def _fill_public(owner: Any, use: Use, pk: int) -> None:
    """Fill in the text that visitors see. `restore_file` gives the file to other fields, and to rows."""
    field = owner._meta.get_field(use["path"].partition(".")[0])
    if isinstance(field, StreamField):
        content = {field.name: field.value_to_string(owner)}
        if _fill(content, use, pk):
            type(owner)._base_manager.filter(pk=owner.pk).update(**{field.name: field.to_python(content[field.name])})


def _read(content_type: int, pk: str) -> Any:
    model: Any = ContentType.objects.get_for_id(content_type).model_class()
    return model._base_manager.filter(pk=pk).first() if model else None


def _find(content: dict[str, Any], path: str) -> tuple[dict[str, Any], dict[str, Any], str] | None:
    """Return the field of `content` where `path` begins, a stream parsed, and the dictionary and key where it ends."""
    name, *parts = path.split(".")
    value = content.get(name)
    top = {name: json.loads(value) if parts and isinstance(value, str) else value}
    container, key = top, name
    for part in parts:
        value = container[key]
        if isinstance(value, list):
            found = next((one for one in value if part in (one.get("id"), str(one.get("pk")))), None)
            if found is None:
                return None
            container, key = (found, "value") if "value" in found else ({part: found}, part)
        elif isinstance(value, dict) and part in value:
            container, key = value, part
        else:
            return None
    return top, container, key


def _fill(content: dict[str, Any], use: Use, pk: int) -> bool:
    """Return whether `content` had lost the file, and has it again."""
    name = use["path"].partition(".")[0]
    found = _find(content, use["path"])
    if found is None:
        # A row whose file is gone isn't shown, so that nobody has deleted it.
        if use["row"] and isinstance(content.get(name), list):
            content[name].append(use["row"])
            return True
        return False
    top, container, key = found
    value, then = container[key], use["value"]
    if isinstance(value, dict) and isinstance(then, dict):
        if any(value.get(part) for part, former in then.items() if former == pk):
            return False
        # A picture with its alt text. Another one may have been written.
        container[key] = then | {part: written for part, written in value.items() if written}
    elif value is None:
        container[key] = then
    else:
        return False
    content[name] = json.dumps(top[name]) if isinstance(content[name], str) else top[name]
    return True
