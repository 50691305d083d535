"""How many messages one sender may still send: counted in the database, so that it holds across processes."""

import time

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.crypto import salted_hmac


class SenderQuota(models.Model):
    """One sender's count in one span of time.

    The sender's address itself is never stored. Its key is hashed with the site's secret and with the span, so that
    the rows of two spans can't be told to be the same sender's.
    """

    key = models.CharField(max_length=64, unique=True)
    used = models.PositiveIntegerField(default=0)
    span = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.used} in span {self.span}"

    @classmethod
    def spend(cls, sender: str) -> bool:
        """Count one message of `sender`, any text that stands for them; False if they have none left.

        One UPDATE decides, so that two processes can't both take the last one.
        """
        span = _current_span()
        key = salted_hmac("forms.sender", f"{span}:{sender}", algorithm="sha256").hexdigest()
        quota, _ = cls.objects.get_or_create(key=key, defaults={"span": span})
        left = cls.objects.filter(pk=quota.pk, used__lt=settings.CONTACT_MESSAGES_PER_SENDER)
        return bool(left.update(used=F("used") + 1))

    @classmethod
    def forget_past_spans(cls) -> None:
        """Delete the counts that no longer limit anybody."""
        cls.objects.filter(span__lt=_current_span()).delete()


def seconds_until_next_span() -> int:
    """Return after how many seconds a sender who has none left may send again."""
    span_length: int = settings.CONTACT_RATE_SPAN
    return span_length - int(time.time()) % span_length


def _current_span() -> int:
    return int(time.time()) // settings.CONTACT_RATE_SPAN
