"""One run: the rows of each engine, round by round beside their baselines, then growth."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.postgres import postgresql_server
from benchmarks.processes import Server
from benchmarks.reference import reference_server
from benchmarks.results import Result, Rounds, derived, gather
from benchmarks.rows import BASELINES, MEASURES, Bench, Measure, large_feed
from benchmarks.rows.feeds import PUBLIC, entries_of
from benchmarks.site import Site, make_site
from benchmarks.targets import GROWTH
from benchmarks.world import Scale, World, add_past, build
from training.checks.service import audit
from training.clock import utc_now
from training.db import db

#: A thousand registrations, beside which there is nothing in one site and a million in the other.
_SMALL = Scale(subscribed=100, classes=1, storms=0, accounts=0)
LARGE = 1_000_000
_STARTS = 5
#: The row of growth → what is measured on both sites. The feeds have their own way.
_GROWING = {name: name.removeprefix("growth-") for name in GROWTH if name != "growth-feed"}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be measured."""

    folder: Path
    engines: Sequence[str]
    rows: Sequence[str]
    rounds: int
    seconds: float
    large: int = LARGE


@dataclass
class _Run:
    plan: Plan
    rounds: Rounds = field(default_factory=dict)
    machine_rows: dict[str, dict[str, float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def attempting(self, what: str) -> Iterator[None]:
        """Go on with the rest where this fails; it is told at the end."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- whatever it is, the rest is measured
            self.failures[what] = f"{type(error).__name__}: {error}"
            _say(f"  {what}: {self.failures[what]}")

    def attempt(self, what: str, measure: Callable[[], Mapping[str, float]]) -> dict[str, float]:
        """Return what was measured, or nothing."""
        began = time.perf_counter()
        figures: dict[str, float] = {}
        with self.attempting(what):
            figures = dict(measure())
        if not figures:
            return {}
        shown = "  ".join(f"{name} {value:.4g}" for name, value in figures.items())
        _say(f"  {what} ({time.perf_counter() - began:.1f} s): {shown}")
        return figures


def run(plan: Plan) -> Result:
    """Measure what was asked for."""
    began = time.perf_counter()
    whole = _Run(plan)
    described = machine.describe(plan.folder)
    with reference_server(plan.folder) as reference:
        for engine in plan.engines:
            with _engine(engine, plan.folder) as make:
                described |= make.described
                whole.rounds[engine] = {}
                if any(row in MEASURES or row == "memory" for row in plan.rows):
                    with whole.attempting(f"{engine} rows"):
                        _living(whole, make, reference)
                if any(row in GROWTH or row == "feed-large" for row in plan.rows):
                    with whole.attempting(f"{engine} growth"):
                        _growth(whole, make, reference)
    _machine_rows(whole)
    return Result(
        machine=described,
        settings={
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "large": plan.large,
            "took_seconds": round(time.perf_counter() - began),
        },
        rounds=whole.rounds,
        machine_rows=whole.machine_rows,
        failures=whole.failures,
    )


@dataclass(frozen=True)
class _Sites:
    """Makes sites on one engine."""

    engine: str
    folder: Path
    new_database: Callable[[], str | None]
    described: dict[str, Any]

    def make(self, name: str, scale: Scale) -> tuple[Site, World]:
        site = make_site(self.engine, self.folder / name, self.new_database())
        return site, build(site, scale)


@contextmanager
def _engine(engine: str, folder: Path) -> Iterator[_Sites]:
    home = folder / engine
    home.mkdir()
    if engine == "sqlite":
        yield _Sites(engine, home, lambda: None, {})
        return
    with postgresql_server(home / "server") as server:
        yield _Sites(engine, home, server.make_database, server.settings())


def _living(whole: _Run, sites: _Sites, reference: Server) -> None:
    plan = whole.plan
    _say(f"{sites.engine}: making a site ...")
    site, world = sites.make("site", Scale(storms=plan.rounds))
    wanted = [name for name in MEASURES if name in BASELINES or name in plan.rows]
    if "storm" in wanted and "post" not in wanted:
        wanted.insert(wanted.index("storm"), "post")
    with site.serving() as server:
        bench = Bench(site, world, server, reference, seconds=plan.seconds)
        rounds = [
            _round(whole, sites.engine, number, bench, {name: MEASURES[name] for name in wanted})
            for number in range(plan.rounds)
        ]
        rows = gather([derived(of_round) for of_round in rounds if _has_baselines(of_round)])
        if "memory" in plan.rows:
            rows["memory"] = {"worker_mb": [server.largest_megabytes()]}
    if "storm" in rows:
        with site.app.app_context():
            found = audit(now=utc_now())
            db.session.remove()
        rows["storm"]["broken_books"] = [float(len(found))]
        if found:
            whole.failures[f"{sites.engine} books"] = str(found[:3])
    whole.rounds[sites.engine] |= rows


def _round(
    whole: _Run, engine: str, number: int, bench: Bench, measures: Mapping[str, Measure]
) -> dict[str, dict[str, float]]:
    _say(f"{engine}, round {number + 1} of {whole.plan.rounds}")
    measured = {}
    for name, measure in measures.items():
        if figures := whole.attempt(f"{engine} {name}", lambda m=measure: m(bench)):  # type: ignore[misc]
            measured[name] = figures
    return measured


def _has_baselines(of_round: Mapping[str, object]) -> bool:
    return all(name in of_round for name in BASELINES)


def _growth(whole: _Run, sites: _Sites, reference: Server) -> None:
    plan, engine = whole.plan, sites.engine
    _say(f"{engine}: making sites with 1,000 and {plan.large:,} registrations ...")
    made = [sites.make(name, _SMALL) for name in ("small", "large")]
    add_past(made[1][0], registrations_wanted=plan.large)
    with ExitStack() as stack:
        small, large = (
            Bench(site, world, stack.enter_context(site.serving()), reference, seconds=plan.seconds)
            for site, world in made
        )
        rounds = [_growth_round(whole, number, small, large) for number in range(plan.rounds)]
    gathered = gather(rounds)
    whole.rounds[engine] |= gathered


def _growth_round(
    whole: _Run, number: int, small: Bench, large: Bench
) -> dict[str, dict[str, float]]:
    engine = small.site.engine
    _say(f"{engine}, growth, round {number + 1} of {whole.plan.rounds}")
    rows: dict[str, dict[str, float]] = {}
    # The other one first in every other round: who comes second may find the machine warmer.
    pair = (small, large) if number % 2 == 0 else (large, small)
    for row, name in _GROWING.items():
        if row not in whole.plan.rows:
            continue
        of = {
            bench: whole.attempt(
                f"{engine} {row}, {'small' if bench is small else 'large'}",
                lambda b=bench, n=name: MEASURES[n](b),  # type: ignore[misc]
            )
            for bench in pair
        }
        if all(of.values()):
            rows[row] = {
                "growth": of[small]["rps"] / of[large]["rps"],
                "small_rps": of[small]["rps"],
                "large_rps": of[large]["rps"],
            }
    if {"growth-feed", "feed-large"} & set(whole.plan.rows):
        rows |= _feeds(whole, small, large)
    return rows


def _feeds(whole: _Run, small: Bench, large: Bench) -> dict[str, dict[str, float]]:
    engine = small.site.engine
    few = whole.attempt(f"{engine} feed-large, small", lambda: large_feed(small))
    many = whole.attempt(f"{engine} feed-large, large", lambda: large_feed(large))
    if not few or not many:
        return {}
    an_entry = [
        figures["took_ms"] / entries_of(bench, PUBLIC)
        for figures, bench in ((few, small), (many, large))
    ]
    return {
        "growth-feed": {"growth": an_entry[1] / an_entry[0]},
        "feed-large": many | {"unchanged_of_200": many["unchanged_rps"] / few["unchanged_rps"]},
    }


def _machine_rows(whole: _Run) -> None:
    plan = whole.plan
    once: dict[str, Callable[[], Mapping[str, float]]] = {
        "start": lambda: {"seconds": _start(plan.folder)},
        "install": lambda: {"mb": machine.installed_megabytes()},
        "steps": lambda: {"steps": machine.steps_to_first_attendee(plan.folder / "steps")},
    }
    for name, measure in once.items():
        if name in plan.rows and (figures := whole.attempt(name, measure)):
            whole.machine_rows[name] = figures


def _start(folder: Path) -> float:
    site = make_site("sqlite", folder / "start", None)
    return machine.start_seconds(site, times=_STARTS)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
