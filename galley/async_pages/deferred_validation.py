"""Lets validations of StreamFields take turns, because upstream's are not safe under threads.

To save a draft, Wagtail calls `Block.clean_deferred` (`wagtail/blocks/base.py`), which switches `required` off on the
block objects, validates, and switches it on again. The whole process shares these objects: a publishing validation
that runs in another thread meanwhile lets empty required blocks through, and a draft is refused when the switch goes
back under its hands. ASGI gives every request a thread, so this happens in ordinary use.

One lock for all blocks, not one for each StreamField: a StreamBlock copies its `base_blocks` shallowly, so two
StreamFields may hold the very same child blocks. It is re-entrant, since a block may validate a form of its own that
holds a BlockField. Forms that are drawn meanwhile would show a required block as optional: they take their turn too.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any

from wagtail.blocks.base import BlockField, BlockWidget

_turn = RLock()


def guard_deferred_validation() -> None:
    """Guard every StreamField of the process. Called once when the apps are ready; further calls change nothing."""
    _take_turns(BlockField, "clean")
    _take_turns(BlockWidget, "_build_block_json")


def _take_turns(owner: type, name: str) -> None:
    method: Callable[..., Any] = getattr(owner, name)
    if hasattr(method, "__wrapped__"):
        return

    @wraps(method)
    def take_turn(*args: Any, **kwargs: Any) -> Any:
        with _turn:
            return method(*args, **kwargs)

    setattr(owner, name, take_turn)
