"""Trainers who mark at the same time: each a process with an engine of its own."""

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Queue
from unittest import mock

from tests.apps import create_test_app
from tests.times import NOW
from training.accounts.policy import Scope
from training.attendance import service
from training.attendance.service import marking, statements
from training.attendance.values import AttendanceStatus, Mark, MarkSource
from training.db import db, transaction
from training.errors import DomainError

#: Seconds after which a racer is given up.
PATIENCE = 120


@dataclass(frozen=True, kw_only=True)
class Racer:
    """One trainer in one round."""

    actor_id: int
    meeting_id: int
    registration_ids: tuple[int, ...]
    status: AttendanceStatus
    #: Seconds to wait before, and between writing the marks and making them current.
    late: float = 0
    pause: float = 0


def race(
    database_url: str, folder: Path, rounds: Sequence[Sequence[Racer]], *, locked: bool = True
) -> list[str]:
    """Run the rounds, all racers of one at once; returns the outcome of every mark.

    :param rounds: each with as many racers.
    :param locked: False leaves the session's lock out, to show what it is for.
    """
    spawn = multiprocessing.get_context("spawn")
    racers = len(rounds[0])
    barrier, results = spawn.Barrier(racers), spawn.Queue()
    processes = [
        spawn.Process(
            target=_run,
            args=(database_url, folder, [one[number] for one in rounds], barrier, results, locked),
        )
        for number in range(racers)
    ]
    for process in processes:
        process.start()
    outcomes = [outcome for _ in processes for outcome in results.get(timeout=PATIENCE)]
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0] * racers
    return outcomes


def _run(
    database_url: str,
    folder: Path,
    rounds: Sequence[Racer],
    barrier: Barrier,
    results: "Queue[list[str]]",
    locked: bool,  # noqa: FBT001 -- given by position to a process
) -> None:
    app = create_test_app(database_url, folder)
    outcomes: list[str] = []
    with app.app_context():
        db.session.connection()  # ready: what follows is to begin at once
        db.session.rollback()
        for number, racer in enumerate(rounds):
            barrier.wait(PATIENCE)
            time.sleep(racer.late)
            outcomes += _mark(racer, number, locked=locked)
        db.session.remove()
        db.engine.dispose()
    results.put(outcomes)


def _mark(racer: Racer, number: int, *, locked: bool) -> list[str]:
    batch = [
        Mark(
            registration_id=registration_id,
            status=racer.status,
            nonce=f"racer-{racer.actor_id}-{number}-{registration_id}",
        )
        for registration_id in racer.registration_ids
    ]
    write = marking._write  # noqa: SLF001 -- where the pause goes

    def write_and_pause(*args: object, **kwargs: object) -> dict[str, int]:
        written = write(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they are
        time.sleep(racer.pause)
        return written

    lock = statements.LOCK if locked else statements._FOUND  # noqa: SLF001 -- as above
    with (
        mock.patch.object(marking, "_write", write_and_pause),
        mock.patch.object(statements, "LOCK", lock),
    ):
        try:
            with transaction():
                recorded = service.record_marks(
                    racer.meeting_id,
                    batch,
                    source=MarkSource.TRAINER,
                    actor_id=racer.actor_id,
                    scope=Scope.OWN_SESSIONS,
                    now=NOW,
                )
        except DomainError as error:
            return [error.code]
    return [str(one.outcome) for one in recorded.results]
