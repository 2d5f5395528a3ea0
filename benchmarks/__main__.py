"""``python -m benchmarks``: measure, show the table, keep the result."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.report import as_text, write_report
from benchmarks.results import Result
from benchmarks.run import LARGE, Plan, run
from benchmarks.targets import ENGINES, ROWS

RESULTS = Path(__file__).with_name("results")
NEWEST = RESULTS / "newest.json"


def main() -> None:
    """Do what the command line says."""
    options = _options()
    if options.report:
        write_report(Result.read(NEWEST))
        return
    is_whole = not options.rows and not options.engines
    with tempfile.TemporaryDirectory(prefix="training-benchmark-") as folder:
        result = run(
            Plan(
                folder=Path(folder),
                engines=_chosen(options.engines, ENGINES),
                rows=_chosen(options.rows, [row.name for row in ROWS]),
                rounds=options.rounds,
                seconds=options.seconds,
                large=options.large,
            )
        )
    sys.stdout.write(as_text(result))
    if is_whole:
        result.save(NEWEST)
        write_report(result)
    elif options.keep:
        result.save(options.keep)
    if result.failures:
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", default="", help="Some rows only: list,form")
    parser.add_argument("--engines", default="", help="One engine only: sqlite")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="of each row in each round")
    parser.add_argument("--large", type=int, default=LARGE, help="registrations of the large site")
    parser.add_argument("--keep", type=Path, help="keep the result of a narrowed run here")
    parser.add_argument(
        "--report", action="store_true", help="only write docs/performance.md from the result kept"
    )
    return parser.parse_args()


def _chosen(text: str, known: "tuple[str, ...] | list[str]") -> list[str]:
    chosen = [name.strip() for name in text.split(",") if name.strip()]
    if unknown := set(chosen) - set(known):
        sys.exit(f"There is no {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
    return chosen or list(known)


if __name__ == "__main__":
    main()
