"""Sending prepared requests by wrk, and what it counted."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("replay.lua")
#: Seconds beyond the run that wrk may take to end.
_PATIENCE = 30.0


class LoadError(Exception):
    """The load could not be made, or what came back is no measurement."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """What came back in one run."""

    requests: int
    seconds: float
    octets: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    #: Answers of 400 and above.
    refused: int
    #: Connections that broke, and answers that never came.
    broken: int

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class Running:
    """A run of wrk that goes on beside another."""

    def __init__(self, process: "subprocess.Popen[str]", seconds: float) -> None:
        self._process, self._seconds = process, seconds

    def answered(self) -> Answered:
        """Wait for the end; returns what was counted."""
        output, complaints = self._process.communicate(timeout=self._seconds + _PATIENCE)
        if self._process.returncode:
            raise LoadError(f"wrk: {complaints.strip() or output.strip()}")
        return _read(output)


def send(
    port: int,
    requests: Sequence[bytes],
    *,
    clients: int,
    seconds: float,
    once: bool = False,
) -> Answered:
    """Send requests over and over, each client the next one as soon as it was answered.

    :param once: each request once, in their order, so that none is a repetition.
    """
    with sending(port, requests, clients=clients, seconds=seconds, once=once) as running:
        return running.answered()


@contextmanager
def sending(
    port: int,
    requests: Sequence[bytes],
    *,
    clients: int,
    seconds: float,
    once: bool = False,
) -> Iterator[Running]:
    """Send requests while the block runs; it asks for what was counted."""
    if shutil.which("wrk") is None:
        raise LoadError("wrk is not installed (Debian, Ubuntu: apt install wrk).")
    with tempfile.NamedTemporaryFile(prefix="requests-") as file:
        for request in requests:
            file.write(b"%d\n" % len(request))
            file.write(request)
        file.flush()
        # wrk takes whole seconds only.
        command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
        command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{port}", "--", file.name]
        command += ["once"] if once else []
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            yield Running(process, seconds)
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()


def _read(output: str) -> Answered:
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise LoadError(f"wrk said nothing that can be read: {output.strip()[:500]}")
    counted = json.loads(lines[-1])
    if not counted["requests"]:
        raise LoadError("nothing was answered")
    return Answered(
        requests=counted["requests"],
        seconds=counted["microseconds"] / 1e6,
        octets=counted["octets"],
        p50_ms=counted["p50"] / 1e3,
        p99_ms=counted["p99"] / 1e3,
        worst_ms=counted["worst"] / 1e3,
        refused=counted["refused"],
        broken=counted["broken"] + counted["late"],
    )
