"""The processes of a server: whether it is they who answer, and what they use."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil

#: A machine that is busy with other things takes long.
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.02


class ServerFailedError(Exception):
    """A server did not start, did not answer, or somebody else answers in its place."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A server that runs: a process and all that it started."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
        self.port = port
        self._root = psutil.Process(process.pid)
        self._process, self._log = process, log

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def members(self) -> list[psutil.Process]:
        """Return its processes."""
        return [self._root, *self._root.children(recursive=True)]

    def listeners(self) -> set[int]:
        """Return the ids of those processes on this machine that take connections on its port."""
        return {
            connection.pid or 0
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == self.port
        }

    def refuse_strangers(self) -> None:
        """Stop unless whoever answers on the port belongs to this server.

        A server left over on the same port answers too, and looks plausible.

        :raise ServerFailedError: somebody else answers, or nobody.
        """
        listeners = self.listeners()  # first: a worker may just be starting
        own = {member.pid for member in self.members()}
        if not listeners or not listeners <= own:
            raise ServerFailedError(
                f"Processes {sorted(listeners)} answer on port {self.port}, and the server is "
                f"{sorted(own)}. {self._said()}"
            )

    def cpu_seconds(self) -> float:
        """Return the processor time that all of them have used."""
        used = 0.0
        for member in self.members():
            times = member.cpu_times()
            used += times.user + times.system
        return used

    def largest_megabytes(self) -> float:
        """Return what the largest of those that answer has in memory."""
        largest: int = max(psutil.Process(pid).memory_info().rss for pid in self.listeners())
        return largest / 1e6

    def wait_until(self, line: bytes) -> None:
        """Return when the server has said that it is ready."""
        deadline = time.monotonic() + _START_SECONDS
        while line not in self._log.read_bytes():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerFailedError(f"The server did not start. {self._said()}")
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """End it and all that it started."""
        members = self.members()
        self._process.terminate()
        _gone, left = psutil.wait_procs(members, timeout=_STOP_SECONDS)
        for member in left:
            member.kill()
        self._process.wait()

    def _said(self) -> str:
        return "It said: " + self._log.read_text(errors="replace")[-2000:]


@cache
def _bytecode() -> tempfile.TemporaryDirectory[str]:
    """Return the folder for compiled sources; it is gone when this process ends."""
    return tempfile.TemporaryDirectory(prefix="bytecode-")


@contextmanager
def running(
    arguments: Sequence[str],
    *,
    port: int,
    ready: bytes,
    log: Path,
    environment: Mapping[str, str],
) -> Iterator[Server]:
    """Run a Python module as a server while the block runs.

    :param ready: what it prints once it answers.
    """
    inherited = {name: value for name, value in os.environ.items() if "TRAINING" not in name}
    # As where it is installed: compiled once, and not by each process.
    inherited |= {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": _bytecode().name,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=inherited | dict(environment),
        )
        server = Server(process, port, log)
        try:
            server.wait_until(ready)
            server.refuse_strangers()
            yield server
            server.refuse_strangers()
        finally:
            server.stop()
