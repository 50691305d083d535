"""The workers that have been seen, and their leases: who runs what, and until when nobody else does."""

import datetime
from typing import Self
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import models
from django.utils import timezone

# A lease that isn't renewed for so long belongs to a worker that has ended. The worker renews it every ten seconds.
LEASE = datetime.timedelta(seconds=60)
# A worker that wasn't seen for longer is of no interest, unless it is the last one.
REMEMBERED = datetime.timedelta(days=7)

# What this process is at work on, and alone renews. A lease that it can't give back, since the database is away, ends.
_held: set[UUID] = set()


class Worker(models.Model):
    """A process that runs tasks. A thread of it stores every ten seconds that it lives."""

    id = models.CharField(primary_key=True, max_length=64)
    host = models.CharField(max_length=255)
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(db_index=True)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.id} on {self.host}"

    @classmethod
    def beat(cls, worker_id: str, host: str) -> None:
        """Store that the worker lives, and renew its leases."""
        now = timezone.now()
        _worker, is_new = cls.objects.update_or_create(pk=worker_id, defaults={"host": host, "seen_at": now})
        if is_new:
            cls.objects.filter(seen_at__lt=now - REMEMBERED).delete()
        Lease.objects.filter(pk__in=tuple(_held), worker_id=worker_id).update(until=now + LEASE)


class Lease(models.Model):
    """Until `until`, only this worker runs the task with this id, or the scheduled command that the id stands for."""

    id = models.UUIDField(primary_key=True)
    worker_id = models.CharField(max_length=64, db_index=True)
    until = models.DateTimeField()
    # False for a command that has run: it isn't due before `until`.
    is_renewed = models.BooleanField(default=True)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.id} until {self.until}"

    @classmethod
    def take(cls, lease_id: UUID, worker_id: str) -> bool:
        """Take the lease for `worker_id` if nobody has it, or its time is over. Return whether that was possible.

        One UPDATE decides, so that only one of several workers has it.
        """
        now = timezone.now()
        taken = {"worker_id": worker_id, "until": now + LEASE, "is_renewed": True}
        is_taken = bool(cls.objects.filter(pk=lease_id, until__lte=now).update(**taken))
        if is_taken or cls.objects.get_or_create(pk=lease_id, defaults=taken)[1]:
            _held.add(lease_id)
            return True
        return False

    @classmethod
    def give_back(cls, lease_id: UUID, worker_id: str) -> None:
        """Let others take the lease, if `worker_id` still has it and it doesn't rest."""
        _held.discard(lease_id)
        cls.objects.filter(pk=lease_id, worker_id=worker_id, is_renewed=True).delete()

    @classmethod
    def rest(cls, lease_id: UUID, worker_id: str, time: datetime.timedelta) -> None:
        """Let nobody take the lease for `time`, if `worker_id` still has it: what it stands for has been done."""
        _held.discard(lease_id)
        own = cls.objects.filter(pk=lease_id, worker_id=worker_id)
        own.update(until=timezone.now() + time, is_renewed=False)


class CommandRun(models.Model):
    """When somebody asked for a scheduled command before its time, and when it last ended."""

    name = models.CharField(primary_key=True, max_length=100)
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def find(cls, name: str) -> Self:
        """Return what is known of the command `name`. Blocks."""
        return cls.objects.filter(pk=name).first() or cls(name=name)

    @classmethod
    def ask(cls, name: str) -> bool:
        """Ask for the command `name`. Return False if it was asked for already, or runs. Blocks.

        One UPDATE decides, so that of two who ask at once, one does.
        """
        run, _is_new = cls.objects.get_or_create(pk=name)
        is_over = models.Q(asked_at=None) | models.Q(ended_at__gte=models.F("asked_at"))
        if run.is_running or not cls.objects.filter(is_over, pk=name).update(asked_at=timezone.now()):
            return False
        Lease.objects.filter(pk=command_id(name), is_renewed=False).delete()
        return True

    @property
    def is_due(self) -> bool:
        """Whether somebody has asked for the command, and it hasn't ended since."""
        return self.asked_at is not None and (self.ended_at is None or self.ended_at < self.asked_at)

    @property
    def is_running(self) -> bool:
        """Whether a worker runs the command. Blocks."""
        leases = Lease.objects.filter(pk=command_id(self.name), is_renewed=True)
        return leases.filter(until__gt=timezone.now()).exists()

    def end(self) -> None:
        """Store that the command has ended. Blocks."""
        CommandRun.objects.update_or_create(pk=self.name, defaults={"ended_at": timezone.now()})


def command_id(name: str) -> UUID:
    """Return the id of the lease of the command `name`."""
    return uuid5(NAMESPACE_URL, f"command:{name}")
