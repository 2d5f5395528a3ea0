"""How many requests of a process run at once."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from training import turns
from training.turns import Turns

WAIT = 20


def in_turn(own: Turns, work: Callable[[], None]) -> None:
    with own:
        work()


def waiting_aside(began: threading.Barrier, end: threading.Event) -> Callable[[], None]:
    def wait() -> None:
        with turns.aside():
            began.wait(WAIT)
            end.wait(WAIT)

    return wait


def test_who_steps_aside_lets_the_next_one_run_and_one_too_many_waits_in_place() -> None:
    own, end, began = Turns(1, 2), threading.Event(), threading.Barrier(3)
    with ThreadPoolExecutor(3) as threads:
        wait = waiting_aside(began, end)
        waiting: list[Future[None]] = [threads.submit(in_turn, own, wait) for _ in range(2)]
        began.wait(WAIT)
        ran = threads.submit(in_turn, own, lambda: None)
        ran.result(WAIT)

        def stay() -> None:
            with turns.aside():
                assert own.is_taken

        threads.submit(in_turn, own, stay).result(WAIT)
        assert not own.is_taken
        end.set()
        for one in waiting:
            one.result(WAIT)


def test_no_more_run_at_once_than_there_are_turns() -> None:
    own, lock = Turns(2, 0), threading.Lock()
    running, most = 0, 0
    together = threading.Barrier(2)

    def run() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(WAIT)
        with lock:
            running -= 1

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(in_turn, own, run) for _ in range(8)]:
            done.result(WAIT)

    assert (running, most) == (0, 2)


def test_outside_of_a_server_there_is_nothing_to_step_aside_from() -> None:
    with turns.aside():
        reached = True

    assert reached
