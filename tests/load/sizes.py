"""How much load: small in every run, the full sizes by ``make load``."""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

IS_FULL = os.environ.get("LOAD") == "full"
#: Printed with the figures; another one: ``SEED=7 make load``.
SEED = int(os.environ.get("SEED", "20"))


def chance_of(name: str) -> random.Random:
    """Return what decides by chance, the same in each run."""
    return random.Random(f"{SEED} {name}")  # noqa: S311 -- no secret


class Fault(StrEnum):
    """What goes wrong while one registration is sent."""

    #: It is sent twice at the same time, with the same key.
    DOUBLE = auto()
    #: The process that does it is killed; whoever sent it sends it again, with the same key.
    KILL = auto()
    #: Its sender does not wait for the answer, and sends it again, with the same key.
    TIME_OUT = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """So many registrations for so many seats."""

    calls: int
    seats: int

    def faults(self) -> dict[int, Fault]:
        """Choose one in a hundred for each kind of fault, none of them among the last."""
        each = max(1, self.calls // 100)
        chosen = chance_of("faults").sample(range(self.calls * 9 // 10), each * len(Fault))
        return {
            number: fault
            for start, fault in enumerate(Fault)
            for number in chosen[start :: len(Fault)]
        }


def size(ci: Size, full: Size) -> Size:
    return full if IS_FULL else ci


SERVICE = size(Size(calls=300, seats=30), Size(calls=10_000, seats=500))
HTTP = size(Size(calls=100, seats=20), Size(calls=2_000, seats=500))
#: So many sessions for which people register at the same time, and people for each of them.
HOT_SESSIONS, PEOPLE_EACH = 500, 20
#: Trainers who send their marks at the same time, and the marks of each.
TRAINERS, MARKS_EACH = 200, 40
#: Seconds over which they do: one minute, for all of them.
MINUTE = 60.0


def percentile(waits: Sequence[float], share: float) -> float:
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * share))]


def figures(name: str, waits: Sequence[float], seconds: float, **counts: object) -> None:
    """Print what a run took; seen with ``pytest -s``, and with the output of a failed test."""
    told = "  ".join(f"{label} {value}" for label, value in counts.items())
    p50, p99 = (f"{1000 * percentile(waits, share):.1f}" for share in (0.5, 0.99))
    print(  # noqa: T201 -- what somebody who runs this by hand wants to know
        f"\n{name}: {len(waits)} in {seconds:.1f} s = {len(waits) / seconds:.0f}/s  "
        f"p50 {p50} ms  p99 {p99} ms  worst {1000 * max(waits):.1f} ms  {told}  seed {SEED}"
    )
