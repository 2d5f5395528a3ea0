"""A client that hangs up does not stop its request: it is kept as a whole. On both engines."""

import re
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import SECRET_KEY, create_test_app
from tests.databases import Databases
from tests.factories import Make
from tests.server.running import Server, serving, training
from training.checks.service import audit
from training.clock import utc_now
from training.db import db
from training.registrations.models import Registration
from training.sessions.models import TrainingSession


@pytest.fixture
def served(engine: str, databases: Databases, tmp_path: Path) -> Iterator[tuple[Server, Flask]]:
    """A running server, and an application of the test's own on the same database."""
    environ = {"TRAINING_INSTANCE": str(tmp_path), "TRAINING_SECRET_KEY": SECRET_KEY}
    url = f"sqlite:///{tmp_path / 'training.sqlite'}"
    if engine == "postgresql":
        url = databases.make(engine, tmp_path)
        environ["TRAINING_DATABASE_URL"] = url
    assert training("migrate", **environ).returncode == 0
    app = create_test_app(url, tmp_path)
    with app.app_context(), serving(tmp_path, **environ) as server:
        server.wait_for_line()
        yield server, app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


def test_db_12_a_registration_whose_sender_hangs_up_is_kept_whole(
    served: tuple[Server, Flask],
) -> None:
    """DB-12: here the request still waits for the session's lock when its client goes away."""
    server, app = served
    session_id = Make().training_session(capacity=5).id
    path = f"/sessions/{session_id}/register"
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    page = opener.open(f"http://127.0.0.1:{server.port}{path}").read().decode()
    fields = dict(
        re.findall(r'<input[^>]*name="([\w-]+)"[^>]*type="hidden"[^>]*value="([^"]*)"', page)
    )
    fields |= dict(re.findall(r'type="hidden"[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', page))
    fields |= dict(re.findall(r'name="([\w-]+)"[^>]*value="([^"]*)"[^>]*type="hidden"', page))
    body = urlencode(
        fields | {"people-0-name": "Ada", "people-0-email": "ada@example.org", "consent": "y"}
    )
    cookie = "; ".join(f"{one.name}={one.value}" for one in jar)
    request = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )

    locked, release = threading.Event(), threading.Event()

    def hold_the_lock() -> None:
        with app.app_context(), db.engine.connect().execution_options(begin="IMMEDIATE") as other:
            other.execute(
                sa.update(TrainingSession).values(seat_changes=TrainingSession.seat_changes)
            )
            locked.set()
            release.wait(10)
            other.rollback()

    holder = threading.Thread(target=hold_the_lock)
    holder.start()
    assert locked.wait(10)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(request.encode())
        time.sleep(0.5)
    release.set()
    holder.join()

    deadline = time.monotonic() + 10
    names: list[str] = []
    while not names and time.monotonic() < deadline:
        db.session.rollback()
        names = list(db.session.scalars(sa.select(Registration.name)))
        time.sleep(0.1)
    assert names == ["Ada"]
    assert audit(now=utc_now()) == []
    assert server.get("/healthz")[0] == 200
