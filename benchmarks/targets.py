"""What each row must reach, and what would be better: a table of ratios."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ENGINES = ("sqlite", "postgresql")


class Verdict(StrEnum):
    """How a figure stands to what it must reach."""

    GOAL = "goal"
    MUST = "must"
    UNDER = "under"
    #: Shown, and held to nothing.
    SHOWN = "shown"


@dataclass(frozen=True, kw_only=True)
class Target:
    """One figure of a row, with its bounds."""

    figure: str
    #: As it is shown, with its unit.
    label: str
    must: float | None = None
    goal: float | None = None
    #: Whether more is better.
    at_least: bool = False
    #: Where an engine is held to something else.
    must_of: Mapping[str, float] = field(default_factory=dict)
    #: Which baseline says how fast this machine was, where the bounds are milliseconds.
    scaled_by: str | None = None
    digits: int = 2

    def must_on(self, engine: str) -> float | None:
        """Return what it must reach on an engine."""
        return self.must_of.get(engine, self.must)

    def verdict(self, value: float, engine: str) -> Verdict:
        """Say how a value stands; ``value`` is scaled already where it has to be."""
        must = self.must_on(engine)
        if must is None:
            return Verdict.SHOWN
        if self.goal is not None and self._reaches(value, self.goal):
            return Verdict.GOAL
        return Verdict.MUST if self._reaches(value, must) else Verdict.UNDER

    def _reaches(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that people do here, and what its figures are held to."""

    name: str
    title: str
    targets: tuple[Target, ...]
    #: Measured once and not on each engine.
    is_of_machine: bool = False


def _speed(must: float, goal: float | None = None, **must_of: float) -> Target:
    return Target(figure="rps_h", label="h", must=must, goal=goal, at_least=True, must_of=must_of)


def _cpu(must: float, goal: float | None = None) -> Target:
    return Target(figure="cpu_h", label="× CPU", must=must, goal=goal, digits=1)


def _milliseconds(figure: str, label: str, must: float, goal: float, by: str) -> Target:
    return Target(figure=figure, label=label, must=must, goal=goal, scaled_by=by, digits=1)


def _none(figure: str, label: str) -> Target:
    return Target(figure=figure, label=label, must=0, goal=0, digits=0)


def _growth(must: float) -> tuple[Target, ...]:
    return (Target(figure="growth", label="× time", must=must, goal=1.05),)


ROWS: tuple[Row, ...] = (
    Row(
        name="list", title="List of 200 sessions, rendered", targets=(_speed(0.05, 0.10), _cpu(15))
    ),
    Row(name="list-kept", title="List, nothing changed", targets=(_speed(0.35, 0.8), _cpu(3))),
    Row(name="list-304", title="List, 304", targets=(_speed(0.40, 0.8),)),
    Row(name="session", title="Session page", targets=(_speed(0.25, 0.45), _cpu(6))),
    Row(name="form", title="Registration form with CSRF", targets=(_speed(0.12, 0.17), _cpu(9))),
    Row(
        name="post",
        title="Registration, steady: 8 clients, many sessions",
        targets=(
            _speed(0.12, 0.20),
            _cpu(9),
            Target(figure="per_raw", label="raw", must=0.10, goal=0.20, at_least=True),
        ),
    ),
    Row(
        name="storm",
        title="Registration storm: 64 clients, one session",
        targets=(
            Target(
                figure="of_steady",
                label="of steady",
                must=0.7,
                goal=0.7,
                at_least=True,
                must_of={"postgresql": 0.55},
            ),
            _milliseconds("p99_ms", "ms p99", 250, 60, "raw"),
            _milliseconds("worst_ms", "ms worst", 1000, 250, "raw"),
            _none("broken_books", "rows that break an invariant"),
        ),
    ),
    Row(name="mark", title="One attendance mark", targets=(_speed(0.15, 0.30), _cpu(7))),
    Row(
        name="marks-200",
        title="200 marks at once",
        targets=(
            _milliseconds("p50_ms", "ms p50 alone", 8, 3, "hello"),
            Target(figure="two_p50_ms", label="ms p50, two trainers", digits=1),
            _none("lost", "lost with two trainers"),
        ),
    ),
    Row(name="sheet", title="Attendance sheet, 200 people", targets=(_speed(0.08, 0.15), _cpu(12))),
    *(
        Row(
            name=f"feed-{of}-cold",
            title=f"Feed of 200, {of}, cold",
            targets=(_milliseconds("cpu_ms", "ms CPU", 4, 2, "hello"), _cpu(15)),
        )
        for of in ("person", "organization")
    ),
    Row(name="feed-warm", title="Feed of 200, warm", targets=(_speed(0.35, 0.6),)),
    Row(name="feed-304", title="Feed, 304", targets=(_speed(0.40, 0.6, postgresql=0.30),)),
    Row(
        name="feed-large",
        title="Feed of 10,000",
        targets=(
            _milliseconds("cpu_ms", "ms CPU, cold", 60, 30, "hello"),
            Target(
                figure="rebuilds", label="joins a worker for 32 pollers", must=1, goal=1, digits=0
            ),
            Target(
                figure="unchanged_of_200",
                label="304, of that of 200",
                must=0.9,
                goal=1.0,
                at_least=True,
            ),
        ),
    ),
    Row(
        name="sign-in",
        title="Sign-in",
        targets=(
            Target(
                figure="of_limit", label="of the hash's limit", must=0.7, goal=0.8, at_least=True
            ),
            Target(figure="others_p99", label="× p99 of other pages", must=3, goal=2, digits=1),
        ),
    ),
    Row(name="dashboard", title="Staff's first page: what needs them", targets=(_cpu(25, 15),)),
    Row(name="schedule", title="Schedule", targets=(_cpu(25, 15),)),
    Row(
        name="roster",
        title="Roster of 200 people",
        targets=(Target(figure="cpu_h", label="× CPU", digits=1),),
    ),
    Row(
        name="memory",
        title="Memory of a worker",
        targets=(Target(figure="worker_mb", label="MB", must=100, goal=75, digits=0),),
    ),
    Row(name="growth-session", title="Session page", targets=_growth(1.10)),
    Row(name="growth-list", title="List of 200 sessions, rendered", targets=_growth(1.10)),
    Row(name="growth-post", title="Registration", targets=_growth(1.10)),
    Row(name="growth-mark", title="One attendance mark", targets=_growth(1.10)),
    Row(name="growth-sheet", title="Attendance sheet, 200 people", targets=_growth(1.10)),
    Row(name="growth-dashboard", title="Staff's first page", targets=_growth(1.2)),
    Row(name="growth-schedule", title="Schedule", targets=_growth(1.2)),
    Row(name="growth-roster", title="Roster of 200 people", targets=_growth(1.2)),
    Row(name="growth-feed-person-cold", title="Feed of 200, person, cold", targets=_growth(1.10)),
    Row(
        name="growth-feed",
        title="Public feed, 10,000 entries against 200, cold, for each entry",
        targets=_growth(1.10),
    ),
    Row(
        name="start",
        title="Start, until it answers",
        targets=(Target(figure="seconds", label="s", must=2, goal=1),),
        is_of_machine=True,
    ),
    Row(
        name="install",
        title="Installed, without extras",
        targets=(Target(figure="mb", label="MB", must=180, goal=90, digits=0),),
        is_of_machine=True,
    ),
    Row(
        name="steps",
        title="Steps from a fresh machine to the first registered attendee",
        targets=(Target(figure="steps", label="steps", must=5, goal=3, digits=0),),
        is_of_machine=True,
    ),
)
GROWTH = tuple(row.name for row in ROWS if row.name.startswith("growth-"))
