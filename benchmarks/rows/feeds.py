"""Calendar feeds: as nobody kept them, as they are kept, and for who has them already."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from benchmarks.browser import Browser
from benchmarks.load import LoadError
from benchmarks.rows.bench import Bench, Figures
from training.calendars.service import bump_feed
from training.calendars.values import Variant
from training.clock import utc_now
from training.db import db, transaction

PUBLIC = "/calendar/sessions.ics"
#: Calendar programs that ask for a feed in the moment in which it changed.
POLLERS = 32
_COLD_READS = 4
_GZIP = {"Accept-Encoding": "gzip"}


def cold_person_feed(bench: Bench) -> Figures:
    """Measure the calendars of several people, each as if it were asked for the first time."""
    return _cold(bench, bench.world.person_feeds)


def cold_organization_feed(bench: Bench) -> Figures:
    """Measure the same of organizations."""
    return _cold(bench, bench.world.organization_feeds)


def warm_feed(bench: Bench) -> Figures:
    """Measure the public calendar of 200 sessions where nothing changed."""
    return bench.get([PUBLIC])


def unchanged_feed(bench: Bench) -> Figures:
    """Measure the same for whoever has it already."""
    return bench.get([PUBLIC], _condition(bench), expect=304)


def large_feed(bench: Bench) -> Figures:
    """Measure a public calendar of 10,000: read cold, by 32 at once, and for who has it."""
    used = took = 0.0
    before = bench.joined()
    for _ in range(_COLD_READS):
        _publish(bench)
        cpu, began = bench.server.cpu_seconds(), time.perf_counter()
        _read(bench)
        took += time.perf_counter() - began
        used += bench.server.cpu_seconds() - cpu
    if bench.joined() - before != _COLD_READS:
        raise LoadError(f"{bench.joined() - before} of {_COLD_READS} reads were cold")
    unchanged = bench.get([PUBLIC], _condition(bench), expect=304)
    return {
        "cpu_ms": used / _COLD_READS * 1000,
        "took_ms": took / _COLD_READS * 1000,
        "rebuilds": _poll(bench),
        "unchanged_rps": unchanged["rps"],
    }


def entries_of(bench: Bench, path: str) -> int:
    """Return how many entries a calendar has."""
    return Browser(bench.site.port).get(path).body.count(b"BEGIN:VEVENT")


def _cold(bench: Bench, paths: Sequence[str]) -> Figures:
    """Ask for more feeds than are kept, in turn."""
    before = bench.joined()
    # One more client than feeds would find what another just made.
    figures = bench.get(paths, clients=2)
    joined = bench.joined() - before
    asked = figures["rps"] * bench.seconds
    if joined < asked * 0.98:
        raise LoadError(f"{joined} feeds were joined, and {asked:.0f} asked for")
    return figures


def _publish(bench: Bench) -> None:
    """Change the public calendar, as a published change does."""
    with bench.site.app.app_context():
        with transaction():
            bump_feed(Variant.PUBLIC, now=utc_now())
        db.session.remove()


def _read(bench: Bench) -> None:
    Browser(bench.site.port).ask("GET", PUBLIC, expect=200, headers=_GZIP)


def _poll(bench: Bench) -> int:
    """Have many programs ask at once; returns how often one worker joined the feed for them."""
    _publish(bench)
    before = bench.joined()
    with ThreadPoolExecutor(POLLERS) as pollers:
        for answer in [pollers.submit(_read, bench) for _ in range(POLLERS)]:
            answer.result()
    # Each worker keeps its own; of all that ask one of them, one joins it.
    return -(-(bench.joined() - before) // len(bench.server.listeners()))


def _condition(bench: Bench) -> dict[str, str]:
    answer = Browser(bench.site.port).ask("GET", PUBLIC, expect=200, headers=_GZIP)
    return {"If-None-Match": answer.headers["etag"]}
