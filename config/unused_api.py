"""Wagtail's API, left out of the memory of every process: this site doesn't serve it.

From version 8 on, each of Wagtail's apps adds its routes to the API in `ready()`, whether it is served or not, and for
that imports frameworks: 0.2 s of 3.1 that a server takes to start, and 10 MiB of 145. What needs no admin, and so no
older API either, such as the worker and commands, saves 0.9 s and 36 MiB.
"""

import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

API = "wagtail.api.v3"


class _Api:
    def add_router(self, *_arguments: Any) -> None:
        """Take routes, and do nothing with them."""


def _register_content_types() -> None:
    """Register nothing."""


# The modules that `ready()` of the apps imports, and what it takes from them (Wagtail 8.0: `apps.py` of each).
_IN_THEIR_PLACE: dict[str, dict[str, Any]] = {
    f"{API}.api": {"api": _Api()},
    "wagtail.contrib.redirects.api.v3": {"router": None},
    "wagtail.documents.api.v3.registry": {"register_content_types": _register_content_types},
    "wagtail.documents.api.v3.router": {"router": None},
    "wagtail.images.api.v3.registry": {"register_content_types": _register_content_types},
    "wagtail.images.api.v3.router": {"router": None},
    "wagtail.snippets.api.v3": {"register_content_types": _register_content_types},
    "wagtail.snippets.api.v3.router": {"router": None},
}


def leave_out(installed_apps: Iterable[str]) -> None:
    """Put empty modules in the place of the API's, unless it is among `installed_apps`.

    To be called before the `ready()` of Wagtail's apps.
    """
    if API in installed_apps:
        return
    for name, content in _IN_THEIR_PLACE.items():
        module = ModuleType(name, "See `config.unused_api`.")
        vars(module).update(content)
        sys.modules.setdefault(name, module)
