"""What everything is divided by: a bare view, and the seat transaction without web."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from benchmarks import load
from benchmarks.rows.bench import CLIENTS, Bench, Figures, measure
from training.db import PRAGMAS

_SEATS = 1_000_000_000
_MAKE = (
    "CREATE TABLE IF NOT EXISTS benchmark_seats (id INTEGER PRIMARY KEY, taken INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS benchmark_place (session INTEGER NOT NULL, name TEXT NOT NULL)",
    "INSERT INTO benchmark_seats (id, taken) VALUES (1, 0) ON CONFLICT DO NOTHING",
)
_TAKE = f"UPDATE benchmark_seats SET taken = taken + 1 WHERE id = 1 AND taken < {_SEATS}"  # noqa: S608 -- a constant
_PLACE = "INSERT INTO benchmark_place (session, name) VALUES (1, 'Ada')"


def hello(bench: Bench) -> Figures:
    """Measure the bare view under the reference server."""
    request = load.get(bench.reference.host, "/")
    figures, _ = measure(bench.reference, [request], clients=CLIENTS, seconds=bench.seconds)
    return figures


def raw(bench: Bench) -> Figures:
    """Measure the seat transaction in the site's database, one after another, with no web."""
    with _register_raw(bench) as register:
        took = []
        ends_at = time.perf_counter() + bench.seconds / 2
        while (began := time.perf_counter()) < ends_at:
            register()
            took.append(time.perf_counter() - began)
    return {"rps": len(took) / sum(took), "p50_ms": statistics.median(took) * 1000}


@contextmanager
def _register_raw(bench: Bench) -> Iterator[Callable[[], None]]:
    path = bench.site.settings.sqlite_path
    if path is not None:
        sqlite = sqlite3.connect(path, isolation_level=None)
        for pragma in PRAGMAS:
            sqlite.execute(f"PRAGMA {pragma}")
        for statement in _MAKE:
            sqlite.execute(statement)

        def register() -> None:
            for statement in ("BEGIN IMMEDIATE", _TAKE, _PLACE, "COMMIT"):
                sqlite.execute(statement)

        yield register
        sqlite.close()
        return
    address = bench.site.settings.database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as postgres:
        for statement in _MAKE:
            postgres.execute(statement.encode())
        postgres.commit()

        def register() -> None:
            postgres.execute(_TAKE.encode())
            postgres.execute(_PLACE.encode())
            postgres.commit()

        yield register
