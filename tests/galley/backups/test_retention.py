"""Which backups stay."""

from datetime import UTC, datetime, timedelta

from galley.backups.retention import choose_old

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)


def stay(backups: list[datetime]) -> list[datetime]:
    old = choose_old(backups)
    return sorted(set(backups) - set(old), reverse=True)


def test_a_year_of_days() -> None:
    days = [NOW - timedelta(days=number) for number in range(800)]
    # The newest week and the newest month are among the days.
    assert len(stay(days)) == 7 + 3 + 11
    assert stay(days)[:7] == days[:7]
    assert stay(days)[-1] == datetime(2025, 12, 31, 2, tzinfo=UTC)


def test_what_is_deleted_each_day_leaves_as_much() -> None:
    present: list[datetime] = []
    for number in range(800):
        present.append(NOW + timedelta(days=number))
        present = stay(present)
    assert 7 + 11 <= len(present) <= 7 + 4 + 12
    assert present[-1] < present[0] - timedelta(days=300)


def test_all_of_the_last_day_stay_and_so_does_the_newest() -> None:
    hours = [NOW - timedelta(hours=number) for number in range(24)]
    assert stay(hours) == hours
    assert stay([NOW - timedelta(days=4000)]) == [NOW - timedelta(days=4000)]
    assert choose_old([]) == []
