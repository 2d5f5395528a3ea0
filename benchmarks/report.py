"""The table and the page that are made from a result."""

from pathlib import Path

from benchmarks.plot import plot
from benchmarks.results import QUIET, Result
from benchmarks.targets import ENGINES, GROWTH, ROWS, Row, Target, Verdict

_DOCS = Path(__file__).resolve().parent.parent / "docs"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_INTRODUCTION = """\
# What it reaches

Written by `make bench` from [benchmarks/results/newest.json](../benchmarks/results/newest.json).
[How it is measured](../benchmarks/README.md).

- **h** is a bare Flask view that returns `hello`, under gunicorn gthread with 2 workers of 4
  threads, on the same machine in the same round: requests a second divided by its. **× CPU** is
  the processor time that the server's processes take for a request, without PostgreSQL and what
  makes the load, divided by hello's.
- **raw** is the seat transaction without web: a conditional update of a counter, an insert and a
  commit, one after another, in the same database, as durable.
- Each figure is the median of {rounds} rounds. In each, every row is measured beside hello
  and raw. Milliseconds are held to their bounds as they would be on a quiet machine, where hello
  takes {hello} ms of processor time and raw {raw} ms; they are shown as they were here.
- **Must** is what we hold ourselves to, **goal** what would be better. The product is measured
  whole, by `training serve` with 2 workers: sessions, CSRF, headers, languages, the audit trail,
  the outbox, every commit on the disk. Mails are queued meanwhile, and not sent.
"""


def as_text(result: Result) -> str:
    """Return the table for a terminal."""
    heads = "   ".join(f"{NAMES[engine]:>16}" for engine in ENGINES)
    lines = [f"{'':58} {'must':>8} {'goal':>6}   {heads}"]
    for row in ROWS:
        for target in row.targets:
            cells = [_plain(result, row, target, engine) for engine in ENGINES]
            if any(cells):
                name = f"{row.name}: {target.label}"
                must, goal = (_number(bound, target) for bound in (target.must, target.goal))
                columns = "   ".join(f"{cell:>16}" for cell in cells)
                lines.append(f"{name:58} {must:>8} {goal:>6}   {columns}")
    lines += [f"FAILED {what}: {why}" for what, why in result.failures.items()]
    return "\n".join([*lines, _in_one_line(result), ""])


def write_report(result: Result, docs: Path = _DOCS) -> None:
    """Write the page and its plot."""
    folder = docs / "performance"
    folder.mkdir(exist_ok=True)
    (folder / "targets.svg").write_text(plot(result))
    (docs / "performance.md").write_text(as_page(result))


def as_page(result: Result) -> str:
    """Return the page."""
    growth = [row for row in ROWS if row.name in GROWTH]
    once = [row for row in ROWS if row.is_of_machine]
    others = [row for row in ROWS if row not in growth and row not in once]
    parts = [
        _INTRODUCTION.format(rounds=result.settings["rounds"], **QUIET),
        _machine(result),
        (
            "![How near each figure comes to what it must reach, on SQLite and on PostgreSQL]"
            "(performance/targets.svg)\n"
        ),
        "## Rows\n",
        _table(result, others, ENGINES),
        "## Growth\n",
        (
            f"Time for the same with {result.settings['large']:,} registrations more, beside a "
            "site with 1,000. 1.00: as fast.\n"
        ),
        _table(result, growth, ENGINES),
        "## Once\n",
        _table(result, once, ENGINES[:1]),
    ]
    if result.failures:
        parts += ["## Not measured\n"]
        parts += [f"- {what}: {why}\n" for what, why in result.failures.items()]
    return "\n".join(parts)


def _machine(result: Result) -> str:
    machine = result.machine
    durable = f"fsync {machine['fsync']}" if "fsync" in machine else "not measured"
    lines = [
        "| machine | |",
        "|---|---|",
        f"| measured | {machine['at']}, in {result.settings['took_seconds'] / 60:.0f} minutes |",
        f"| processors | {machine['processors']} × {machine['processor']} |",
        f"| memory | {machine['memory_gb']} GB |",
        f"| load before | {machine['load']} |",
        f"| flush of 4 kB | {machine['flush_ms']:.2f} ms |",
        (
            f"| system | {machine['system']}, Python {machine['python']}, granian "
            f"{machine['granian']}, gunicorn {machine['gunicorn']} |"
        ),
        (
            f"| databases | SQLite {machine['sqlite']} (synchronous FULL), PostgreSQL "
            f"{machine.get('server_version', '')} ({durable}) |"
        ),
    ]
    lines += [
        f"| beside {NAMES[engine]} | {_baselines(result, engine)} |"
        for engine in ENGINES
        if result.median(engine, "hello", "rps")
    ]
    return "\n".join([*lines, ""])


def _table(result: Result, rows: list[Row], engines: tuple[str, ...]) -> str:
    heads = [NAMES[engine] for engine in engines] if len(engines) > 1 else ["measured"]
    lines = [
        "| | | must | goal | " + " | | ".join(heads) + " | |",
        "|---|---|--:|--:|" + "--:|---|" * len(engines),
    ]
    for row in rows:
        for number, target in enumerate(row.targets):
            cells = [row.title if number == 0 else "", target.label, _must(target)]
            cells.append(_number(target.goal, target))
            for engine in engines:
                value = result.value(row, target, engine)
                verdict = result.verdict(row, target, engine)
                cells += [_number(value, target), _shown(verdict)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _must(target: Target) -> str:
    if target.must is None:
        return ""
    sign = "≥" if target.at_least else "≤"
    others = "".join(
        f" ({NAMES[engine]} {_number(bound, target)})" for engine, bound in target.must_of.items()
    )
    return f"{sign} {_number(target.must, target)}{others}"


def _shown(verdict: Verdict | None) -> str:
    if verdict is None or verdict is Verdict.SHOWN:
        return ""
    return f"**{verdict}**" if verdict is Verdict.UNDER else verdict.value


def _plain(result: Result, row: Row, target: Target, engine: str) -> str:
    if row.is_of_machine and engine != ENGINES[0]:
        return ""
    value, verdict = result.value(row, target, engine), result.verdict(row, target, engine)
    if value is None or verdict is None:
        return ""
    return f"{_number(value, target)} {'' if verdict is Verdict.SHOWN else verdict.value:6}"


def _number(value: float | None, target: Target) -> str:
    return "" if value is None else f"{value:,.{target.digits}f}"


def _baselines(result: Result, engine: str) -> str:
    hello, cpu = (result.median(engine, "hello", figure) or 0 for figure in ("rps", "cpu_ms"))
    raw, p50 = (result.median(engine, "raw", figure) or 0 for figure in ("rps", "p50_ms"))
    return f"hello {hello:,.0f}/s, {cpu:.2f} ms CPU; raw {raw:,.0f}/s, {p50:.2f} ms"


def _in_one_line(result: Result) -> str:
    parts = [f"flush {result.machine['flush_ms']:.2f} ms"]
    parts += [
        f"{NAMES[engine]}: {_baselines(result, engine)}"
        for engine in ENGINES
        if result.median(engine, "hello", "rps")
    ]
    return "; ".join(parts)
