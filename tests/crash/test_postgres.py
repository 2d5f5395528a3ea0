"""What PostgreSQL, the line to it and other clients of it do to a running site."""

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.crash.load import BUSY, KEPT, Load, wrong_rows
from tests.crash.own_postgres import ROLE, BadLine, Cut, OwnPostgres, own_postgres
from tests.crash.site import CHANCE, ROUNDS, Site, linux_only, workers
from tests.server.running import Server
from training.db import db, transaction
from training.errors import BusyError
from training.people.models import Person
from training.sessions.service import lock_training_session

pytestmark = [linux_only, pytest.mark.xdist_group("own PostgreSQL")]


@pytest.fixture(scope="module")
def postgres() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def line(postgres: OwnPostgres) -> Iterator[BadLine]:
    with BadLine(postgres.port).open() as line:
        yield line


@pytest.fixture(scope="module")
def site(postgres: OwnPostgres, line: BadLine, tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("instance")
    return Site(folder, postgres.url_through(line.port)).make()


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    """One server for all: after each trouble it goes on by itself."""
    with site.serving() as server:
        yield server


@pytest.fixture(autouse=True)
def load(site: Site, server: Server) -> Iterator[Load]:
    """A session each; the books are right after each."""
    load = site.load()
    yield load
    load.resolve(server.port)
    with site.app():
        assert wrong_rows(load.sent) == []
    assert load.acknowledged() == len(load.sent)


def wait_until(server: OwnPostgres, question: str, *, seconds: float = 10) -> None:
    """Wait until PostgreSQL answers yes."""
    deadline = time.monotonic() + seconds
    with server.connect() as connection:
        while not connection.execute(question).fetchone()[0]:  # type: ignore[index]  # one row
            assert time.monotonic() < deadline, question
            time.sleep(0.02)


_OURS = f"FROM pg_stat_activity WHERE usename = '{ROLE}'"
SOMEBODY_WAITS = f"SELECT count(*) > 0 {_OURS} AND wait_event_type = 'Lock'"
END_ALL = f"SELECT pg_terminate_backend(pid, 5000) {_OURS}"


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_pg_01_while_it_starts_anew_people_wait_and_then_all_goes_on(
    postgres: OwnPostgres, server: Server, load: Load, how: str
) -> None:
    """PG-01, I7: during it 503, after it all is normal, and what nobody knew is sent again."""
    before = workers(server)
    for _ in range(ROUNDS or 2):
        with load.running(server.port):
            time.sleep(CHANCE.uniform(0.3, 0.8))
            postgres.stop(how)
            away = load.send(server.port)
            ready = server.get("/readyz")
            postgres.start()
            since = time.monotonic()
            while load.send(server.port).status != KEPT:
                assert time.monotonic() - since < 10
            time.sleep(0.3)
        assert away.status == BUSY
        assert ready == (503, b"the database is away\n")

    statuses = {one.status for one in load.sent}
    assert statuses == {KEPT, BUSY}
    assert workers(server) == before


@pytest.mark.parametrize("cut", Cut)
def test_pg_04_a_line_that_breaks_during_commit_is_told_and_sent_again_without_a_double(
    site: Site, server: Server, line: BadLine, load: Load, cut: Cut
) -> None:
    """PG-04: what was kept is found by its key at once; of the rest it is said that it may be."""
    load.send(server.port)
    line.cut = cut
    sent = load.send(server.port)

    assert line.is_cut
    if cut is Cut.AFTER:
        assert sent.status == KEPT
    else:
        assert sent.status == BUSY
        assert "we cannot tell whether this was kept" in sent.page
        assert "Nothing was changed" not in sent.page


def test_pg_04_a_server_that_goes_during_commit_and_stays_away_is_told_honestly(
    postgres: OwnPostgres, server: Server, line: BadLine, load: Load
) -> None:
    """PG-04: the page cannot be made without the database; what it says is still true."""
    load.send(server.port)
    line.cut, line.stays_away = Cut.AFTER, True
    try:
        sent = load.send(server.port)
    finally:
        line.stays_away = False

    assert sent.status == BUSY
    assert "we cannot tell whether this was kept" in sent.page
    assert "Nothing was changed" not in sent.page


def test_pg_03_a_deadlock_is_a_page_that_says_try_again(
    postgres: OwnPostgres, server: Server, load: Load
) -> None:
    """PG-03: a stranger takes the locks of the same two rows in the other order."""
    load.send(server.port)
    one = load.new()
    with ThreadPoolExecutor(1) as pool, postgres.connect() as stranger:
        stranger.execute("SET deadlock_timeout = '10s'")  # so that ours is the one that ends it
        with stranger.transaction(force_rollback=True):
            stranger.execute("SELECT id FROM training_session FOR UPDATE")
            sending = pool.submit(load.post, one, server.port)
            wait_until(postgres, SOMEBODY_WAITS)
            stranger.execute(
                "INSERT INTO person (public_id, link_epoch, name, email_key, locale, search_key)"
                " VALUES ('stranger', 0, 'Ada', %s, 'en', '')",
                [one.addresses[0]],
            )
            sending.result()

    assert one.status == BUSY
    assert "Nothing was changed" in one.page


def test_pg_06_a_client_that_sits_on_a_lock_holds_up_only_who_needs_it(
    postgres: OwnPostgres, server: Server, load: Load
) -> None:
    """PG-06: 503 within the time-out for locks; other sessions and all pages go on."""
    first = load.send(server.port)
    held, free = load.new(first.training_session_id), load.new()
    with (
        ThreadPoolExecutor(1) as pool,
        postgres.connect() as stranger,
        stranger.transaction(force_rollback=True),
    ):
        stranger.execute(
            "SELECT id FROM training_session WHERE id = %s FOR UPDATE",
            [first.training_session_id],
        )
        began = time.monotonic()
        sending = pool.submit(load.post, held, server.port)
        wait_until(postgres, SOMEBODY_WAITS)
        load.post(free, server.port)
        page = server.get(f"/sessions/{first.training_session_id}/register")[0]
        sending.result()
        waited = time.monotonic() - began

    assert free.training_session_id != held.training_session_id
    assert (free.status, page) == (KEPT, 200)
    assert held.status == BUSY
    assert 2.5 < waited < 10


def test_pg_06_a_server_that_takes_no_more_clients_is_busy_and_recovers(
    postgres: OwnPostgres, server: Server, load: Load
) -> None:
    """PG-06: "too many connections"."""
    load.send(server.port)
    postgres.execute(
        f"ALTER ROLE {ROLE} CONNECTION LIMIT 0",
        END_ALL,
    )
    try:
        refused = load.send(server.port)
        ready = server.get("/readyz")
    finally:
        postgres.execute(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")

    assert refused.status == BUSY
    assert ready == (503, b"the database is away\n")
    assert load.send(server.port).status == KEPT


def test_pg_06_an_empty_pool_is_busy_and_recovers(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PG-06: connections that never come back are as many as there may be."""
    with site.app() as app, contextlib.ExitStack() as taken:
        client = app.test_client()
        pool = db.engine.pool
        monkeypatch.setattr(pool, "_timeout", 0.2)
        for _ in range(8):
            taken.enter_context(db.engine.connect())

        with app.app_context():
            with pytest.raises(BusyError), transaction():
                db.session.execute(sa.select(Person.id))
            busy = client.get("/sessions/", base_url="http://127.0.0.1:8000")
        taken.close()
        with app.app_context():
            well = client.get("/sessions/", base_url="http://127.0.0.1:8000")

    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "2")
    assert well.status_code == 200


def test_pg_07_a_server_that_may_not_be_written_is_read_and_recovers(
    postgres: OwnPostgres, server: Server, load: Load
) -> None:
    """PG-07: as a standby is, or a server whose disk ran full."""
    load.send(server.port)
    page = f"/sessions/{load.sent[0].training_session_id}/register"
    postgres.execute(f"ALTER ROLE {ROLE} SET default_transaction_read_only = on", END_ALL)
    try:
        refused = load.send(server.port)
        read = server.get(page)[0]
    finally:
        postgres.execute(f"ALTER ROLE {ROLE} RESET default_transaction_read_only", END_ALL)

    assert (refused.status, read) == (BUSY, 200)
    assert load.send(server.port).status == KEPT


@pytest.mark.parametrize("is_given_up", [False, True], ids=["short", "too long"])
def test_pg_08_a_worker_that_stands_still_with_a_lock_holds_nobody_up_for_long(
    site: Site, postgres: OwnPostgres, server: Server, load: Load, *, is_given_up: bool
) -> None:
    """PG-08: when it goes on, its commit is right, or refused where the server gave it up."""
    load.send(server.port)
    one = load.new()
    key_hash = hashlib.sha256(one.key.encode()).digest()
    with ThreadPoolExecutor(1) as pool, postgres.connect() as stranger:
        with stranger.transaction(force_rollback=True):
            stranger.execute(
                "INSERT INTO submission (key_hash, purpose, body_hash, result, at)"
                " VALUES (%s, 'register', %s, '{}', now())",
                [key_hash, key_hash],
            )
            sending = pool.submit(load.post, one, server.port)
            wait_until(postgres, SOMEBODY_WAITS)  # the last thing before it commits
            for pid in workers(server):
                os.kill(pid, signal.SIGSTOP)
        try:
            with site.app(), pytest.raises(BusyError), transaction():
                lock_training_session(one.training_session_id)
            if is_given_up:  # what idle_in_transaction_session_timeout does after 30 seconds
                postgres.execute(END_ALL)
                with site.app(), transaction():
                    lock_training_session(one.training_session_id)
        finally:
            for pid in workers(server):
                os.kill(pid, signal.SIGCONT)
        sending.result()

    assert one.status == (BUSY if is_given_up else KEPT)
