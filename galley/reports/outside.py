"""Checks the links to other hosts, once a night: politely, and within limits."""

import http.client
import itertools
import logging
import ssl
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from galley.fetching import TIMEOUT_SECONDS, NotPublicError, public_opener
from galley.reports.models import Address, Problem
from galley.tasks.models import CommandRun

logger = logging.getLogger(__name__)

COMMAND = "check_links"
MAX_ADDRESSES = 5_000
MAX_OF_HOST = 300
MAX_SECONDS = 60 * 60
PAUSE_SECONDS = 1.0
# A host that fails so often isn't asked again in this night.
MAX_FAILURES_OF_HOST = 3
# Not asked again after a restart of the worker in the same night.
RECENT = timedelta(hours=12)
GONE = {404, 410}
# If so many hosts don't answer, and none does, the fault is here.
HOSTS_THAT_MEAN_OFFLINE = 3
# From here on, a failure that may pass is shown.
FAILURES_TO_SHOW = 2


class Answer(NamedTuple):
    """What a host has answered: why the address leads nowhere (else empty), and the HTTP status, if there is any."""

    problem: str
    status: int | None = None

    @property
    def may_pass(self) -> bool:
        """Whether the address may work again tomorrow."""
        return self.problem in (Problem.NO_ANSWER, Problem.ERROR, Problem.CERTIFICATE)


class Pacing(urllib.request.BaseHandler):
    """Lets each request to a host, redirects too, wait until a second after the last one has begun."""

    handler_order = 100

    def __init__(self, sleep: Callable[[float], object], clock: Callable[[], float]) -> None:
        self._sleep, self._clock = sleep, clock
        self._last: dict[str, float] = {}

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        """Return `request`, when it may be sent."""
        last = self._last.get(request.host)
        if last is not None and (pause := last + PAUSE_SECONDS - self._clock()) > 0:
            self._sleep(pause)
        self._last[request.host] = self._clock()
        return request

    https_request = http_request


class LinkChecker:
    """Asks other hosts, one request at a time."""

    def __init__(
        self, sleep: Callable[[float], object] = time.sleep, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._opener = public_opener(Pacing(sleep, clock))
        self._clock = clock

    def check(self, url: str) -> Answer:
        """Ask with HEAD, and with GET if the host answers that with an error. The body isn't read."""
        answer = self._ask("HEAD", url)
        return self._ask("GET", url) if answer.status or answer.problem == Problem.ERROR else answer

    def _ask(self, method: str, url: str) -> Answer:
        headers = {"User-Agent": f"Galley link check (+{settings.WAGTAILADMIN_BASE_URL})", "Accept": "*/*"}
        try:
            request = urllib.request.Request(_ascii(url), headers=headers, method=method)  # noqa: S310
            response = self._opener.open(request, timeout=TIMEOUT_SECONDS)
        except HTTPError as error:
            with error:
                return _judge(error)
        except (ValueError, http.client.InvalidURL):  # no valid URL, host or port
            return Answer(Problem.INVALID)
        except (http.client.HTTPException, ConnectionResetError):
            return Answer(Problem.ERROR)
        except OSError as error:
            return Answer(_explain(getattr(error, "reason", error)))
        if response is None:  # a redirect to another scheme
            return Answer(Problem.REDIRECTS)
        response.close()
        return Answer("")

    def run(self, addresses: Iterable[Address]) -> Iterator[tuple[Address, Answer]]:
        """Yield `addresses` with the answers, host by host in turn, for an hour at most."""
        by_host: dict[str, list[Address]] = defaultdict(list)
        for address in addresses:
            by_host[_host(address.url)].append(address)
        ends_at = self._clock() + MAX_SECONDS
        failures: Counter[str] = Counter()
        for address in filter(None, itertools.chain(*itertools.zip_longest(*by_host.values()))):
            host = _host(address.url)
            if failures[host] >= MAX_FAILURES_OF_HOST:
                continue
            if self._clock() > ends_at:
                return
            answer = self.check(address.url)
            failures[host] += answer.problem == Problem.NO_ANSWER
            yield address, answer


def check_outside(checker: LinkChecker | None = None) -> int:
    """Check the addresses on other hosts that stand on published pages. Return how many were checked. Blocks.

    A failure that may pass is shown from the second check on. If an editor has asked for the check, no address is asked
    twice since then, and all others are; otherwise none that was checked in this night.
    """
    run = CommandRun.find(COMMAND)
    since = run.asked_at if run.asked_at and run.is_due else timezone.now() - RECENT
    old = Q(checked_at=None) | Q(checked_at__lt=since)
    addresses = Address.objects.filter(old, is_outside=True, links__page__live=True).distinct()
    oldest_first = addresses.order_by(F("checked_at").asc(nulls_first=True), "pk")
    due = list(itertools.islice(_limit_hosts(oldest_first), MAX_ADDRESSES))
    unanswered, checked, is_reached = [], 0, False
    for address, answer in (checker or LinkChecker()).run(due):
        if answer.problem == Problem.NO_ANSWER:
            unanswered.append(address)
            continue
        is_reached = is_reached or answer.problem not in (Problem.NOT_PUBLIC, Problem.INVALID)
        _store(address, answer)
        checked += 1
    if not is_reached and len({_host(address.url) for address in unanswered}) >= HOSTS_THAT_MEAN_OFFLINE:
        logger.warning("No other host answers: this machine has no way out. Links to other sites weren't checked.")
        return checked
    for address in unanswered:
        _store(address, Answer(Problem.NO_ANSWER))
    return checked + len(unanswered)


def _store(address: Address, answer: Answer) -> None:
    address.failures = address.failures + 1 if answer.may_pass else 0
    is_shown = not answer.may_pass or address.failures >= FAILURES_TO_SHOW
    address.set_problem(answer.problem if is_shown else "", answer.status)


def _limit_hosts(addresses: Iterable[Address]) -> Iterator[Address]:
    counts: Counter[str] = Counter()
    for address in addresses:
        counts[_host(address.url)] += 1
        if counts[_host(address.url)] <= MAX_OF_HOST:
            yield address


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def _ascii(url: str) -> str:
    """Return `url` as it is sent. Raises ValueError if its host can't be."""
    parts = urlsplit(iri_to_uri(url))
    host = (urlsplit(url).hostname or "").encode("idna").decode()
    if not host:
        raise ValueError("no host")
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"[{host}]{port}" if ":" in host else f"{host}{port}").geturl()


def _judge(error: HTTPError) -> Answer:
    if error.code in GONE:
        return Answer(Problem.MISSING, error.code)
    if 300 <= error.code < 400:  # too many redirects, or one to another scheme
        return Answer(Problem.REDIRECTS, error.code)
    if 500 <= error.code < 600:
        return Answer(Problem.ERROR, error.code)
    # The host wants no robots, or a login: nothing is known about what visitors get.
    return Answer("", error.code)


def _explain(reason: Any) -> str:
    if isinstance(reason, NotPublicError):
        return Problem.NOT_PUBLIC
    return Problem.CERTIFICATE if isinstance(reason, ssl.SSLCertVerificationError) else Problem.NO_ANSWER
