"""The queue in the admin, and its button that tries again."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from galley.tasks.models import Worker
from tests.factories import EditorFactory

REPORT = "/admin/reports/tasks/"


def client_who_may(*codenames: str, is_superuser: bool = False) -> Client:
    user = EditorFactory(is_superuser=is_superuser)
    if not is_superuser:
        user.groups.add(Group.objects.get(name="Editors"))
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.usefixtures("db")
def test_the_report_says_when_a_worker_was_seen(make_task) -> None:
    client = client_who_may(is_superuser=True)
    assert "No worker has been seen yet." in client.get(REPORT).content.decode()
    Worker.objects.create(id="w1", host="print-shop", seen_at=timezone.now())
    assert "The worker on print-shop was last seen " in client.get(REPORT).content.decode()
    Worker.objects.create(id="w2", host="print-shop", seen_at=timezone.now())
    assert client.get(REPORT).content.decode().count("The worker on print-shop") == 1
    make_task()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timezone.timedelta(minutes=6))
    Worker.objects.update(seen_at=timezone.now() - timezone.timedelta(minutes=6))
    assert "no worker takes them up" in client.get(REPORT).content.decode()


def test_a_failure_shows_its_reason_first_and_the_queue_has_pages(make_task) -> None:
    failed = make_task("FAILED", path="forms.tasks.send_contact_mail", traceback="Traceback …\nOSError: <no route>")
    for _ in range(50):
        make_task("SUCCESSFUL")
    client = client_who_may(is_superuser=True)
    html = client.get(REPORT).content.decode()
    assert "Send contact mail" in html
    assert "<summary>OSError: &lt;no route&gt;</summary>" in html
    assert f"{REPORT}{failed.pk}/retry/" in html
    second = client.get(f"{REPORT}?p=2").content.decode()
    assert str(failed.pk) not in second
    assert second.count('<span title="tests.galley') == 1
    assert client.get(f"{REPORT}?export=csv").status_code == 200


def test_a_failed_task_is_tried_again_and_no_other(make_task) -> None:
    failed, done = make_task("FAILED", worker_ids=["w"] * 5, traceback="x"), make_task("SUCCESSFUL")
    client = client_who_may("view_dbtaskresult", "change_dbtaskresult")
    assert client.get(f"{REPORT}{failed.pk}/retry/").status_code == 405
    response = client.post(f"{REPORT}{failed.pk}/retry/", {"next": f"{REPORT}?status=FAILED"}, follow=True)
    assert response.redirect_chain == [(f"{REPORT}?status=FAILED", 302)]
    assert "1 task waits to be run again" in response.content.decode()
    client.post(f"{REPORT}{done.pk}/retry/")
    failed.refresh_from_db()
    done.refresh_from_db()
    assert (failed.status, failed.worker_ids, failed.traceback) == ("READY", [], "")
    assert done.status == "SUCCESSFUL"


def test_all_that_have_failed_are_tried_again(make_task) -> None:
    for status in ("FAILED", "FAILED", "RUNNING"):
        make_task(status)
    response = client_who_may(is_superuser=True).post(f"{REPORT}retry/", follow=True)
    assert "2 tasks wait to be run again" in response.content.decode()
    assert DBTaskResult.objects.filter(status="READY").count() == 2


@pytest.mark.parametrize(("codenames", "sees", "retries"), [
    ([], False, False),
    (["view_dbtaskresult"], True, False),
    (["view_dbtaskresult", "change_dbtaskresult"], True, True),
])  # fmt: skip
def test_only_who_may_sees_the_queue_and_retries(make_task, codenames: list[str], sees: bool, retries: bool) -> None:
    failed = make_task("FAILED")
    client = client_who_may(*codenames)
    assert (client.get(REPORT).status_code == 200) == sees
    assert (REPORT in client.get("/admin/").content.decode()) == sees
    if sees:
        assert bool(re.search("Try again", client.get(REPORT).content.decode())) == retries
    for address in (f"{REPORT}{failed.pk}/retry/", f"{REPORT}retry/"):
        client.post(address)
        assert DBTaskResult.objects.get().status == ("READY" if retries else "FAILED")
        DBTaskResult.objects.update(status="FAILED")
