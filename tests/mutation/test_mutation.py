"""That ``make mutants`` sees what it is for: a rule's tests that let a wrong rule through."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.mutation.mutants import members_of, mutants_of

ROOT = Path(__file__).parents[2]

STATUSES = """
from enum import StrEnum

class Status(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    FULL = "full"

SHOWN = frozenset({Status.OPEN, Status.FULL})
"""

RULE = """
def fits(wanted, free):
    return wanted <= free
"""

TESTS = """
from fits import fits

def test_fits():  # with just as many seats it is not tried
    assert fits(2, 3) is True
    assert fits(3, 2) is False
"""

RULES = """
[[rule]]
module = "fits"
tests = ["test_fits.py"]

[[rule.equivalent]]
where = "fits"
before = "return wanted <= free"
after = "return wanted == free"
because = "somebody thought so"

[[rule.equivalent]]
where = "fits"
before = "return wanted < free"
after = "return wanted <= free"
because = "it read so once"
"""


def test_a_rule_is_changed_in_its_comparisons_and_sets_of_statuses(tmp_path: Path) -> None:
    (tmp_path / "statuses.py").write_text(STATUSES)
    rule = f"""
from statuses import Status

{STATUSES.splitlines()[-1]}

def shows(status, seats):
    '''Docstrings, annotations and sentences are no decisions.'''
    if status is Status.DRAFT:
        raise ValueError("It is a draft.")
    return status in SHOWN and min(seats, 2) > 0
"""

    mutants = mutants_of(rule, members_of(rule, tmp_path))

    changes = [(mutant.key.where, mutant.key.before, mutant.key.after) for mutant in mutants]
    sets = "SHOWN = frozenset({Status.OPEN, Status.FULL})"
    result = "return status in SHOWN and min(seats, 2) > 0"
    assert sorted(changes) == sorted(
        [
            ("", sets, sets.replace(*change))
            for change in (
                ("Status.OPEN, ", ""),
                (", Status.FULL", ""),
                ("FULL}", "FULL, Status.DRAFT}"),
            )
        ]
        + [
            ("shows", "status is Status.DRAFT", after)
            for after in ("True", "False", "status is Status.OPEN", "status is Status.FULL")
        ]
        + [("shows", "raise ValueError('It is a draft.')", "pass")]
        + [("shows", result, "return None")]
        + [
            ("shows", result, result.replace(*change))
            for change in (
                ("and", "or"),
                ("status in SHOWN and ", ""),
                (" and min(seats, 2) > 0", ""),
                ("status in SHOWN", "True"),
                ("status in SHOWN", "False"),
                ("min(seats, 2) > 0", "True"),
                ("min(seats, 2) > 0", "False"),
                (">", ">="),
                (">", "!="),
                ("min", "max"),
                ("2", "3"),
                ("2", "1"),
                ("> 0", "> 1"),
                ("> 0", "> -1"),
            )
        ]
    )


def test_what_no_test_notices_and_what_no_reason_is_for_is_told(tmp_path: Path) -> None:
    for name, text in {"fits.py": RULE, "test_fits.py": TESTS, "rules.toml": RULES}.items():
        (tmp_path / name).write_text(text)

    told = subprocess.run(
        [sys.executable, "-m", "tests.mutation", "--rules", "rules.toml"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (told.returncode, told.stderr) == (1, "")
    assert re.sub(r" \(\d+ s\)", "", told.stdout).splitlines() == [
        "fits: 5 mutants, 4 killed, 0 endless, 1 survived, 2 equivalent",
        "  no test notices in fits: return wanted <= free  ->  return wanted < free",
        "  reasoned, but a test notices in fits: return wanted <= free  ->  return wanted == free",
        "  reasoned, but not there in fits: return wanted < free  ->  return wanted <= free",
    ]
