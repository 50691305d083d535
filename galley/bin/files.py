"""Moves images and documents into the bin, and back.

Their row is deleted, so that nothing shows or offers them, and is written again with the same id. Texts that name
the id show it again. The file waits in a folder that isn't public.
"""

import secrets
from functools import partial
from pathlib import PurePath
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.core.files import File
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from wagtail.actions.delete import DeleteAction
from wagtail.log_actions import log
from wagtail.models import Collection, ReferenceIndex
from wagtail.search import index
from wagtail.tasks import delete_file_from_storage_task, update_reference_index_task

from galley.bin.models import BinItem
from galley.bin.pages import Restored
from galley.bin.uses import find_uses, put_back
from galley.tasks.queue import enqueue_with_commit

FOLDER = "bin"


@transaction.atomic
def move_file_to_bin(instance: Any, user: Any = None) -> BinItem:
    """Move an image or a document into the bin. Blocks."""
    # Until the end, no other process stores a rendition of it, by which the deletion would fail.
    list(type(instance)._base_manager.select_for_update().filter(pk=instance.pk).values_list("pk"))
    uses, rows = _find_relations(instance)
    references = ReferenceIndex.get_references_to(instance).values_list("content_type", "object_id").distinct()
    data = {
        "object": serializers.serialize("json", [instance]),
        "tags": [tag.name for tag in instance.tags.all()],
        "uses": uses,
        "rows": serializers.serialize("json", rows),
        "references": list(references),
        "places": list(find_uses(instance)),
    }
    storage, name, stored = instance.file.storage, instance.file.name, ""
    if storage.exists(name):
        with storage.open(name) as file:
            stored = storage.save(f"{FOLDER}/{secrets.token_hex(8)}/{PurePath(name).name}", File(file))
    item = BinItem.objects.create(
        content_type=ContentType.objects.get_for_model(instance),
        object_id=instance.pk,
        title=instance.title[:255],
        place="" if instance.collection.is_root() else instance.collection.name,
        user=user,
        data=data,
        file=stored,
    )
    # Wagtail deletes the file of this name in a task, when it may have been restored.
    instance.file.name = f"{FOLDER}/{secrets.token_hex(8)}"
    DeleteAction(instance, user=user).execute(skip_permission_checks=True)
    transaction.on_commit(partial(_delete_file, storage, name))
    return item


def _delete_file(storage: Any, name: str) -> None:
    """Delete the file now: while it is there, what is restored gets another name, and so another address."""
    try:
        storage.delete(name)
    except OSError:  # the worker tries it again
        delete_file_from_storage_task.enqueue(storage.deconstruct(), name)


def _find_relations(instance: Any) -> tuple[list[tuple[str, str, list[Any]]], list[models.Model]]:
    """Return which objects lose `instance` when it is deleted, by model and field, and the rows that go with it."""
    uses, rows = [], []
    for relation in instance._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and hasattr(relation, "on_delete")):
            continue
        found = relation.related_model._base_manager.filter(**{relation.field.name: instance})
        if relation.on_delete is models.SET_NULL:
            pks = list(found.values_list("pk", flat=True))
            uses.append((relation.related_model._meta.label, relation.field.name, pks))
        elif relation.related_model is not getattr(instance, "get_rendition_model", lambda: None)():
            rows += found
    return [use for use in uses if use[2]], rows


@transaction.atomic
def restore_file(item: BinItem, user: Any = None) -> Restored:
    """Write the image or document as it was, with its id and its file, and give it to those that had it. Blocks."""
    item = BinItem.objects.select_for_update().get(pk=item.pk)
    instance, notes = item.read_object(), []
    storage = instance.file.storage
    if not Collection.objects.filter(pk=instance.collection_id).exists():
        instance.collection = Collection.get_first_root_node()
        notes.append(_("Its collection is gone. It is in none now."))
    if not _exists(instance, "uploaded_by_user"):
        instance.uploaded_by_user = None
    if item.file and storage.exists(item.file):
        with storage.open(item.file) as file:
            instance.file.name = storage.save(instance.file.name, File(file))
    else:
        notes.append(_("Its file is missing. Upload it again."))
    models.Model.save_base(instance, raw=True, force_insert=True)
    instance.tags.set(item.data["tags"])
    for label, field, pks in item.data["uses"]:
        without = apps.get_model(label)._base_manager.filter(pk__in=pks, **{f"{field}__isnull": True})
        without.update(**{field: instance.pk})
    _restore_rows(item.data["rows"])
    put_back(item.data.get("places", ()), instance.pk, item.deleted_at)
    for content_type, pk in item.data["references"]:
        model = ContentType.objects.get_for_id(content_type)
        enqueue_with_commit(update_reference_index_task, model.app_label, model.model, pk)
    index.insert_or_update_object(instance)
    log(instance=instance, action="bin.restore", user=user)
    _forget(item)
    return Restored(instance, notes)


def _exists(instance: Any, name: str) -> bool:
    field = instance._meta.get_field(name)
    return field.related_model._base_manager.filter(pk=getattr(instance, field.attname)).exists()


def _restore_rows(rows: str) -> None:
    """Write the rows that have gone with it, without those whose page is gone."""
    for row in serializers.deserialize("json", rows, ignorenonexistent=True):
        keys = [field for field in row.object._meta.concrete_fields if field.many_to_one and not field.null]
        if all(_exists(row.object, field.name) for field in keys):
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError:  # somebody has written another in its place
                continue


def _forget(item: BinItem) -> None:
    """Delete the item, and its file when that is committed."""
    item.delete()
    if item.file:
        model: Any = item.content_type.model_class()
        storage = model._meta.get_field("file").storage
        enqueue_with_commit(delete_file_from_storage_task, storage.deconstruct(), item.file)


@transaction.atomic
def delete_file_for_good(item: BinItem, user: Any = None) -> None:
    """Delete the file. Wagtail's history of it ended when it was moved into the bin. Blocks."""
    _forget(item)
