"""The processes of a storm: each has an engine of its own, and any may be killed at any moment."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from tests.apps import create_test_app
from tests.load import acts
from tests.load.calls import Call
from tests.load.journal import HEARD, LEFT, SENT, Journal
from tests.load.sizes import Fault, chance_of
from training.db import db
from training.registrations.values import LIVE

PATIENCE_SECONDS = 120
#: So often the same is sent again to a server that says it is busy.
MOST_TRIES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One send of one call."""

    number: int
    call: Call
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What one process does, and where."""

    database_url: str
    folder: Path
    journal: Path
    name: str


@contextmanager
def _application(
    work: Work, barrier: Barrier | None, warm_up: Callable[[], object]
) -> Iterator[None]:
    app = create_test_app(work.database_url, work.folder)
    with app.app_context():
        if barrier is not None:  # else it succeeds one that was killed, in the midst of it all
            warm_up()
            barrier.wait(PATIENCE_SECONDS)
        yield
        db.session.remove()
        db.engine.dispose()


def register(
    work: Work, act: Callable[[Call], str], turns: Sequence[Turn], barrier: Barrier | None
) -> None:
    """Send registrations one after the other."""
    journal, chance = Journal(work.journal), chance_of(work.name)
    bombs = []
    with _application(work, barrier, lambda: acts.warm_up(turns[0].call)):
        began = time.monotonic()
        for done, turn in enumerate(turns):
            journal.note(SENT, turn.number)
            if turn.fault is Fault.KILL:
                usual = (time.monotonic() - began) / (done + 1)
                bombs.append(_bomb(chance.uniform(0, 2 * usual)))
            answer = _until_answered(act, turn, journal)
            is_waited_for = turn.fault is not Fault.TIME_OUT
            journal.note(HEARD if is_waited_for else LEFT, turn.number, answer)
    for bomb in bombs:
        bomb.join()


def _until_answered(act: Callable[[Call], str], turn: Turn, journal: Journal) -> str:
    for _ in range(MOST_TRIES):
        if (answer := act(turn.call)) != acts.BUSY:
            return answer
        journal.note(acts.BUSY, turn.number)
    return acts.BUSY


def _bomb(seconds: float) -> threading.Thread:
    """Kill this process, at a moment that nothing in it can choose."""

    def kill() -> None:
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


def disturb(
    work: Work,
    each_second: Mapping[str, float],
    actor_id: int,
    stop: Event,
    barrier: Barrier | None,
) -> None:
    """Give up seats of anybody, and try to give some to those who wait, until told to stop.

    :param each_second: of "cancel" and "promote", how many.
    """
    journal, chance = Journal(work.journal), chance_of(work.name)
    rate = sum(each_second.values())
    with _application(work, barrier, lambda: acts.anybody(chance, LIVE)):
        began, number = time.monotonic(), 0
        while not stop.is_set():
            acts.pace(number, began, rate)
            journal.note(SENT, number)
            if chance.random() * rate < each_second["cancel"]:
                answer = acts.cancel_anybody(chance)
            else:
                answer = acts.promote_anybody(chance, actor_id)
            journal.note(HEARD, number, answer)
            number += 1
