"""How often one network may try something: POSTs and wrong passwords only, never a page.

Counted where the request really came from, by the library that Flask-Limiter is made of: its own
hooks would run for every page, and its log would name addresses. In Redis where there is one,
shared by all processes; else, or while Redis is away, in this process, with its share of the
number. What must hold across processes without Redis is counted in the database, by accounts.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import TypeVar

from flask import Flask, current_app, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from training.config import Settings
from training.errors import TooManyTriesError

#: A Redis that does not answer within this many seconds is away. Connecting and asking together
#: stay below half a second.
REDIS_SECONDS = 0.2
#: Seconds for which a Redis that was away is not asked again.
REDIS_PAUSE = 30.0
#: Between two looks at what this process need not count any more.
FORGET_SECONDS = 60.0
#: Who has an IPv6 address has at least this whole network of them.
_IPV6_PREFIX = 64

T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How often one network may do something. Many people may share one network."""

    name: str
    most: int
    minutes: int


WRONG_PASSWORDS = Limit(name="wrong-passwords", most=100, minutes=15)
RESET_MAILS = Limit(name="reset-mails", most=30, minutes=60)
#: A class of 50 that registers behind one address, with a few mistakes each, stays far below.
REGISTRATIONS = Limit(name="registrations", most=600, minutes=10)


class _Memory(MemoryStorage):
    """Forgets what is over once a minute.

    The library's own starts a thread with every count, which goes through all of them: with 20,000
    networks, counting took eight times as long.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counting = threading.Lock()
        self._forgot_at = time.time()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        with self._counting:
            if now >= self._forgot_at + FORGET_SECONDS:
                self._forget_over(now)
            count = self.get(key) + amount  # 0 where the time is over
            if count == amount:
                self.expirations[key] = now + expiry
            self.storage[key] = count
        return count

    def _forget_over(self, now: float) -> None:
        self._forgot_at = now
        for key in [key for key, ends_at in self.expirations.items() if ends_at <= now]:
            self.clear(key)


class _Counters:
    """Counts in Redis, or in this process where there is none or it is away."""

    def __init__(self, redis_url: str | None, processes: int) -> None:
        self._processes = processes
        self._own = FixedWindowRateLimiter(_Memory())
        self._shared = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._asked_again_at = 0.0
        self._lock = threading.Lock()

    def take(self, limit: Limit, source: str) -> float | None:
        """Count once; returns None while there is something left, else when there is again."""
        return self._ask(limit, lambda counts, item: counts.hit(item, limit.name, source), source)

    def look(self, limit: Limit, source: str) -> float | None:
        """Return the same without counting."""
        return self._ask(limit, lambda counts, item: counts.test(item, limit.name, source), source)

    def _ask(
        self,
        limit: Limit,
        is_left: Callable[[FixedWindowRateLimiter, RateLimitItemPerMinute], bool],
        source: str,
    ) -> float | None:
        def ask(counts: FixedWindowRateLimiter, most: int) -> float | None:
            item = RateLimitItemPerMinute(most, limit.minutes)
            if is_left(counts, item):
                return None
            return counts.get_window_stats(item, limit.name, source).reset_time

        shared = self._shared
        if shared is not None and time.monotonic() >= self._asked_again_at:
            try:
                return ask(shared, limit.most)
            except Exception:  # noqa: BLE001 -- whatever Redis does, people are let in or not
                self._pause()
        return ask(self._own, max(1, limit.most // self._processes))

    def _pause(self) -> None:
        with self._lock:
            self._asked_again_at = time.monotonic() + REDIS_PAUSE
        logger.warning("Redis is away: counting in this process")


def _redis(url: str) -> RedisStorage:
    import redis  # noqa: PLC0415 -- an extra that few install
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    pool = redis.ConnectionPool.from_url(
        url,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    return RedisStorage(url, connection_pool=pool)


def register(app: Flask, settings: Settings, *, processes: int) -> None:
    """Give an application its counters.

    :param processes: how many of them share the numbers, as far as this one knows.
    """
    app.extensions["limits"] = _Counters(settings.redis_url, processes)


def take(limit: Limit) -> None:
    """Count this request.

    :raise TooManyTriesError: there were too many of its kind.
    """
    _refuse(_counters().take(limit, source()))


def refuse_if_spent(limit: Limit) -> None:
    """Refuse this request if there were too many of its kind; does not count it.

    :raise TooManyTriesError: there were.
    """
    _refuse(_counters().look(limit, source()))


def source() -> str:
    """Return the network that this request came from; a proxy's word counts where we trust it."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:  # a socket file, or a proxy that says something else
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _counters() -> _Counters:
    counters: _Counters = current_app.extensions["limits"]
    return counters


def _refuse(again_at: float | None) -> None:
    if again_at is not None:
        raise TooManyTriesError(timedelta(seconds=again_at - time.time()))
