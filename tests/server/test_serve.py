"""``training serve`` as people start and end it: real processes, real signals, a real port."""

import contextlib
import http.client
import os
import re
import signal
import socket
import sqlite3
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crash.site import wait_for_workers
from tests.databases import Databases
from tests.server.running import Browser, Server, free_port, serving, training
from training.server.respawns import MOST_ENDS, Respawns

linux_only = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="reads /proc, which only Linux has"
)

pytestmark = linux_only


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated instance on SQLite."""
    folder = tmp_path_factory.mktemp("instance")
    done = training("migrate", TRAINING_INSTANCE=str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def admin(instance: Path) -> tuple[str, str]:
    """An account of this test run; no instance comes with one."""
    email, password = "admin@example.org", uuid.uuid4().hex
    done = training(
        "create-admin",
        email,
        "--name",
        "Ada Admin",
        TRAINING_INSTANCE=str(instance),
        TRAINING_ADMIN_PASSWORD=password,
    )
    assert done.returncode == 0, done.stderr
    return email, password


@pytest.fixture
def server(instance: Path, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, TRAINING_INSTANCE=str(instance)) as started:
        yield started


def errors_of(server: Server) -> list[str]:
    """Return what it printed when it refused to start; the version's warning aside."""
    assert server.process.wait(60) == 1
    lines = server.output.read_text().splitlines()
    return [line for line in lines if not line.startswith("Warning: SQLite ")]


def used(port: int | str) -> str:
    return (
        f"Error: Port {port} is in use by another program. Choose another one: --port, or "
        "make run PORT=…"
    )


def test_it_says_its_line_when_it_answers(server: Server) -> None:
    line = server.wait_for_line()

    assert line == f"Serving Training on http://127.0.0.1:{server.port}"
    assert server.get("/healthz") == (200, b"ok\n")
    assert server.get("/readyz") == (200, b"ok\n")


def test_two_workers_answer_and_only_the_server_hears_who(server: Server) -> None:
    server.wait_for_line()

    workers = [words for words in server.processes().values() if "spawn_main" in words]
    status, body = server.get("/healthz", {"X-Training-Run": "guess"})

    assert len(workers) == 2
    assert (status, body) == (200, b"ok\n")


@pytest.mark.parametrize("moment", ["ready", "starting"])
def test_sigterm_ends_it_cleanly(server: Server, moment: str) -> None:
    if moment == "ready":
        server.wait_for_line()
        server.wait_for_mail_sender()
    else:
        while len(server.processes()) < 3:
            time.sleep(0.005)

    server.process.send_signal(signal.SIGTERM)

    assert server.process.wait(20) == 0
    assert server.wait_until_gone(5) == {}


def test_sigterm_reaches_the_one_thread_of_a_worker_that_waits_for_it(server: Server) -> None:
    """Its main thread waits for a lock, and runs a handler only when it is woken itself."""
    server.wait_for_line()

    for worker in wait_for_workers(server):
        listening = []
        for status in Path(f"/proc/{worker}/task").glob("*/status"):
            blocked = re.search(r"^SigBlk:\s*(\w+)$", status.read_text(), re.MULTILINE)
            if blocked and not int(blocked[1], 16) & 1 << signal.SIGTERM - 1:
                listening.append(int(status.parent.name))
        assert len(listening) == 1
        assert listening != [worker]  # the main thread


def test_ctrl_c_ends_it_cleanly(server: Server) -> None:
    server.wait_for_line()
    server.wait_for_mail_sender()

    before = time.monotonic()
    os.killpg(server.process.pid, signal.SIGINT)

    assert server.process.wait(20) == 0
    assert time.monotonic() - before < 10
    assert server.wait_until_gone(5) == {}
    assert "Traceback" not in server.output.read_text()


@pytest.mark.parametrize("processes", [3, 4])
def test_ctrl_c_while_it_starts_leaves_nothing(server: Server, processes: int) -> None:
    while len(server.processes()) < processes and server.process.poll() is None:
        time.sleep(0.005)

    os.killpg(server.process.pid, signal.SIGINT)

    assert server.process.wait(20) == 0
    assert server.wait_until_gone(5) == {}
    assert "Traceback" not in server.output.read_text()


@pytest.mark.skipif(
    signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, reason="under nohup nobody hears of it"
)
def test_a_closed_terminal_ends_it(server: Server) -> None:
    server.wait_for_line()

    os.killpg(server.process.pid, signal.SIGHUP)

    assert server.process.wait(20) == 0
    assert server.wait_until_gone(5) == {}


def test_killed_outright_it_leaves_no_process(server: Server) -> None:
    server.wait_for_line()
    server.wait_for_mail_sender()

    server.process.kill()

    assert server.process.wait(10) == -signal.SIGKILL
    assert server.wait_until_gone() == {}


def test_killed_outright_it_starts_again_with_no_manual_step(
    instance: Path, tmp_path: Path
) -> None:
    with serving(tmp_path, TRAINING_INSTANCE=str(instance)) as first:
        first.wait_for_line()
        with sqlite3.connect(instance / "training.sqlite") as holder:
            holder.execute("PRAGMA user_version").fetchone()  # keeps the -wal from being folded in
            for pid in first.processes():
                os.kill(pid, signal.SIGKILL)
            first.process.wait()
        holder.close()

    with serving(tmp_path, TRAINING_INSTANCE=str(instance)) as second:
        second.wait_for_line()
        assert second.get("/readyz") == (200, b"ok\n")


def test_a_running_request_is_answered_before_it_ends(
    server: Server, instance: Path, admin: tuple[str, str]
) -> None:
    server.wait_for_line()
    browser = Browser(server.port)
    browser.get("/account/sign-in")
    writer = sqlite3.connect(instance / "training.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    with ThreadPoolExecutor() as pool:
        email, password = admin
        answer = pool.submit(
            browser.post, "/account/sign-in", {"email": email, "password": password}
        )
        time.sleep(1)  # it waits for its turn to write
        is_waiting = not answer.done()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        writer.execute("ROLLBACK")
        writer.close()
        status = answer.result(30)

    assert is_waiting
    assert status == 303
    assert server.process.wait(20) == 0
    assert server.wait_until_gone(5) == {}


def test_while_somebody_holds_the_write_lock_pages_are_read_and_writers_told_to_wait(
    server: Server, instance: Path, admin: tuple[str, str]
) -> None:
    server.wait_for_line()
    browser = Browser(server.port)
    browser.get("/account/sign-in")
    with contextlib.closing(
        sqlite3.connect(instance / "training.sqlite", isolation_level=None)
    ) as writer:
        writer.execute("BEGIN IMMEDIATE")

        email, password = admin
        before = time.monotonic()
        refused = browser.post("/account/sign-in", {"email": email, "password": password})
        waited = time.monotonic() - before
        read = server.get("/sessions/")[0]
        writer.execute("ROLLBACK")

    assert (refused, browser.headers["retry-after"]) == (503, "2")
    assert 4.5 < waited < 9
    assert read == 200
    assert browser.post("/account/sign-in", {"email": email, "password": password}) == 303


def test_a_killed_worker_is_replaced(server: Server) -> None:
    server.wait_for_line()
    before = {pid for pid, words in server.processes().items() if "spawn_main" in words}

    os.kill(min(before), signal.SIGKILL)

    deadline = time.monotonic() + 30
    after = before
    while time.monotonic() < deadline and not (len(after) == 2 and after != before):
        time.sleep(0.05)
        after = {pid for pid, words in server.processes().items() if "spawn_main" in words}
    assert len(after) == 2
    assert max(before) in after
    assert server.get("/healthz") == (200, b"ok\n")


def test_workers_killed_one_after_the_other_do_not_end_it(server: Server) -> None:
    """DB-01: whenever they are killed, also just after they were started anew."""
    server.wait_for_line()
    killed: set[int] = set()

    for _ in range(5):
        deadline = time.monotonic() + 30
        workers: set[int] = set()
        while len(workers) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
            workers = {
                pid for pid, words in server.processes().items() if "spawn_main" in words
            } - killed
        killed.add(max(workers))
        os.kill(max(workers), signal.SIGKILL)

    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if server.get("/healthz") == (200, b"ok\n"):
                break
        time.sleep(0.1)
    assert server.process.poll() is None
    assert server.get("/healthz") == (200, b"ok\n")


def test_only_many_ends_in_a_row_are_a_program_that_cannot_run() -> None:
    respawns = Respawns()
    for _ in range(MOST_ENDS - 1):
        respawns[0] = time.monotonic()
    respawns.clear()

    assert time.monotonic() - respawns.get(0) > 5.5
    respawns[1] = time.monotonic()
    assert time.monotonic() - respawns.get(0) < 5.5


def test_a_port_that_a_server_of_ours_uses_is_refused(
    server: Server, instance: Path, tmp_path: Path
) -> None:
    server.wait_for_line()

    with serving(tmp_path, "--port", str(server.port), TRAINING_INSTANCE=str(instance)) as second:
        assert errors_of(second) == [used(server.port)]
    assert [server.get("/healthz")[0] for _ in range(20)] == [200] * 20


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 -- as some do
def test_a_port_that_another_program_uses_is_refused(
    instance: Path, tmp_path: Path, address: str
) -> None:
    with socket.socket() as other:
        other.bind((address, 0))
        other.listen()
        port = str(other.getsockname()[1])

        with serving(tmp_path, "--port", port, TRAINING_INSTANCE=str(instance)) as second:
            assert errors_of(second) == [used(port)]


def test_without_a_database_it_says_how_to_make_one(tmp_path: Path) -> None:
    with serving(tmp_path, TRAINING_INSTANCE=str(tmp_path / "fresh")) as server:
        assert errors_of(server) == [
            f"Error: There is no database in {tmp_path}/fresh yet. Make it with: training migrate"
        ]
    assert not (tmp_path / "fresh" / "training.sqlite").exists()


def test_a_lost_database_is_not_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    assert training("migrate", TRAINING_INSTANCE=str(folder)).returncode == 0
    (folder / "training.sqlite").unlink()

    for command in (["serve"], ["migrate"], ["check"]):
        done = training(*command, TRAINING_INSTANCE=str(folder))
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith(f"Error: The database {folder}/training.sqlite is missing")
        assert done.stderr.count("\n") == 1
    assert not (folder / "training.sqlite").exists()


def test_a_database_behind_the_program_is_not_served(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    assert training("migrate", TRAINING_INSTANCE=str(folder)).returncode == 0
    with sqlite3.connect(folder / "training.sqlite") as connection:
        connection.execute("DELETE FROM alembic_version")
    connection.close()

    with serving(tmp_path, TRAINING_INSTANCE=str(folder)) as server:
        (error,) = errors_of(server)

    assert error.startswith("Error: The database lacks ")
    assert error.endswith(" of this version's changes. Make them with: training migrate")


def test_an_unsafe_configuration_is_refused_with_a_line_for_each_mistake(tmp_path: Path) -> None:
    done = training(
        "serve",
        TRAINING_INSTANCE=str(tmp_path),
        TRAINING_BASE_URL="https://training.example.org",
        TRAINING_SECRET_KEY="changeme",
        TRAINING_DEBUG="on",
    )

    assert done.returncode == 1
    assert [line.split(":")[:2] for line in done.stderr.splitlines()] == [
        ["Error", " TRAINING_TRUSTED_HOSTS"],
        ["Error", " TRAINING_DEBUG"],
        ["Error", " TRAINING_SECRET_KEY"],
    ]
    assert list(tmp_path.iterdir()) == []


def test_plain_http_is_not_offered_to_other_machines(instance: Path) -> None:
    done = training(
        "serve",
        "--host",
        "0.0.0.0",  # noqa: S104 -- refused
        TRAINING_INSTANCE=str(instance),
    )

    assert done.returncode == 1
    assert done.stderr == (
        "Error: Will not listen on 0.0.0.0 with plain http: others could read passwords and "
        "names. Set TRAINING_BASE_URL to the https address of the proxy in front of it.\n"
    )


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    port = free_port()

    done = training(
        "serve",
        TRAINING_INSTANCE=str(tmp_path),
        TRAINING_DATABASE_URL=f"postgresql://training:topsecret@127.0.0.1:{port}/training",
    )

    assert done.returncode == 1
    assert done.stderr.startswith("Error: The database does not answer: ")
    assert "topsecret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_it_serves_from_postgresql_too(databases: Databases, tmp_path: Path) -> None:
    url = databases.make("postgresql", tmp_path)
    try:
        with serving(
            tmp_path, TRAINING_INSTANCE=str(tmp_path / "instance"), TRAINING_DATABASE_URL=url
        ) as server:
            line = server.wait_for_line()
            ready = server.get("/readyz")
            server.wait_for_mail_sender()
            server.process.send_signal(signal.SIGTERM)

            assert line == f"Serving Training on http://127.0.0.1:{server.port}"
            assert ready == (200, b"ok\n")
            assert server.process.wait(20) == 0
            assert server.wait_until_gone(5) == {}
    finally:
        databases.drop(url)


def test_in_production_it_answers_for_its_own_host_only(instance: Path, tmp_path: Path) -> None:
    with serving(
        tmp_path,
        TRAINING_INSTANCE=str(instance),
        TRAINING_BASE_URL="https://training.example.org",
        TRAINING_SECRET_KEY="vN3x-9qLw_Tz5RkB7mYc2HdPfJ8sGaUe4Wo6Xi1E",
        TRAINING_TRUSTED_HOSTS="training.example.org",
    ) as server:
        line = server.wait_for_line()

        assert line == (
            f"Serving Training on http://127.0.0.1:{server.port} for https://training.example.org"
        )
        assert server.get("/healthz", {"Host": "training.example.org"})[0] == 200
        assert server.get("/healthz", {"Host": "evil.example"})[0] == 400
