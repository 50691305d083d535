"""Counts of attempts, for all processes and hosts together."""

import functools
import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

# The deletion of expired counts takes at most so many with each new one.
DELETED_AT_ONCE = 100


class AttemptCount(models.Model):
    """How often something was tried since the first attempt, until `ends_at`.

    Neither account nor address is stored, but an HMAC of each.
    """

    limit = models.CharField(max_length=40)
    account = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    used = models.PositiveIntegerField(default=0)
    allowed = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["limit", "account", "address"], name="one_count_of_attempts")]
        indexes = [models.Index(fields=["account"]), models.Index(fields=["address"])]

    def __str__(self) -> str:
        return f"{self.limit}: {self.used} until {self.ends_at:%H:%M}"


@dataclass(frozen=True)
class Limit:
    """At most `attempts` in `seconds`, counted by `name` and what is given of `account` and `address`."""

    name: str
    attempts: int
    seconds: int
    account: str = ""
    address: str = ""

    @property
    def key(self) -> dict[str, str]:
        """The fields of the count in the database."""
        return {"limit": self.name, "account": digest(self.account), "address": digest(self.address)}


def digest(text: str) -> str:
    """Return an HMAC of `text`, in which an account or an address can't be read; an empty string for an empty one."""
    return salted_hmac("galley.rate_limits", text, algorithm="sha256").hexdigest() if text else ""


def take_attempt(limits: Sequence[Limit]) -> int:
    """Count one attempt in each of `limits`. Return 0, or the seconds to wait if one of them is used up.

    Then nothing is counted. One UPDATE decides, so that two processes can't both take the last attempt.
    """
    with transaction.atomic():
        for limit in limits:
            if seconds := _take(limit):
                transaction.set_rollback(True)
                return seconds
    return 0


def _take(limit: Limit) -> int:
    now = timezone.now()
    new_end = now + timedelta(seconds=limit.seconds)
    while True:
        count, is_new = AttemptCount.objects.get_or_create(
            **limit.key, defaults={"ends_at": new_end, "allowed": limit.attempts}
        )
        if is_new:
            # Not before: who deletes rows while others wait for its own may wait for theirs.
            transaction.on_commit(_delete_expired, robust=True)
        is_over = Q(ends_at__lte=now)
        taken = AttemptCount.objects.filter(is_over | Q(used__lt=limit.attempts), pk=count.pk).update(
            used=Case(When(is_over, then=Value(1)), default=F("used") + 1),
            allowed=limit.attempts,
            ends_at=Case(When(is_over, then=Value(new_end)), default=F("ends_at")),
        )
        if taken:
            return 0
        # Another process may have deleted it in between, and then it starts again.
        if AttemptCount.objects.filter(pk=count.pk).exists():
            return seconds_left(limit)


@transaction.atomic
def _delete_expired() -> None:
    """Delete counts whose time is over. Rows that another process is using are left out, so that none waits."""
    expired = AttemptCount.objects.select_for_update(skip_locked=True).filter(ends_at__lte=timezone.now())
    AttemptCount.objects.filter(pk__in=list(expired.values_list("pk", flat=True)[:DELETED_AT_ONCE])).delete()


def find_used_up() -> QuerySet[AttemptCount]:
    """Return the counts that allow no further attempt now."""
    return AttemptCount.objects.filter(ends_at__gt=timezone.now(), used__gte=F("allowed"))


def find_used_up_of(limits: Sequence[Limit]) -> list[Limit]:
    """Return those of `limits` that allow no further attempt now."""
    keys = [Q(**limit.key) for limit in limits]
    used_up = list(find_used_up().filter(functools.reduce(operator.or_, keys)).values("limit", "account", "address"))
    return [limit for limit in limits if limit.key in used_up]


def seconds_left(limit: Limit) -> int:
    """Return the seconds until the count of `limit` starts at 0, at least 1."""
    count = AttemptCount.objects.filter(**limit.key).first()
    return max(1, math.ceil((count.ends_at - timezone.now()).total_seconds())) if count else 1


def give_back(limits: Sequence[Limit]) -> None:
    """Take back one attempt from each of `limits`: it was none that they are meant against."""
    for limit in limits:
        AttemptCount.objects.filter(**limit.key, used__gt=0).update(used=F("used") - 1)


def delete_counts(*, limit: Limit | None = None, account: str = "", address: str = "") -> int:
    """Delete the count of `limit`, all counts of `account` and all of `address`. Return how many there were."""
    wanted = Q(pk=None)
    wanted |= Q(**limit.key) if limit else Q(pk=None)
    wanted |= Q(account=digest(account)) if account else Q(pk=None)
    wanted |= Q(address=digest(address)) if address else Q(pk=None)
    return AttemptCount.objects.filter(wanted).delete()[0]
