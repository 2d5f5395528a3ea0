"""A storm of registrations at the service layer, by processes of which some are killed."""

import multiprocessing
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from flask import Flask

from tests.load import acts, journal, workers
from tests.load.calls import Call, Storm, empty_storm
from tests.load.journal import HEARD, SENT
from tests.load.sizes import Fault
from tests.load.workers import Turn, Work
from training.db import db

PROCESSES = 8
#: Seconds between two looks at the processes and, where somebody samples, at the database.
LOOK_SECONDS = 0.05
#: Of an end by SIGKILL.
KILLED = -9

# Each process is forked from one that has imported all of this and nothing else: a process that
# was killed has its successor at once.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.load.workers"])


@dataclass(kw_only=True)
class Told:
    """What came of a storm."""

    heard: Storm
    seconds: float
    kills: int
    #: Answers to those who did other things meanwhile.
    others: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    samples: int = 0

    @property
    def waits(self) -> list[float]:
        return [one.wait for one in self.heard.values()]

    @property
    def unknown(self) -> int:
        return sum(one.is_unknown for one in self.heard.values())

    @property
    def busy(self) -> int:
        return sum(one.busy for one in self.heard.values())


def dealt(
    calls: Sequence[Call], processes: int, faults: Mapping[int, Fault] | None = None
) -> list[list[Turn]]:
    """Deal calls out to processes; what is sent twice goes to two of them at about one time."""
    hands: list[list[Turn]] = [[] for _ in range(processes)]
    for number, call in enumerate(calls):
        fault = (faults or {}).get(number)
        hands[number % processes].append(Turn(number=number, call=call, fault=fault))
        if fault in {Fault.DOUBLE, Fault.TIME_OUT}:
            hands[(number + 1) % processes].append(Turn(number=number, call=call))
    return hands


class Processes:
    """Who sends, and who disturbs them."""

    def __init__(self, app: Flask) -> None:
        self._url = db.engine.url.render_as_string(hide_password=False)
        self._folder = Path(app.instance_path)
        self._left: dict[int, tuple[list[Turn], Work, BaseProcess]] = {}
        self._journals: list[tuple[list[Turn], Path]] = []
        self._run = uuid.uuid4().hex
        self.kills = 0

    def work(self, name: str) -> Work:
        return Work(
            database_url=self._url,
            folder=self._folder,
            journal=self._folder / f"journal-{self._run}-{name}",
            name=name,
        )

    def send(
        self,
        name: str,
        act: Callable[[Call], str],
        turns: list[Turn],
        barrier: object = None,
    ) -> BaseProcess:
        work = self.work(name)
        process = CONTEXT.Process(
            target=workers.register, args=(work, act, turns, barrier), daemon=True
        )
        process.start()
        self._left[process.sentinel] = (turns, work, process)
        self._journals.append((turns, work.journal))
        return process

    def look(self, act: Callable[[Call], str]) -> bool:
        """Have each process that was killed succeeded; tells whether anybody still works."""
        for sentinel in connection.wait(list(self._left), timeout=LOOK_SECONDS):
            assert isinstance(sentinel, int)
            turns, work, process = self._left.pop(sentinel)
            process.join()
            if process.exitcode == KILLED:
                self.kills += 1
                if left := _unanswered(turns, work.journal):
                    self.send(f"{work.name}+", act, left)
            else:
                assert process.exitcode == 0, f"{work.journal.name} ended with {process.exitcode}"
        return bool(self._left)

    def heard(self) -> Storm:
        heard = empty_storm()
        for turns, path in self._journals:
            email_of = {turn.number: turn.call.email for turn in turns}
            for line in journal.read(path):
                one = heard[email_of[line.number]]
                if line.kind == SENT:
                    one.sent.append(line.at)
                elif line.kind == HEARD:
                    one.answers.append((line.at, line.text))
                elif line.kind == acts.BUSY:
                    one.busy += 1
        return heard


def _unanswered(turns: Sequence[Turn], path: Path) -> list[Turn]:
    """Return what a killed process left to do; nobody knows what became of the first of them."""
    done = Counter(line.number for line in journal.read(path) if line.kind in journal.ENDS)
    left = []
    for turn in turns:
        if done[turn.number]:
            done[turn.number] -= 1
        else:
            left.append(turn)
    begun = {line.number for line in journal.read(path) if line.kind == SENT}
    return [
        Turn(number=turn.number, call=turn.call) if turn.number in begun else turn for turn in left
    ]


def storm(
    app: Flask,
    calls: Sequence[Call],
    *,
    act: Callable[[Call], str] = acts.register,
    faults: Mapping[int, Fault] | None = None,
) -> Told:
    """Send calls by eight processes at once; whatever stays unanswered is sent again."""
    db.session.rollback()
    processes = Processes(app)
    barrier = CONTEXT.Barrier(PROCESSES + 1)
    for number, hand in enumerate(dealt(calls, PROCESSES, faults)):
        processes.send(f"{number}", act, hand, barrier)
    barrier.wait(workers.PATIENCE_SECONDS)
    began = time.monotonic()
    while processes.look(act):
        pass
    seconds = time.monotonic() - began
    return Told(heard=processes.heard(), seconds=seconds, kills=processes.kills)


def disturbed_storm(
    app: Flask,
    calls: Sequence[Call],
    *,
    each_second: Mapping[str, float],
    actor_id: int,
    sample: Callable[[], list[str]],
) -> Told:
    """The same by six processes, while two give seats up and on, and somebody looks all the time.

    :param each_second: of "cancel" and "promote", how many by both together.
    """
    db.session.rollback()
    processes = Processes(app)
    barrier, stop = CONTEXT.Barrier(PROCESSES + 1), CONTEXT.Event()
    hands = dealt(calls, PROCESSES - 2)
    others, paths = [], []
    for name in ("host-a", "host-b"):
        work = processes.work(name)
        halves = {act: rate / 2 for act, rate in each_second.items()}
        other = CONTEXT.Process(
            target=workers.disturb, args=(work, halves, actor_id, stop, barrier), daemon=True
        )
        other.start()
        others.append(other)
        paths.append(work.journal)
    for number, hand in enumerate(hands):
        processes.send(f"{number}", acts.register, hand, barrier)
    barrier.wait(workers.PATIENCE_SECONDS)
    began = time.monotonic()
    found, samples = [], 0
    while processes.look(acts.register):
        found += sample()
        samples += 1
    seconds = time.monotonic() - began
    stop.set()
    for other in others:
        other.join(workers.PATIENCE_SECONDS)
        assert other.exitcode == 0
    found += sample()
    return Told(
        heard=processes.heard(),
        seconds=seconds,
        kills=processes.kills,
        others=Counter(
            line.text for path in paths for line in journal.read(path) if line.kind == HEARD
        ),
        found=found,
        samples=samples + 1,
    )
