"""A template's context whose values are made once the template asks for them: a part that is kept never asks."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from django.utils.functional import SimpleLazyObject


def lazily(names: Iterable[str], make: Callable[[], Mapping[str, Any]]) -> dict[str, SimpleLazyObject]:
    """Return `make()` as a context of which the `names` are known already. It is called once, for the first value."""
    made = cache(make)
    return {name: SimpleLazyObject(lambda name=name: made()[name]) for name in names}  # type: ignore[misc]
