"""Whether the port is free, and whether it is we who answer on it."""

import errno
import http.client
import socket
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from training.config import Settings
from training.server.errors import ServerError
from training.server.loading import RUN_HEADER, WORKER_HEADER

#: Workers start in a second or two; on a machine that is busy with other things, later.
START_SECONDS = 60.0
_POLL_SECONDS = 0.02
_REQUEST_SECONDS = 10.0
#: The kernel spreads connections among the workers by chance, so each is heard of soon.
_OTHERS_SECONDS = 5.0


def refuse_used_port(host: str, port: int) -> None:
    """Stop if something listens on the port already.

    Our own server would not notice: it shares ports, and half of the requests would go to the
    other one.

    :raise ServerError: the port is taken, or may not be used.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                # Connections of a server that just ended are no hindrance. A listener still is.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"Port {port} is in use by another program. Choose another one: --port, or "
                "make run PORT=…"
            ) from error
        raise ServerError(
            f"Cannot listen on {host}, port {port}: {error.strerror or error}."
        ) from error


def wait_until_ready(
    settings: Settings, host: str, port: int, *, run: str, workers: Callable[[], set[int]]
) -> None:
    """Return when our own workers answer, and nobody else.

    :param run: what only we and our workers know.
    :param workers: the process ids of the workers, as far as they are started.
    :raise ServerError: they do not, or something else answers.
    """
    deadline = time.monotonic() + START_SECONDS
    heard: set[int] = set()
    while time.monotonic() < deadline:
        try:
            status, worker = _ask(settings, host, port, run)
        except (OSError, http.client.HTTPException):
            time.sleep(_POLL_SECONDS)
            continue
        if worker is None:
            raise ServerError(
                f"Something else answers on port {port} too. Choose another one: --port, or "
                "make run PORT=…"
            )
        if status == http.client.OK and worker in workers():
            if not heard:  # that is enough to serve; the others are given a moment
                deadline = min(deadline, time.monotonic() + _OTHERS_SECONDS)
            heard.add(worker)
        if heard and heard >= workers():
            return
        time.sleep(_POLL_SECONDS)
    if not heard:
        raise ServerError(f"The server did not answer within {START_SECONDS:.0f} seconds.")


def _ask(settings: Settings, host: str, port: int, run: str) -> tuple[int, int | None]:
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared only
    connection = http.client.HTTPConnection(target, port, timeout=_REQUEST_SECONDS)
    try:
        headers = {"Host": urlsplit(settings.base_url).netloc, RUN_HEADER: run}
        connection.request("GET", "/healthz", headers=headers)
        response = connection.getresponse()
        worker = response.getheader(WORKER_HEADER)
        return response.status, int(worker) if worker and worker.isdigit() else None
    finally:
        connection.close()


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach what listens there."""
    return host in {"localhost", "::1"} or host.startswith("127.")
