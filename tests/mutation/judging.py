"""Whether a rule's own tests notice a mutant: each is tried in a process of its own."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import hypothesis
import hypothesis.strategies  # here, so that it need not be read again in each process
import pytest
import sqlalchemy.orm  # noqa: F401 -- likewise
from hypothesis import Phase

#: A mutant that computes for longer runs in circles: the tests of a rule take a second.
LIMIT_SECONDS = 20
#: Where the tests passed without having looked at the module. Pytest's own statuses are below.
_NOT_IMPORTED = 100
_PYTEST = (
    "-x",
    "-q",
    "--tb=no",
    "--noconftest",
    "--import-mode=importlib",
    "-p",
    "no:cacheprovider",
)


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    ENDLESS = "endless"
    SURVIVED = "survived"


class CannotJudgeError(Exception):
    """The tests say nothing about the module: they could not run, or do not import it."""


def judge(
    module: str, sources: Sequence[str], tests: Sequence[str], *, at_once: int
) -> list[Verdict]:
    """Run tests against each source of a module, and tell what became of it.

    :param tests: files that need no conftest.
    :param at_once: how many processes to use.
    :raise CannotJudgeError: as the class says.
    """
    gc.freeze()  # each process would look through all that is here, and copy it by that
    verdicts: dict[int, Verdict] = {}
    running: dict[int, int] = {}
    for number, source in enumerate(sources):
        if len(running) == at_once:
            _wait_for_one(running, verdicts)
        running[_start(module, source, tests)] = number
    while running:
        _wait_for_one(running, verdicts)
    return [verdicts[number] for number in range(len(sources))]


def _start(module: str, source: str, tests: Sequence[str]) -> int:
    pid = os.fork()
    if pid == 0:
        status: int = pytest.ExitCode.INTERNAL_ERROR
        try:
            status = _run(module, source, tests)
        finally:
            os._exit(status)
    return pid


def _wait_for_one(running: dict[int, int], verdicts: dict[int, Verdict]) -> None:
    pid, status = os.wait()
    verdicts[running.pop(pid)] = _verdict(os.waitstatus_to_exitcode(status))


def _verdict(status: int) -> Verdict:
    match status:
        case pytest.ExitCode.OK:
            return Verdict.SURVIVED
        case pytest.ExitCode.TESTS_FAILED | pytest.ExitCode.INTERRUPTED:  # by an import that fails
            return Verdict.KILLED
        case _ if status == -signal.SIGPROF:
            return Verdict.ENDLESS
    raise CannotJudgeError(status)


def _run(module: str, source: str, tests: Sequence[str]) -> int:
    signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)  # however busy the machine is
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, sys.stdout.fileno())
    os.dup2(silence, sys.stderr.fileno())
    # The same examples for each, so that what is killed today is killed tomorrow.
    hypothesis.settings.register_profile(
        "mutants", derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
    )
    hypothesis.settings.load_profile("mutants")
    mutated = _Mutated(module, source)
    sys.meta_path.insert(0, mutated)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    status = pytest.main(["-o", "addopts=", *_PYTEST, *tests])
    return status if status != pytest.ExitCode.OK or mutated.was_imported else _NOT_IMPORTED


@dataclass
class _Mutated(MetaPathFinder, InspectLoader):
    """Has Python import another source for one module."""

    module: str
    source: str
    was_imported: bool = field(default=False, init=False)

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname == self.module else None

    def get_source(self, fullname: str) -> str:
        return self.source

    def exec_module(self, module: ModuleType) -> None:
        self.was_imported = True
        super().exec_module(module)
