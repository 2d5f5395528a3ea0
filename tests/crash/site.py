"""One site that is started, hurt and started again: its folder, its database, its server."""

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from tests.apps import SECRET_KEY, create_test_app
from tests.crash.load import Load
from tests.factories import Make
from tests.server.running import Server, serving, training
from training.db import db

#: Other moments in each run: what a test found is told by the test's own message.
CHANCE = random.Random()  # noqa: S311 -- no secret
linux_only = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="reads /proc, which only Linux has"
)
#: Rounds of the tests that kill; a longer run by hand: ``make crash ROUNDS=200``.
ROUNDS = int(os.environ.get("ROUNDS", "0"))


@dataclass(frozen=True)
class Site:
    """What stays when its server ends."""

    folder: Path
    url: str

    @property
    def environ(self) -> dict[str, str]:
        return {
            "TRAINING_INSTANCE": str(self.folder),
            "TRAINING_SECRET_KEY": SECRET_KEY,
            "TRAINING_DATABASE_URL": self.url,
        }

    def make(self) -> "Site":
        """Make its tables, as whoever runs it does."""
        done = training("migrate", **self.environ)
        assert done.returncode == 0, done.stderr
        return self

    @contextlib.contextmanager
    def app(self) -> Iterator[Flask]:
        """Look at its database from outside its server."""
        app = create_test_app(self.url, self.folder)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()

    @contextlib.contextmanager
    def serving(self, *arguments: str, **environ: str) -> Iterator[Server]:
        with serving(self.folder, *arguments, **self.environ | environ) as server:
            server.wait_for_line()
            yield server

    def load(self) -> Load:
        """Return people who register for a session with room for all, and for one that is full."""
        with self.app():
            make = Make()
            roomy = make.training_session(capacity=None).id
            full = make.training_session(capacity=21).id
        return Load([roomy, full])


def workers(server: Server) -> set[int]:
    return {pid for pid, words in server.processes().items() if "spawn_main" in words}


def wait_for_workers(server: Server, count: int = 2) -> set[int]:
    """Return the workers once so many run, as after one was killed."""
    deadline = time.monotonic() + 30
    while len(found := workers(server)) < count:
        assert time.monotonic() < deadline, server.output.read_text()
        assert server.process.poll() is None, server.output.read_text()
        time.sleep(0.02)
    return found


def kill_all(server: Server) -> None:
    """Have no process of it get another moment, as when the machine's power goes."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in server.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
    server.process.wait()
    assert server.wait_until_gone() == {}
