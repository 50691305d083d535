"""Counts of the small site, and what a browser sends."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone
from wagtail.models import Page

from galley.statistics.models import DailyCount
from tests.factories import EditorFactory, SmallSite

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def add_counts(page: Page, *counts: int) -> None:
    """Store counts of `page`: of today, yesterday, and so on."""
    today = timezone.localdate()
    for age, count in enumerate(counts):
        if count:
            DailyCount.objects.create(page=page, day=today - datetime.timedelta(days=age), count=count)


def stored() -> dict[str, int]:
    """Return the counts in the database, by slug."""
    return dict(DailyCount.objects.values_list("page__slug", "count"))


@pytest.fixture
def client_of(small_site: SmallSite) -> Callable[..., Client]:
    """Return a client for a new member of a group, with the user as `client.user`."""

    def make(*groups: str) -> Client:
        user = EditorFactory(is_superuser=False)
        user.groups.set(Group.objects.filter(name__in=groups))
        client = Client()
        client.force_login(user)
        client.user = user
        return client

    return make
