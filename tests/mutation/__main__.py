"""Tell which mutants of the rules no test notices: ``python -m tests.mutation``."""

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from tests.mutation.judging import CannotJudgeError, Verdict, judge
from tests.mutation.mutants import Key, members_of, mutants_of

#: Which tests prove which rule; of each mutant that behaves as the original does, why.
RULES = Path(__file__).with_name("rules.toml")


def main() -> int:
    """Report on the rules; 1 if a mutant survives without a reason, or a reason without it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--rules", type=Path, default=RULES, help="another list of rules")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("modules", nargs="*", help="only these")
    chosen = parser.parse_args()

    is_good = True
    for rule in tomllib.loads(chosen.rules.read_text("utf-8"))["rule"]:
        if not chosen.modules or rule["module"] in chosen.modules:
            is_good &= _report(rule, chosen.processes)
    return 0 if is_good else 1


def _report(rule: Mapping[str, Any], processes: int) -> bool:
    module, tests = rule["module"], rule["tests"]
    began = monotonic()
    source = Path(*module.split(".")).with_suffix(".py").read_text("utf-8")
    if judge(module, [source], tests, at_once=1) != [Verdict.SURVIVED]:
        raise CannotJudgeError(f"{module} is fine, and yet its tests fail: {', '.join(tests)}")
    mutants = mutants_of(source, members_of(source, Path()))
    verdicts = judge(module, [one.source for one in mutants], tests, at_once=processes)
    became = {one.key: verdict for one, verdict in zip(mutants, verdicts, strict=True)}
    equivalent = [_key(entry) for entry in rule.get("equivalent", ())]
    wrong = list(_wrong(became, equivalent))
    count = Counter(verdicts)
    summary = (
        f"{module}: {len(mutants)} mutants, {count[Verdict.KILLED]} killed,"
        f" {count[Verdict.ENDLESS]} endless, {count[Verdict.SURVIVED]} survived,"
        f" {len(equivalent)} equivalent ({monotonic() - began:.0f} s)"
    )
    print(summary, *wrong, sep="\n  ", flush=True)  # noqa: T201 -- the report
    return not wrong


def _key(entry: Mapping[str, Any]) -> Key:
    if not entry["because"]:
        raise ValueError(f"no reason is given: {entry}")
    return Key(entry["where"], entry["before"], entry["after"], entry.get("nth", 1))


def _wrong(became: Mapping[Key, Verdict], equivalent: Sequence[Key]) -> Iterator[str]:
    for key, verdict in became.items():
        if verdict is Verdict.SURVIVED and key not in equivalent:
            yield f"no test notices {key}"
    for key in equivalent:
        if key not in became:
            yield f"reasoned, but not there {key}"
        elif became[key] is not Verdict.SURVIVED:
            yield f"reasoned, but a test notices {key}"


if __name__ == "__main__":
    sys.exit(main())
