"""How counts are added to those in the database."""

import datetime
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Site

from galley.page_cache.invalidation import read_version_now
from galley.statistics.models import DailyCount
from galley.statistics.storing import store
from home.models import SiteSettings
from quickstart.management.commands.worker import SCHEDULED_COMMANDS
from tests.conftest import SmallSite
from tests.galley.statistics.at_once import store_in_two_processes
from tests.galley.statistics.conftest import add_counts, stored
from tests.running_site import PROJECT, environment


def settings_of(site: Site, **values: object) -> None:
    SiteSettings.objects.update_or_create(site=site, defaults=values)


def test_counts_add_up(small_site: SmallSite) -> None:
    store({small_site.about.pk: 2, small_site.post.pk: 1})
    store({small_site.about.pk: 40})
    assert stored() == {"about-us": 42, small_site.post.slug: 1}


def test_what_was_unpublished_or_deleted_meanwhile_is_left_out(small_site: SmallSite) -> None:
    small_site.about.unpublish()
    gone = small_site.project.pk
    small_site.project.delete()
    store({small_site.about.pk: 2, gone: 1, small_site.post.pk: 3})
    assert stored() == {small_site.post.slug: 3}


def test_nothing_is_stored_without_the_tick(small_site: SmallSite) -> None:
    settings_of(Site.objects.get(), counts_visits=False)
    store({small_site.about.pk: 2})
    assert stored() == {}
    settings_of(Site.objects.get(), counts_visits=True)
    store({small_site.about.pk: 3})
    assert stored() == {"about-us": 3}


def test_a_day_is_one_of_the_time_zone_of_the_site(small_site: SmallSite) -> None:
    settings_of(Site.objects.get(), time_zone="Pacific/Kiritimati")
    other = Site.objects.create(hostname="other.example", root_page=small_site.blog)
    settings_of(other, time_zone="Pacific/Pago_Pago")
    now = datetime.datetime(2026, 5, 3, 10, 30, tzinfo=datetime.UTC)
    with mock.patch.object(timezone, "now", return_value=now):
        store({small_site.about.pk: 1, small_site.post.pk: 1})
    days = dict(DailyCount.objects.values_list("page__slug", "day"))
    assert days == {"about-us": datetime.date(2026, 5, 4), small_site.post.slug: datetime.date(2026, 5, 2)}


def test_few_queries_store_many_pages_and_nothing_visitors_see_changes(
    small_site: SmallSite, django_assert_max_num_queries
) -> None:
    version = read_version_now()
    with django_assert_max_num_queries(6):
        store({page.pk: 1 for page in small_site.pages()})
    assert DailyCount.objects.count() == len(small_site.pages())
    assert read_version_now() == version


def test_counts_go_after_two_years(small_site: SmallSite) -> None:
    add_counts(small_site.about, 1)
    old = timezone.localdate() - datetime.timedelta(days=733)
    DailyCount.objects.create(page=small_site.about, day=old, count=5)
    assert "delete_old_counts" in SCHEDULED_COMMANDS
    call_command("delete_old_counts", verbosity=0)
    assert stored() == {"about-us": 1}


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_lose_nothing(small_site: SmallSite) -> None:
    pages = [page.pk for page in small_site.pages()]
    store_in_two_processes(pages, times=20)
    assert list(DailyCount.objects.values_list("count", flat=True)) == [2 * 20] * len(pages)


@pytest.mark.nightly  # the one before is its small form
def test_two_processes_at_once_lose_nothing_on_postgresql(
    postgresql_small_site: Callable[[str], str], tmp_path: Path
) -> None:
    env = environment(tmp_path, DATABASE_URL=postgresql_small_site("statistics"))
    command = [sys.executable, "-m", "tests.galley.statistics.at_once"]
    run = subprocess.run(command, cwd=PROJECT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    assert set(run.stdout.split()) == {"40"}
