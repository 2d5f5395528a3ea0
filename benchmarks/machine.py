"""What was measured on, and what is measured once: start, size, and the steps to begin."""

import csv
import importlib.metadata
import io
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from packaging.requirements import Requirement

import training
from benchmarks.browser import Browser
from benchmarks.processes import free_port, running
from benchmarks.site import Site
from training.app import TEMPLATES

_FLUSHES = 200
_BLOCK = b"x" * 4096


def describe(folder: Path) -> dict[str, Any]:
    """Return what this machine is, and how long its disk takes to keep what it was given."""
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": _processor(),
        "processors": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "granian": importlib.metadata.version("granian"),
        "gunicorn": importlib.metadata.version("gunicorn"),
        "flush_ms": flush_milliseconds(folder),
    }


def flush_milliseconds(folder: Path) -> float:
    """Return how long an fdatasync of 4 kB more takes, as the median of many."""
    took = []
    path = folder / "flush"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for _ in range(_FLUSHES):
        os.write(descriptor, _BLOCK)
        began = time.perf_counter()
        os.fdatasync(descriptor)
        took.append(time.perf_counter() - began)
    os.close(descriptor)
    path.unlink()
    return statistics.median(took) * 1000


def start_seconds(site: Site, *, times: int) -> float:
    """Return how long ``training serve`` takes until it says that it answers."""
    took = []
    for _ in range(times):
        port = free_port()
        environment = site.environment | {"TRAINING_BASE_URL": f"http://127.0.0.1:{port}"}
        began = time.perf_counter()
        with running(
            ["training", "serve", "--port", str(port)],
            port=port,
            ready=b"Serving Training on",
            log=site.folder / "start.log",
            environment=environment,
        ):
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def installed_megabytes() -> float:
    """Return what the product and all that it needs take on the disk, without extras."""
    ours = sum(_size(folder) for folder in {Path(training.__file__).parent, TEMPLATES})
    wanted, found = ["training"], set[str]()
    size = 0
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        found.add(name)
        distribution = importlib.metadata.distribution(name)
        for text in distribution.requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name.lower())
        if name != "training":
            size += sum(_size(Path(str(file.locate()))) for file in distribution.files or ())
    return (ours + size) / 1e6


def steps_to_first_attendee(folder: Path) -> int:
    """Go from an empty folder to one registered person; returns the steps, installing included.

    :raise subprocess.CalledProcessError: a step failed.
    """
    folder.mkdir()
    site = Site("sqlite", folder, None)
    sessions = folder / "sessions.csv"
    sessions.write_text(_sessions(datetime.now(UTC) + timedelta(days=7)))
    installing = 1
    commands = (["migrate"], ["import", "sessions", str(sessions)])
    environment = os.environ | site.environment
    for command in commands:
        subprocess.run(
            [sys.executable, "-m", "training", *command],
            env=environment,
            check=True,
            capture_output=True,
        )
    serving = registering = 1
    with running(
        ["training", "serve", "--port", str(site.port)],
        port=site.port,
        ready=b"Serving Training on",
        log=folder / "server.log",
        environment=site.environment,
    ):
        Browser(site.port).fill(
            "/sessions/1/register",
            {"people-0-name": "Ada", "people-0-email": "ada@example.org", "consent": "y"},
        )
    with sqlite3.connect(folder / "training.sqlite") as connection:
        (count,) = connection.execute(
            "SELECT count(*) FROM registration WHERE status = 'confirmed'"
        ).fetchone()
    connection.close()
    if count != 1:
        raise RuntimeError(f"{count} people are registered after all steps")
    return installing + len(commands) + serving + registering


def _sessions(start: datetime) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["key", "title", "timezone", "start", "end", "capacity", "status"])
    end = start + timedelta(hours=1)
    times = [f"{time_:%Y-%m-%d %H:%M}" for time_ in (start, end)]
    writer.writerow(["first", "Safer livestreams", "Africa/Nairobi", *times, "20", "published"])
    return text.getvalue()


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size if path.is_file() else 0


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), "")
