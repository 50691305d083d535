"""Where an image or document stands, and putting it back into versions that were saved while it was in the bin.

Until it is restored, a form has an empty field in its place, and saving the form stores that.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from wagtail.fields import StreamField
from wagtail.models import Page, ReferenceIndex, Revision

Use = dict[str, Any]
"""As JSON: the `type` and `id` of an object, the `path` in its content that leads to the file, the `value` there, and
the `row` of the object in which that is, if any."""


def find_uses(instance: Any) -> Iterator[Use]:
    """Yield where `instance` stands in the newest version of each object that the reference index names. Blocks."""
    references = ReferenceIndex.get_references_to(instance).values_list("content_type", "object_id", "content_path")
    for content_type, pk, path in dict.fromkeys([*references, *_find_in_drafts(instance)]):
        owner = _read(content_type, pk)
        revision = getattr(owner, "latest_revision", None)
        content = revision.content if revision else owner.serializable_data() if owner else {}
        if found := _find(content, path):
            top, container, key = found
            is_row = isinstance(content[next(iter(top))], list)
            row = container if is_row else None
            yield {"type": content_type, "id": pk, "path": path, "value": container[key], "row": row}


def _find_in_drafts(instance: Any) -> Iterator[tuple[int, str, str]]:
    """Yield the same of drafts of published pages, of which the index has the published version only. Blocks."""
    drafts = Page.objects.filter(live=True, has_unpublished_changes=True).values("latest_revision")
    number = rf"(^|[^0-9]){instance.pk}([^0-9]|$)"
    revisions = Revision.objects.filter(pk__in=drafts).annotate(text=Cast("content", TextField()))
    sought = ContentType.objects.get_for_model(instance).pk, str(instance.pk)
    for revision in revisions.filter(text__regex=number).iterator(chunk_size=100):
        for *to, _model_path, path in ReferenceIndex._extract_references_from_object(revision.as_object()):
            if tuple(to) == sought:
                yield revision.content_type_id, revision.object_id, path


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
