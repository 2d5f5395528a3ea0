"""Noting who reads a feed: in memory, and in the database beside the requests."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from flask import Flask, current_app

from training.accounts.access import ACTIVITY
from training.calendars.service.fetches import Fetch, note_fetches
from training.calendars.service.tokens import FoundFeed
from training.db import transaction
from training.errors import BusyError

#: Between two writes about one feed in the same state.
PAUSE = timedelta(minutes=1)
#: Seconds between two writes while feeds are read all the time.
BATCH_SECONDS = 1.0


class Fetches:
    """What this process is to store of the feeds that were read.

    One thread at a time stores what came together meanwhile, so that a thousand programs that ask
    at the same full hour make a few writes and not a thousand.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, Fetch] = {}
        self._is_storing = False
        self._lock = threading.Lock()

    def note(self, feed: FoundFeed, fetch: Fetch) -> bool:
        """Note that a feed was read; returns whether the caller is to start storing."""
        is_known = feed.etag == fetch.etag and feed.fetched_at is not None
        is_due = not is_known or fetch.at - (feed.fetched_at or fetch.at) >= PAUSE
        with self._lock:
            before = self._waiting.get(feed.id)
            count = fetch.count + (before.count if before else 0)
            self._waiting[feed.id] = replace(fetch, count=count)
            if self._is_storing or not is_due:  # goes with what is stored next
                return False
            self._is_storing = True
            return True

    def take(self) -> Mapping[int, Fetch]:
        """Return what is to be stored now; nothing: whoever asked stops storing."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
            self._is_storing = bool(taken)
            return taken

    def wait(self) -> None:
        """Let more come together, where more came while the last was stored."""
        with self._lock:
            is_busy = bool(self._waiting)
        if is_busy:
            threading.Event().wait(BATCH_SECONDS)

    def stop(self) -> None:
        """Let the next who notes something start storing again."""
        with self._lock:
            self._is_storing = False


def note(feed: FoundFeed, fetch: Fetch) -> None:
    """Have it stored that a feed was read; the answer does not wait for it."""
    fetches: Fetches = current_app.extensions.setdefault("fetches", Fetches())
    if fetches.note(feed, fetch):
        # A thread needs the application itself, not the proxy.
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        threading.Thread(target=_store, args=(app, fetches), name=ACTIVITY, daemon=True).start()


def _store(app: Flask, fetches: Fetches) -> None:
    with app.app_context():
        try:
            while taken := fetches.take():
                _write(app, taken)
                fetches.wait()
        except Exception:
            fetches.stop()
            raise


def _write(app: Flask, taken: Mapping[int, Fetch]) -> None:
    try:
        with transaction():
            note_fetches(taken)
    except BusyError:  # programs come again
        app.logger.warning("fetches of %s feeds not stored", len(taken))
