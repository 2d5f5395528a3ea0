"""What keeps the server from starting, seen from inside."""

import http.server
import socket
import threading
from pathlib import Path

import pytest

from tests.server.running import training
from training import db as database
from training.config import load
from training.server import readiness
from training.server.errors import ServerError
from training.server.serve import serve


def test_a_database_without_durable_writes_is_not_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DB-04."""
    assert training("migrate", TRAINING_INSTANCE=str(tmp_path)).returncode == 0
    settings = load({"TRAINING_INSTANCE": str(tmp_path)})
    pragmas = tuple(
        "synchronous=OFF" if pragma.startswith("synchronous") else pragma
        for pragma in database.PRAGMAS
    )
    monkeypatch.setattr(database, "PRAGMAS", pragmas)

    with pytest.raises(ServerError) as caught:
        serve(settings, host="127.0.0.1", port=8000, workers=1)

    assert str(caught.value) == (
        "The database is not set up safely: synchronous is OFF, so a power cut could lose what "
        "was acknowledged; it must be FULL."
    )


class _Stranger(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def test_a_stranger_who_answers_on_the_port_is_not_taken_for_us(tmp_path: Path) -> None:
    settings = load({"TRAINING_INSTANCE": str(tmp_path)})
    with http.server.HTTPServer(("127.0.0.1", 0), _Stranger) as stranger:
        thread = threading.Thread(target=stranger.serve_forever)
        thread.start()
        port = stranger.server_port
        try:
            with pytest.raises(ServerError) as caught:
                readiness.wait_until_ready(
                    settings, "127.0.0.1", port, run="ours", workers=lambda: {1}
                )
        finally:
            stranger.shutdown()
            thread.join()

    assert str(caught.value).startswith(f"Something else answers on port {port} too.")


def test_nobody_who_answers_is_told_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "START_SECONDS", 0.2)
    settings = load({"TRAINING_INSTANCE": str(tmp_path)})
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen

        with pytest.raises(ServerError) as caught:
            readiness.wait_until_ready(
                settings,
                "127.0.0.1",
                silent.getsockname()[1],
                run="ours",
                workers=lambda: {1},
            )

    assert str(caught.value) == "The server did not answer within 0 seconds."


def test_an_address_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ServerError) as caught:
        readiness.refuse_used_port("192.0.2.1", 8000)

    assert str(caught.value) == (
        "Cannot listen on 192.0.2.1, port 8000: Cannot assign requested address."
    )
