"""What became of a file, as it is stored with it: numbers, and rows about which there is a word."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from training.errors import DomainError
from training.imports.values import Outcome, Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One sentence about a row, in no language yet."""

    row: int
    name: str
    column: str
    message: str
    values: Mapping[str, Any]
    is_refusal: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of a file."""

    counts: Mapping[Outcome, int]
    cleaned: int
    remarks: tuple[Remark, ...]
    #: Why it ended before its end; None: it did not.
    stopped: str | None = None

    @property
    def refusals(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if remark.is_refusal)

    @property
    def notes(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if not remark.is_refusal)


def result_of(rows: Sequence[Row], *, stopped: DomainError | None = None) -> Result:
    """Return what became of rows."""
    counts = Counter(row.outcome for row in rows)
    return Result(
        counts=counts_of(counts),
        cleaned=sum(bool(row.cleaned) for row in rows),
        remarks=tuple(remark for row in rows for remark in _remarks(row)),
        stopped=stopped.message if stopped else None,
    )


def counts_of(counts: Counter[Outcome]) -> dict[Outcome, int]:
    """Return how often there is each outcome; what tables never have is left out with them."""
    return {
        outcome: counts[outcome]
        for outcome in Outcome
        if counts[outcome] or outcome is not Outcome.LEFT_OUT
    }


def _remarks(row: Row) -> Iterable[Remark]:
    for problem in row.problems:
        yield _remark(row, problem.error, row_number=problem.row, column=problem.column)
    if row.note is not None:
        yield _remark(row, row.note, row_number=row.number)


def _remark(row: Row, error: DomainError, *, row_number: int, column: str = "") -> Remark:
    return Remark(
        row=row_number,
        name=row.name,
        column=column,
        message=error.message,
        values={
            name: value if isinstance(value, int) else str(value)
            for name, value in error.values.items()
        },
        is_refusal=row.outcome is Outcome.REFUSED,
    )


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as it is stored."""
    return {
        "counts": {outcome.value: number for outcome, number in result.counts.items()},
        "cleaned": result.cleaned,
        "remarks": [
            [one.row, one.name, one.column, one.message, dict(one.values), one.is_refusal]
            for one in result.remarks
        ],
        "stopped": result.stopped,
    }


def from_json(stored: Mapping[str, Any]) -> Result:
    """Return a stored result: the way back from :func:`as_json`."""
    return Result(
        counts=counts_of(
            Counter({outcome: stored["counts"].get(outcome.value, 0) for outcome in Outcome})
        ),
        cleaned=stored["cleaned"],
        remarks=tuple(
            Remark(
                row=row, name=name, column=column, message=message, values=values, is_refusal=is_bad
            )
            for row, name, column, message, values, is_bad in stored["remarks"]
        ),
        stopped=stored["stopped"],
    )
