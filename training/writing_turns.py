"""The queue of those who write into one SQLite file."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from training.errors import BusyError

if sys.platform != "win32":
    import fcntl

#: Seconds that a writer waits for its turn and for the database together before it gives up.
WAIT_SECONDS = 5.0


@contextmanager
def turn_to_write(engine: sa.Engine) -> Iterator[float]:
    """Let the writers of one SQLite file in one after another; yields the seconds it took."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or sys.platform == "win32":
        yield 0.0
        return
    began = time.monotonic()
    turn = _take_turn(Path(f"{path}-queue"))
    try:
        yield time.monotonic() - began
    finally:
        os.close(turn)


def _take_turn(path: Path) -> int:
    """Wait for the turn to write, threads and processes alike; closing what is returned ends it.

    SQLite's own waiting is a lottery in which one writer in a thousand waits for seconds. The
    kernel serves flock() in order, and forgets the lock of a process that died. Each turn opens
    the file anew: a descriptor shared by threads, or inherited by a fork, would share the lock.

    :raise BusyError: the turn did not come in time, or the queue's file cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BusyError from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _wait_for(descriptor)
    return descriptor


def _wait_for(descriptor: int) -> None:
    # flock() has no time-out, so a thread waits in our place, and is left behind if it takes too
    # long: it then closes the descriptor itself, which hands the turn on.
    handover, came, given_up = threading.Lock(), threading.Event(), threading.Event()

    def wait() -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with handover:
            came.set()
            if given_up.is_set():
                os.close(descriptor)

    threading.Thread(target=wait, daemon=True, name="turn to write").start()
    if came.wait(WAIT_SECONDS):
        return
    with handover:
        if not came.is_set():
            given_up.set()
            raise BusyError
