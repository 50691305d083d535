"""Counting attempts: one UPDATE decides, nothing is stored in clear, what is over is deleted."""

import pytest
from django.db.models import QuerySet
from django.test import RequestFactory

from galley.rate_limits import client_ip, get_client_ip
from galley.rate_limits.client_ip import may_be_a_proxy, parse_client_ip
from galley.rate_limits.models import AttemptCount, Limit, delete_counts, find_used_up, give_back, take_attempt

pytestmark = pytest.mark.django_db

OF_ADDRESS = Limit("test", 2, 60, address="8.8.8.8")
OF_ACCOUNT = Limit("test", 3, 600, account="ada")


def test_so_many_attempts_and_no_more(pass_time) -> None:
    assert [take_attempt([OF_ADDRESS]) for _ in range(2)] == [0, 0]
    assert 0 < take_attempt([OF_ADDRESS]) <= 60
    assert [count.used for count in find_used_up()] == [2]
    pass_time(60)
    assert not find_used_up()
    assert [take_attempt([OF_ADDRESS]) for _ in range(2)] == [0, 0]
    assert take_attempt([OF_ADDRESS])


def test_a_refused_attempt_counts_nowhere() -> None:
    for _ in range(2):
        take_attempt([OF_ACCOUNT, OF_ADDRESS])
    assert take_attempt([OF_ACCOUNT, OF_ADDRESS])
    assert take_attempt([OF_ACCOUNT]) == 0


def test_an_attempt_that_is_given_back_can_be_taken_again() -> None:
    give_back([OF_ADDRESS])
    for _ in range(5):
        assert take_attempt([OF_ADDRESS]) == 0
        give_back([OF_ADDRESS])


def test_neither_account_nor_address_is_stored() -> None:
    take_attempt([OF_ADDRESS, OF_ACCOUNT])
    assert not any(word in str(list(AttemptCount.objects.values())) for word in ("8.8.8.8", "ada"))


def test_what_is_over_is_deleted_with_the_next_new_count(pass_time, django_capture_on_commit_callbacks) -> None:
    take_attempt([OF_ADDRESS])
    pass_time(60)
    with django_capture_on_commit_callbacks(execute=True):
        take_attempt([OF_ACCOUNT])
        # On PostgreSQL, two that deleted rows before could wait for each other: a deadlock.
        assert AttemptCount.objects.count() == 2
    assert AttemptCount.objects.count() == 1


def test_a_count_that_another_process_deletes_in_between_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    take_attempt([OF_ADDRESS])
    update = QuerySet.update

    def delete_first(query: QuerySet, **values: object) -> int:
        monkeypatch.undo()
        AttemptCount.objects.all().delete()
        return update(query, **values)

    monkeypatch.setattr(QuerySet, "update", delete_first)
    assert take_attempt([OF_ADDRESS]) == 0
    assert AttemptCount.objects.get().used == 1


def test_counts_are_deleted_by_account_or_address() -> None:
    take_attempt([OF_ADDRESS, OF_ACCOUNT])
    assert (delete_counts(), delete_counts(account="grace")) == (0, 0)
    assert (delete_counts(account="ada"), delete_counts(address="8.8.8.8")) == (1, 1)


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "client"),
    [
        ("192.0.2.1", "", 0, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.1", 0, "192.0.2.1"),
        ("10.0.0.1", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "forged, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.1", "forged, 198.51.100.1, 10.0.0.2", 2, "198.51.100.1"),
        ("10.0.0.1", '"forged, 198.51.100.1', 1, "198.51.100.1"),
        ("10.0.0.1", "for=192.0.2.9, 198.51.100.1", 1, "198.51.100.1"),
        ("203.0.113.1", "192.168.0.9", 1, "192.168.0.9"),
        ("10.0.0.1", "198.51.100.1", 2, "10.0.0.1"),
        ("10.0.0.1", "rubbish", 1, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:4711", 1, "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::1]:4711", 1, "2001:db8::/64"),
        ("2001:db8::1", "", 0, "2001:db8::/64"),
        ("2001:db8:0:0:ffff::2", "", 0, "2001:db8::/64"),
        ("::ffff:192.0.2.1", "", 0, "192.0.2.1"),
        ("", "", 0, ""),
        ("", "\x00", 1, ""),
    ],
)
def test_a_client_is_known_by_the_address_that_can_be_trusted(settings, peer, forwarded, proxies, client) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().post("/", REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded})
    assert get_client_ip(request) == client
    assert parse_client_ip(client) == client


@pytest.mark.parametrize(
    ("forwarded", "proxies", "got"),
    [
        ("198.51.100.1", 0, 1),
        ("198.51.100.1, 10.0.0.2", 0, 2),
        ("", 1, 0),
        ("198.51.100.1", 2, 1),
        ("198.51.100.1", 1, None),
        ("", 0, None),
    ],
)
def test_a_wrong_number_of_proxies_is_logged_once(
    settings, caplog: pytest.LogCaptureFixture, forwarded: str, proxies: int, got: int | None
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    client_ip._log_proxies.cache_clear()
    for _ in range(3):
        get_client_ip(RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": forwarded}))
    assert [record.args for record in caplog.records] == ([] if got is None else [("10.0.0.1", proxies, got)])


def test_an_address_that_is_typed_is_read_as_a_client() -> None:
    assert parse_client_ip(" 2001:db8::17 ") == "2001:db8::/64"
    assert parse_client_ip("ada") == ""


@pytest.mark.parametrize(
    ("address", "is_one"),
    [("", True), ("127.0.0.1", True), ("::/64", True), ("10.1.2.3", True), ("8.8.8.8", False), ("2a00:1::/64", False)],
)
def test_what_may_stand_for_many_clients(address: str, is_one: bool) -> None:
    assert may_be_a_proxy(address) == is_one
