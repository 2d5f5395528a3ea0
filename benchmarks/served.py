"""What ``training serve`` runs in each worker when it is measured.

The product's own worker, with two things about feeds: it keeps one body at a time, so that a
feed can be asked for as if it were the first time, and it notes each time that it joins one.
"""

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from training.calendars.service import feeds
from training.config import Settings
from training.server import worker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: The module's own, because the server's process has ``load`` of this module in its place.
_load_worker = worker.load
_join = feeds._join  # noqa: SLF001 -- where a feed is made that nobody has kept
_JOINED = "joined-feeds"


def load(settings: Settings, run: str, parent: int, workers: int) -> "WSGIApplication":
    """Make what one worker serves."""
    path = settings.instance / _JOINED

    def join_and_note(state: feeds.FeedState) -> feeds.FeedBody:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, b".")
        os.close(descriptor)
        return _join(state)

    feeds._join = join_and_note  # noqa: SLF001 -- as above
    feeds.FeedBodies = functools.partial(  # type: ignore[assignment,misc]  # makes the same
        feeds.FeedBodies, 0
    )
    return _load_worker(settings, run, parent, workers)


def joined(instance: Path) -> int:
    """Return how often the workers of an instance have joined a feed."""
    path = instance / _JOINED
    return path.stat().st_size if path.exists() else 0
