"""Attempts at passwords, and time that passes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F

from galley.rate_limits.models import AttemptCount


@pytest.fixture
def pass_time() -> Callable[[int], None]:
    """Let so many seconds pass for all counts."""

    def pass_time(seconds: int) -> None:
        AttemptCount.objects.update(ends_at=F("ends_at") - timedelta(seconds=seconds))

    return pass_time
