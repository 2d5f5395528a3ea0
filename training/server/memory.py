"""How much memory a worker keeps."""

import ctypes
import sys

_M_ARENA_MAX = -8


def share_one_store() -> None:
    """Have all threads share one store of the C library's. Called before there are any.

    Each keeps one of its own otherwise, for what it once used. Threads of Python hardly ever
    allocate at the same time.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, 1)
