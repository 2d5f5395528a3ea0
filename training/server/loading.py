"""What the server calls first thing in each new process.

The server's own process must import this to say so, but not what it loads.
"""

import gc
from typing import TYPE_CHECKING

from training.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: The server asks with the run's token in this header, and each worker answers with its own id.
RUN_HEADER = "X-Training-Run"
WORKER_HEADER = "X-Training-Worker"


def load(settings: Settings, run: str, parent: int, workers: int) -> "WSGIApplication":
    """Make what one worker serves.

    :param run: a token that only this server's own questions carry.
    :param parent: the server's process id.
    :param workers: how many of them there are.
    """
    # What is made now stays. Looking through it again and again takes a third of the time.
    gc.disable()
    from training.server import worker  # noqa: PLC0415 -- the application, as said above

    return worker.load(settings, run, parent, workers)
