"""What was measured: kept as JSON, and held to the targets."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.targets import Row, Target, Verdict

#: Milliseconds are held to their bounds as if this machine were the quiet one that they were
#: written on: hello's processor time there, and the raw seat transaction's median.
QUIET = {"hello": 0.27, "raw": 0.20}
_BASELINE = {"hello": ("hello", "cpu_ms"), "raw": ("raw", "p50_ms")}

#: Engine → row → figure → its value in each round.
Rounds = dict[str, dict[str, dict[str, list[float]]]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One run."""

    machine: dict[str, Any]
    #: What the rows were measured with: rounds, seconds.
    settings: dict[str, Any]
    rounds: Rounds
    #: What was measured once: row → figure → value.
    machine_rows: dict[str, dict[str, float]]
    #: What could not be measured, and why: "engine row" → sentence.
    failures: dict[str, str]

    def save(self, path: Path) -> None:
        """Write it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(_rounded(asdict(self)), indent=1, sort_keys=True) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Result":
        """Read what :meth:`save` wrote."""
        return cls(**json.loads(path.read_text()))

    def median(self, engine: str, row: str, figure: str) -> float | None:
        """Return the median of a figure over the rounds, or None where it was not measured."""
        values = self.rounds.get(engine, {}).get(row, {}).get(figure, [])
        return statistics.median(values) if values else None

    def value(self, row: Row, target: Target, engine: str) -> float | None:
        """Return a figure of a row as it is shown."""
        if row.is_of_machine:
            return self.machine_rows.get(row.name, {}).get(target.figure)
        return self.median(engine, row.name, target.figure)

    def verdict(self, row: Row, target: Target, engine: str) -> Verdict | None:
        """Say how a figure stands, or None where it was not measured."""
        value = self.value(row, target, engine)
        if value is None:
            return None
        return target.verdict(value / self.slowness(target, engine), engine)

    def slowness(self, target: Target, engine: str) -> float:
        """Return how much slower than the quiet machine this one was in what matters here."""
        if target.scaled_by is None:
            return 1.0
        measured = self.median(engine, *_BASELINE[target.scaled_by])
        return measured / QUIET[target.scaled_by] if measured else 1.0


def derived(of_round: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Return the figures of one round with those that come from comparing rows."""
    hello, raw = of_round["hello"], of_round["raw"]
    steady = of_round.get("post")
    figures = {}
    for row, measured in of_round.items():
        more = dict(measured)
        if "rps" in measured:
            more["rps_h"] = measured["rps"] / hello["rps"]
        if "cpu_ms" in measured:
            more["cpu_h"] = measured["cpu_ms"] / hello["cpu_ms"]
        if row == "post":
            more["per_raw"] = measured["rps"] / raw["rps"]
        if row == "storm" and steady:
            more["of_steady"] = measured["rps"] / steady["rps"]
        figures[row] = more
    return figures


def gather(
    rounds: Sequence[Mapping[str, Mapping[str, float]]],
) -> dict[str, dict[str, list[float]]]:
    """Return row → figure → value in each round."""
    gathered: dict[str, dict[str, list[float]]] = {}
    for of_round in rounds:
        for row, figures in of_round.items():
            for figure, value in figures.items():
                gathered.setdefault(row, {}).setdefault(figure, []).append(value)
    return gathered


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return value
