"""A StreamField whose validation is safe under threads.

To save a draft, Wagtail calls `Block.clean_deferred` (`wagtail/blocks/base.py`). It sets `required` to False on the
block objects, validates, and restores it. All threads share these objects, and ASGI runs requests in several threads.
Meanwhile a publication in another thread would accept empty required blocks, and a form would show them as optional.

One lock serves all fields: a StreamBlock copies its `base_blocks` shallowly, so two fields may share child blocks. The
lock is re-entrant, since a block may validate a form that has a StreamField itself.
"""

from threading import RLock
from typing import Any

from django.apps import apps
from django.core import checks
from django.core.checks import CheckMessage
from django.forms import Field
from wagtail.blocks import Block
from wagtail.blocks.base import BlockField, BlockWidget
from wagtail.fields import StreamField

_lock = RLock()


class ThreadSafeBlockWidget(BlockWidget):
    """A widget that waits for the end of a validation before it describes its blocks to the browser."""

    def _build_block_json(self) -> None:
        with _lock:
            super()._build_block_json()


class ThreadSafeBlockField(BlockField):
    """A form field whose validations run one after another."""

    def __init__(self, block: Block | None = None, **kwargs: Any) -> None:
        super().__init__(block=block, **{"widget": ThreadSafeBlockWidget(block), **kwargs})

    def clean(self, value: Any) -> Any:
        """Return the cleaned value. Waits for a validation in another thread."""
        with _lock:
            return super().clean(value)


class ThreadSafeStreamField(StreamField):
    """Wagtail's StreamField with a thread-safe form field. Migrations name Wagtail's field."""

    def formfield(self, **kwargs: Any) -> Field:
        """Return the form field."""
        return super().formfield(**{"form_class": ThreadSafeBlockField, **kwargs})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Return what migrations write: Wagtail's own field."""
        name, _, args, kwargs = super().deconstruct()
        return name, "wagtail.fields.StreamField", args, kwargs


@checks.register
def check_stream_fields(**kwargs: Any) -> list[CheckMessage]:
    """Return a warning for each StreamField that isn't thread-safe."""
    return [
        checks.Warning(
            "A draft that is saved can make another thread publish empty required blocks.",
            hint="Use `galley.async_pages.ThreadSafeStreamField` in place of Wagtail's StreamField.",
            obj=field,
            id="async_pages.W001",
        )
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, StreamField) and not isinstance(field, ThreadSafeStreamField)
    ]
