"""What a process wrote down of its acts: it stays, however the process ends."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SENT = "sent"
HEARD = "heard"
#: The answer was not waited for.
LEFT = "left"
#: After these a turn is over.
ENDS = frozenset({HEARD, LEFT})


class Line(NamedTuple):
    """One thing that happened to one turn."""

    kind: str
    number: int
    at: float
    text: str


class Journal:
    """Written line by line, each by one call of the operating system."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, kind: str, number: int, text: str = "") -> None:
        os.write(self._file, f"{kind} {number} {time.monotonic()} {text}\n".encode())


def read(path: Path) -> Iterator[Line]:
    """Return what was written; the clock is that of the machine, the same for all processes."""
    if not path.exists():
        return
    for line in path.read_text().splitlines():
        kind, number, at, text = line.split(" ", 3)
        yield Line(kind, int(number), float(at), text)
