"""Processes that race for seats: started once, each with an engine of its own.

"50 contenders" are calls made by these processes, which begin together at a barrier.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Flask

from tests.apps import create_test_app
from training.db import db
from training.errors import DomainError

PROCESSES = 8

#: What is raced: a function of a module that every process can import.
Act = Callable[..., object]


#: An act and what it is called with.
Call = tuple[Act, tuple[Any, ...]]


class Job(NamedTuple):
    """The calls of one process in one round."""

    database_url: str
    folder: Path
    checks: bool
    calls: Sequence[Call]


class Contenders:
    """The processes of one test run."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        # Kept: a barrier that is collected before a process has started is gone for it.
        self._barrier = context.Barrier(PROCESSES)
        self._ends: list[Connection] = []
        self._processes = []
        for _ in range(PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(target=_contend, args=(theirs, self._barrier), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)

    def race(
        self,
        app: Flask,
        calls: Sequence[Call],
        *,
        checks: bool = True,
    ) -> list[str]:
        """Make the calls, as many at once as there are processes.

        :param checks: False: the database's CHECK on seats is out of force, so that a test can
            see what the code alone lets through.
        :return: for each call, in no order, "ok" or the text that it returned, the code of a
            refusal, or a fault as its text.
        """
        url = db.engine.url.render_as_string(hide_password=False)
        folder = Path(app.instance_path)
        db.session.rollback()
        for number, end in enumerate(self._ends):
            end.send(Job(url, folder, checks, calls[number::PROCESSES]))
        answers = [answer for end in self._ends for answer in end.recv()]
        db.session.rollback()
        db.session.expire_all()
        return answers

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()


def _contend(end: Connection, barrier: Barrier) -> None:
    app: Flask | None = None
    url = ""
    while True:
        job: Job = end.recv()
        if app is None or url != job.database_url:
            app, url = create_test_app(job.database_url, job.folder), job.database_url
        with app.app_context():
            _without_checks(db.engine, checks=job.checks)
            barrier.wait(timeout=60)
            answers = [_answer(act, arguments) for act, arguments in job.calls]
            db.session.remove()
            db.engine.dispose()
        end.send(answers)


def _answer(act: Act, arguments: tuple[Any, ...]) -> str:
    try:
        told = act(*arguments)
    except DomainError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 -- told to the test, which expects none
        return f"{type(error).__name__}: {error}"
    return told if isinstance(told, str) else "ok"


def _without_checks(engine: sa.Engine, *, checks: bool) -> None:
    """Have SQLite's connections ignore CHECKs; on PostgreSQL the test drops the constraint."""
    if engine.dialect.name != "sqlite":
        return

    def ignore(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA ignore_check_constraints={'OFF' if checks else 'ON'}")

    sa.event.listen(engine, "connect", ignore)
