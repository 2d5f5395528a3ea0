"""How often workers may end before the server gives up."""

import time
from collections import deque
from typing import TypeVar

#: So many ends in so many seconds are a program that cannot run, and not workers that were killed.
MOST_ENDS, WITHIN_SECONDS = 10, 60.0
_LONG_AGO = 0.0

T = TypeVar("T")


class Respawns(dict[int, float]):
    """When each worker was started anew, as Granian asks for it.

    Granian gives up as soon as one worker ends within 5.5 seconds of such a start. Somebody who
    kills two workers one after the other would end the whole site. That the program itself can
    start is known before its workers are: here it takes many ends in a row.
    """

    def __init__(self) -> None:
        super().__init__()
        self._started: deque[float] = deque(maxlen=MOST_ENDS)

    def __setitem__(self, worker: int, at: float) -> None:
        self._started.append(at)

    def get(self, worker: int, default: T | None = None) -> float:
        """Return when the worker was started anew, or a time long ago."""
        if len(self._started) < MOST_ENDS:
            return _LONG_AGO
        newest, oldest = self._started[-1], self._started[0]
        is_in_a_row = time.monotonic() - oldest < WITHIN_SECONDS
        return newest if is_in_a_row else _LONG_AGO

    def clear(self) -> None:
        """Keep what is known: Granian forgets it with each round."""
