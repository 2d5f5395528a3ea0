"""The benchmarks' table of targets, and the page that is made from what was measured."""

import xml.etree.ElementTree as ET
from pathlib import Path

from benchmarks.report import write_report
from benchmarks.results import Result, derived, gather
from benchmarks.targets import ENGINES, ROWS, Verdict

MACHINE = {
    "at": "2026-11-23 15:00 UTC",
    "system": "Linux 6.1",
    "processor": "Something",
    "processors": 2,
    "memory_gb": 8.0,
    "load": 0.1,
    "python": "3.11.7",
    "sqlite": "3.40.1",
    "granian": "2.8.7",
    "gunicorn": "27.0.1",
    "flush_ms": 0.15,
    "server_version": "18.4",
    "fsync": "on",
}


def _round(list_rps: float) -> dict[str, dict[str, float]]:
    return derived(
        {
            "hello": {"rps": 4000.0, "cpu_ms": 0.54},
            "raw": {"rps": 5000.0, "p50_ms": 0.2},
            "list": {"rps": list_rps, "cpu_ms": 8.1},
            "post": {"rps": 600.0, "cpu_ms": 4.0},
            "storm": {"rps": 300.0, "cpu_ms": 4.0, "p99_ms": 80.0, "worst_ms": 1200.0},
            "feed-person-cold": {"rps": 200.0, "cpu_ms": 6.0},
        }
    )


def _result() -> Result:
    rounds = gather([_round(rps) for rps in (100.0, 300.0, 2000.0)])
    return Result(
        machine=MACHINE,
        settings={"rounds": 3, "seconds": 1, "large": 1_000_000, "took_seconds": 600},
        rounds=dict.fromkeys(ENGINES, rounds),
        machine_rows={"start": {"seconds": 1.5}},
        failures={"sqlite sheet": "LoadError: nothing was answered"},
    )


def _verdicts(result: Result, name: str, engine: str) -> dict[str, Verdict | None]:
    row = next(row for row in ROWS if row.name == name)
    return {target.figure: result.verdict(row, target, engine) for target in row.targets}


def test_every_row_has_its_own_name_and_figures() -> None:
    names = [row.name for row in ROWS]

    assert sorted(set(names)) == sorted(names)
    for row in ROWS:
        figures = [target.figure for target in row.targets]
        assert figures
        assert sorted(set(figures)) == sorted(figures)


def test_a_goal_is_never_easier_than_what_must_be() -> None:
    easier = [
        (row.name, target.figure)
        for row in ROWS
        for target in row.targets
        for engine in ENGINES
        if target.goal is not None and target.verdict(target.goal, engine) is not Verdict.GOAL
    ]

    assert easier == []


def test_medians_over_the_rounds_are_held_to_the_targets() -> None:
    result = _result()

    assert result.median("sqlite", "list", "rps_h") == 0.075
    assert _verdicts(result, "list", "sqlite") == {"rps_h": Verdict.MUST, "cpu_h": Verdict.MUST}
    assert _verdicts(result, "storm", "sqlite") == {
        "of_steady": Verdict.UNDER,
        "p99_ms": Verdict.MUST,
        "worst_ms": Verdict.UNDER,
        "broken_books": None,
    }


def test_milliseconds_are_held_to_their_bounds_as_on_the_quiet_machine() -> None:
    # Hello took twice as long as there, so 6 ms stand for 3.
    assert _verdicts(_result(), "feed-person-cold", "sqlite") == {
        "cpu_ms": Verdict.MUST,
        "cpu_h": Verdict.MUST,
    }


def test_a_stored_result_becomes_the_page_and_its_plot(tmp_path: Path) -> None:
    _result().save(tmp_path / "newest.json")

    write_report(Result.read(tmp_path / "newest.json"), tmp_path)

    page = (tmp_path / "performance.md").read_text()
    assert (
        "| List of 200 sessions, rendered | h | ≥ 0.05 | 0.10 | 0.07 | must | 0.07 | must |" in page
    )
    assert "| Start, until it answers | s | ≤ 2.00 | 1.00 | 1.50 | must |" in page
    assert "- sqlite sheet: LoadError: nothing was answered" in page
    plot = ET.fromstring((tmp_path / "performance" / "targets.svg").read_text())  # noqa: S314 -- ours
    assert plot.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(plot.findall("{http://www.w3.org/2000/svg}circle")) > 5
