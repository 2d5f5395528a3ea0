"""h: a bare view under one reference server, whatever server the product ships with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from benchmarks.processes import Server, free_port, running

WORKERS = 2
THREADS = 4

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Answer with as little as there can be."""
    return "hello"


@contextmanager
def reference_server(folder: Path) -> Iterator[Server]:
    """Run gunicorn with the bare view while the block runs."""
    port = free_port()
    arguments = ["gunicorn", "benchmarks.reference:app", "--bind", f"127.0.0.1:{port}"]
    arguments += ["--worker-class", "gthread", "--workers", str(WORKERS)]
    arguments += ["--threads", str(THREADS), "--no-control-socket", "--keep-alive", "60"]
    with running(
        arguments, port=port, ready=b"Booting worker", log=folder / "hello.log", environment={}
    ) as server:
        server.refuse_strangers()
        yield server
