"""I7 on a server that is killed: what was acknowledged is there, what was not is wholly absent.

A round is one kill at a random moment under load. Several servers in a row are started on what
the one before left, and nobody does anything by hand in between. In CI five servers are started;
a longer run by hand: ``make crash ROUNDS=200``.
"""

import os
import signal
import time

from tests.crash.load import kept_without_an_answer, wrong_rows
from tests.crash.site import CHANCE, ROUNDS, Site, kill_all, linux_only, wait_for_workers
from tests.server.running import Server

pytestmark = linux_only

#: On each server: first some workers one by one, then all its processes together.
WORKERS_KILLED = 9
SERVERS = {"sqlite": 2, "postgresql": 1}


def kill_one_worker(server: Server) -> None:
    found = wait_for_workers(server)
    time.sleep(CHANCE.uniform(0.05, 0.5))
    os.kill(CHANCE.choice(sorted(found)), signal.SIGKILL)
    while found <= set(server.processes()):
        time.sleep(0.005)


def test_db_01_db_02_whenever_workers_and_servers_are_killed_no_promise_is_broken(
    site: Site, engine: str
) -> None:
    """DB-01, DB-02, I7: and what nobody was told is made sure of by sending it again."""
    load = site.load()
    rounds = 0
    servers = (ROUNDS + WORKERS_KILLED) // (WORKERS_KILLED + 1) or SERVERS[engine]
    for _ in range(servers):
        with site.serving() as server, load.running(server.port):
            for _ in range(WORKERS_KILLED):
                kill_one_worker(server)
            wait_for_workers(server)
            time.sleep(CHANCE.uniform(0.05, 0.5))
            kill_all(server)
            rounds += WORKERS_KILLED + 1
        with site.app():
            assert wrong_rows(load.sent) == []
    unanswered = sum(one.status is None for one in load.sent)

    with site.serving() as server:
        resolved = load.resolve(server.port)
        assert server.get("/readyz") == (200, b"ok\n")
    # For whoever runs it by hand.
    print(f"{rounds} kills, {len(load.sent)} forms, not acknowledged: {dict(resolved)}")  # noqa: T201

    with site.app():
        assert wrong_rows(load.sent) == []
    assert set(resolved) <= {"unknown", "503"}
    assert load.acknowledged() == len(load.sent)
    assert unanswered > 0  # else nothing was killed while it worked


def test_ops_01_a_server_that_is_stopped_under_load_loses_no_answer(site: Site) -> None:
    """OPS-01: what it took it finishes and answers; what it did not take leaves no trace."""
    load = site.load()
    with site.serving() as server, load.running(server.port):
        time.sleep(CHANCE.uniform(0.3, 1.0))
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert server.wait_until_gone(5) == {}

    with site.app():
        assert wrong_rows(load.sent) == []
        assert kept_without_an_answer(load.sent) == []
    assert {one.status for one in load.sent} == {303, None}
