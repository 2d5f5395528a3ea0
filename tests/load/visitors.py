"""A storm of registrations over HTTP, on servers whose workers are killed meanwhile."""

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from itertools import repeat

from tests.load.browsing import (
    LATER_SECONDS,
    MOST_TRIES,
    PATIENCE_SECONDS,
    Answer,
    Browser,
    LostError,
    hidden,
    hurried,
    told,
)
from tests.load.calls import Call, Heard, Storm
from tests.load.sizes import Fault, chance_of
from tests.server.running import Server
from training.server.respawns import MOST_ENDS, WITHIN_SECONDS

#: People who look at a page or wait for one at the same moment.
AT_ONCE = 32


class Visitors:
    """Everybody who registers, each with a browser of their own."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._servers = servers
        self.heard: Storm = {}
        #: Answers that nobody should get.
        self.faults: Counter[str] = Counter()
        self.answered = threading.Semaphore(0)

    def register(self, number: int, call: Call, fault: Fault | None) -> None:
        """Fill in the form and send it until it is answered; then read the answer."""
        port = self._servers[number % len(self._servers)].port
        path = f"/sessions/{call.training_session_id}/register"
        browser = Browser(port, number)
        heard = self.heard[call.email] = Heard()
        page = browser.get(path)
        fields = {
            **hidden(page.body),
            "people-0-name": "Ada",
            "people-0-email": call.email,
            "consent": "y",
        }
        waits = hurried(chance_of(f"visitor {number}"))
        sends: list[Callable[[], None]] = [
            lambda: self._send(
                browser,
                path,
                fields,
                heard,
                waits if fault is Fault.TIME_OUT else repeat(PATIENCE_SECONDS),
            )
        ]
        if fault is Fault.DOUBLE:
            second = Browser(port, number)
            second.cookie = browser.cookie
            sends.append(lambda: self._send(second, path, fields, heard, repeat(PATIENCE_SECONDS)))
        threads = [threading.Thread(target=send) for send in sends[1:]]
        for thread in threads:
            thread.start()
        sends[0]()
        for thread in threads:
            thread.join()
        self.answered.release()

    def _send(
        self,
        browser: Browser,
        path: str,
        fields: Mapping[str, str],
        heard: Heard,
        waits: Iterable[float],
    ) -> None:
        for _, seconds in zip(range(MOST_TRIES), waits, strict=False):
            heard.sent.append(time.monotonic())
            try:
                answer = browser.post(path, fields, seconds)
            except LostError:
                continue
            if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
                heard.busy += 1
                time.sleep(LATER_SECONDS)
                continue
            self._read(browser, answer, heard)
            break
        browser.close()

    def _read(self, browser: Browser, answer: Answer, heard: Heard) -> None:
        at = time.monotonic()
        if answer.status != HTTPStatus.SEE_OTHER:
            self.faults[f"{answer.status}"] += 1
            return
        shown = browser.get(answer.location)
        if shown.status != HTTPStatus.OK:
            self.faults[f"answer page {shown.status}"] += 1
            return
        heard.answers.append((at, told(shown.body)))


class Killer:
    """Kills workers of servers, no more often than a server takes for accidents."""

    def __init__(self, servers: Sequence[Server], kills: int, chance: random.Random) -> None:
        self._servers, self._chance = servers, chance
        # A server that loses ten workers in a minute takes its program for broken.
        self._pause = WITHIN_SECONDS / (MOST_ENDS - 1) * 1.05 if kills >= MOST_ENDS else 0.0
        self._last = 0.0
        self.kills = 0

    def rest(self) -> None:
        """Wait until a server takes the next one for an accident."""
        time.sleep(max(0.0, self._last + self._pause - time.monotonic()))

    def kill(self) -> None:
        """Kill one worker of one server, while it answers somebody."""
        server = self._servers[self.kills % len(self._servers)]
        workers: list[int] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not workers and time.monotonic() < deadline:
            workers = [pid for pid, words in server.processes().items() if "spawn_main" in words]
        time.sleep(self._chance.uniform(0, 0.05))
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._chance.choice(workers), signal.SIGKILL)
            self.kills += 1
        self._last = time.monotonic()


def visit(
    visitors: Visitors,
    calls: Sequence[Call],
    faults: Mapping[int, Fault],
    killer: Killer,
) -> float:
    """Have everybody register, in as many waves as workers are killed; returns the seconds.

    The rests between the waves are not counted.
    """
    kills = sum(fault is Fault.KILL for fault in faults.values())
    chance = chance_of("waves")
    length = -(-len(calls) // max(1, kills))
    seconds = 0.0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for start in range(0, len(calls), length):
            killer.rest()
            began = time.monotonic()
            numbers = range(start, min(start + length, len(calls)))
            wave = [
                pool.submit(visitors.register, number, calls[number], faults.get(number))
                for number in numbers
            ]
            if kills:
                for _ in range(chance.randrange(len(wave) * 2 // 3)):
                    visitors.answered.acquire()
                killer.kill()
            for one in wave:
                one.result()
            seconds += time.monotonic() - began
            while visitors.answered.acquire(blocking=False):
                pass
    return seconds
