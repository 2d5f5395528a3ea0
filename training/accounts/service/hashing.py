"""Hashes of passwords: slow on purpose, and made so that others feel little of it.

One at a time for each process, by a thread of its own. It stands back behind pages that want the
processor at the same time. What memory a hash took is kept for the next one, which is a quarter
faster so, and given back when there is none for a while.
"""

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from argon2 import PasswordHasher

T = TypeVar("T")
#: OWASP's parameters: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
#: How far a hash stands back; 19 would be last of all.
_NICE = 5
#: How long the memory of a hash waits for the next one.
_KEEP_SECONDS = 1.0
_NAME = "hashing"
_waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
_beginning = threading.Lock()


def slowly(make: Callable[[], T]) -> T:
    """Have something made that takes long."""
    made: Future[T] = Future()
    _begin()
    _waiting.put((made, make))
    return made.result()


def _begin() -> None:
    """Start the thread, if this is the first hash of the process."""
    with _beginning:
        if not any(thread.name == _NAME for thread in threading.enumerate()):
            threading.Thread(target=_work, name=_NAME, daemon=True).start()


def _work() -> None:
    _stand_back()
    while True:
        try:
            made, make = _waiting.get(timeout=_KEEP_SECONDS)
        except Empty:
            _give_memory_back()
            made, make = _waiting.get()
        try:
            made.set_result(make())
        except Exception as error:  # noqa: BLE001 -- raised where it is waited for
            made.set_exception(error)


def _stand_back() -> None:
    """Have this thread, and no other of the process, take what others leave of the processor."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a host may forbid it
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _give_memory_back() -> None:
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
        if trim is not None:
            trim(0)
