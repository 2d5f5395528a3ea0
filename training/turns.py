"""How many requests of a process run at once, and how one steps aside while it only waits.

Python runs one thread at a time, and many that want to hinder each other. So a server lets few
requests run, and the others wait for their turn. A request that has something slow done outside
of Python gives its turn away meanwhile: whoever asks for a page is not to wait for a hash.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

_here = threading.local()


class Turns:
    """The turns of one process."""

    def __init__(self, running: int, aside: int) -> None:
        """:param aside: how many more may have stepped aside; others wait where they are."""
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(running):
            self._free.put(None)
        self._places_aside = threading.Semaphore(aside)

    @property
    def is_taken(self) -> bool:
        """Whether whoever comes now has to wait."""
        return self._free.empty()

    def __enter__(self) -> None:
        self._free.get()
        _here.turns = self

    def __exit__(self, *_error: object) -> None:
        _here.turns = None
        self._free.put(None)

    @contextmanager
    def aside(self) -> Iterator[None]:
        if not self._places_aside.acquire(blocking=False):
            yield
            return
        try:
            self._free.put(None)
            try:
                yield
            finally:
                self._free.get()
        finally:
            self._places_aside.release()


@contextmanager
def aside() -> Iterator[None]:
    """Let another request run while the block waits, if there is room for one more beside."""
    turns: Turns | None = getattr(_here, "turns", None)
    if turns is None:
        yield
        return
    with turns.aside():
        yield
