"""What a running server writes down: nothing by which somebody could read a calendar."""

import http.client
import sqlite3
from pathlib import Path

from tests.apps import SECRET_KEY, create_test_app
from tests.calendars.feeds import make_token, path_of
from tests.factories import Make
from tests.server.running import serving, training
from training.calendars.values import FeedKind
from training.db import db


def ask(port: int, method: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def test_ics_10_server_writes_no_secret_address_into_its_log(tmp_path: Path) -> None:
    """ICS-09, ICS-10: read, refused, asked for in a wrong way, and when the database breaks."""
    environ = {"TRAINING_INSTANCE": str(tmp_path), "TRAINING_SECRET_KEY": SECRET_KEY}
    assert training("migrate", **environ).returncode == 0
    database = tmp_path / "training.sqlite"
    app = create_test_app(f"sqlite:///{database}", tmp_path)
    with app.app_context():
        token = make_token(FeedKind.STAFF, Make().coordinator().person_id)
        db.session.remove()
        db.engine.dispose()
    path, wrong = path_of(token), path_of("B" * 43)
    with serving(tmp_path, "--workers", "1", **environ) as server:
        server.wait_for_line()
        answers = [
            ask(server.port, method, address)[0]
            for method, address in (
                ("GET", path),
                ("HEAD", path),
                ("POST", path),
                ("PROPFIND", path),
                ("GET", wrong),
                ("GET", path_of(f"{token}{'B' * 10_000}")),
                ("GET", f"{path}/more"),
            )
        ]
        with sqlite3.connect(database) as connection:
            connection.execute("DROP TABLE feed_fetch")
        connection.close()
        broken = ask(server.port, "GET", path)
        log = server.output.read_text()

    assert answers == [200, 200, 405, 405, 404, 404, 404]
    assert broken[0] == 500
    assert token.encode() not in broken[1]
    assert "incident" in log
    assert "no such table" in log
    assert token not in log
    assert "B" * 43 not in log
