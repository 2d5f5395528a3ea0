"""A real ``training serve`` in processes of its own, for tests that must see it start and end."""

import contextlib
import html
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Enough for a machine that is busy with other tests.
PATIENCE_SECONDS = 60.0
_MARK = "TEST_RUN_MARK"


def clean_environ() -> dict[str, str]:
    """Return the environment without what would configure Training."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith("TRAINING_")
    } | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def training(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "training", *arguments],
        env=clean_environ() | environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Server:
    """One running server and everything that it started."""

    process: subprocess.Popen[str]
    port: int
    output: Path
    mark: str
    started: float = field(default_factory=time.monotonic)

    def wait_for_line(self) -> str:
        """Return the line that says that it answers."""
        deadline = self.started + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for line in self.output.read_text().splitlines():
                if line.startswith("Serving Training on "):
                    return line
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.02)
        raise AssertionError(f"not up in time:\n{self.output.read_text()}")

    def wait_for_mail_sender(self) -> None:
        deadline = self.started + PATIENCE_SECONDS
        while not any(" notifications send" in words for words in self.processes().values()):
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.02)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def processes(self) -> dict[int, str]:
        """Return the processes of this server that live, with their command lines."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if f"{_MARK}={self.mark}".encode() in (folder / "environ").read_bytes():
                    words = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = words.decode().strip()
        return found

    def wait_until_gone(self, seconds: float = 15.0) -> dict[int, str]:
        """Return what is left of it after that time: nothing, as soon as nothing is left."""
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left


class Browser:
    """Keeps cookies and the CSRF token, as little as a form needs."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies = ""
        self._token = ""
        self.headers: dict[str, str] = {}

    def get(self, path: str) -> int:
        return self._ask("GET", path, {})

    def post(self, path: str, form: Mapping[str, str]) -> int:
        return self._ask("POST", path, {"csrf_token": self._token, **form})

    def _ask(self, method: str, path: str, form: Mapping[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        headers = {"Cookie": self._cookies} if self._cookies else {}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, urllib.parse.urlencode(form) or None, headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        if cookie := self.headers.get("set-cookie"):
            self._cookies = cookie.partition(";")[0]
        if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', body):
            self._token = html.unescape(found[1])
        return response.status


@contextlib.contextmanager
def serving(folder: Path, *arguments: str, **environ: str) -> Iterator[Server]:
    """Start ``training serve`` on a free port, in a process group as a terminal makes one."""
    mark = uuid.uuid4().hex
    port = free_port()
    output = folder / f"output-{mark}"
    with output.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "training", "serve", "--port", str(port), *arguments],
            env=clean_environ() | {"PYTHONUNBUFFERED": "1", _MARK: mark} | environ,
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
    server = Server(process, port, output, mark)
    try:
        yield server
    finally:
        for pid in server.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
