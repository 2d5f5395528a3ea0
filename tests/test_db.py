"""transaction(), the fair queue, and what becomes of the database's refusals; on both engines."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask, render_template_string

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import NOW
from training.accounts.service import find_signed_in, sign_in
from training.checks.service import audit
from training.db import db, is_away, transaction
from training.errors import BusyError, ConflictError
from training.people.models import Person
from training.people.service import find_or_make_people, make_missing_people
from training.registrations.models import Registration
from training.sessions.models import TrainingSession
from training.writing_turns import WAIT_SECONDS


def people() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Person.name).order_by(Person.id)))


def add(name: str) -> None:
    make_missing_people({f"{name.lower()}@example.org": name})


@contextmanager
def a_stranger_writing() -> Iterator[None]:
    """Hold the database's lock from outside, as a backup program or an administrator might."""
    if db.engine.dialect.name == "sqlite":
        path = db.engine.url.database
        assert path
        stranger = sqlite3.connect(path, isolation_level=None)
        stranger.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            stranger.execute("ROLLBACK")
            stranger.close()
    else:
        url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url) as stranger_:
            stranger_.execute("LOCK TABLE person IN ACCESS EXCLUSIVE MODE")
            yield


def test_what_the_block_wrote_is_committed(app: Flask) -> None:
    with transaction():
        add("Ada")

    assert people() == ["Ada"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_whatever_is_raised_nothing_is_kept(app: Flask, error: type[BaseException]) -> None:
    def write_and_fail() -> None:
        with transaction():
            add("Ada")
            raise error

    with pytest.raises(error):
        write_and_fail()

    assert people() == []
    with transaction():
        add("Bo")
    assert people() == ["Bo"]


def test_it_does_not_nest(app: Flask) -> None:
    with pytest.raises(RuntimeError, match="does not nest"), transaction(), transaction():
        people()

    with transaction():
        add("Ada")
    assert people() == ["Ada"]


def test_it_does_not_start_over_changes_that_are_not_written(app: Flask, make: Make) -> None:
    make.person("Ada")
    person = db.session.scalars(sa.select(Person)).one()
    person.name = "Changed"

    with pytest.raises(RuntimeError, match="changes made before"), transaction():
        people()

    assert people() == ["Ada"]


def test_what_was_read_before_is_read_afresh_inside(app: Flask, make: Make) -> None:
    """PG-02: an identity map would keep the old values beside a new lock."""
    person_id = make.person("Ada").id
    before = db.session.get_one(Person, person_id)
    with db.engine.begin() as other:
        other.execute(sa.update(Person).values(name="Changed"))

    with transaction():
        inside = db.session.get_one(Person, person_id).name

    assert inside == "Changed"
    assert before.id == person_id  # still readable, and nothing is loaded for it


def test_time_12_a_naive_time_is_refused_by_the_database_layer(app: Flask, make: Make) -> None:
    """TIME-12."""
    session = make.training_session()

    with pytest.raises(sa.exc.StatementError, match="naive datetime"), transaction():
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == session.id)
            .values(starts_at=datetime(2026, 1, 1, 12))
        )


def test_a_named_constraint_becomes_its_conflict(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=1)

    with pytest.raises(ConflictError) as refused, transaction():
        db.session.execute(
            sa.update(TrainingSession)
            .where(TrainingSession.id == session.id)
            .values(confirmed_count=2)
        )

    assert refused.value.code == "session-full"


def test_db_05_a_stuck_writer_makes_others_give_up_in_time_and_readers_go_on(
    app: Flask, make: Make
) -> None:
    """DB-05: readers work, writers are told to come back, nothing is half done."""
    make.person("Ada")
    db.session.rollback()
    is_sqlite = db.engine.dialect.name == "sqlite"

    with a_stranger_writing():
        began = time.monotonic()
        with pytest.raises(BusyError), transaction():
            add("Bo")
        waited = time.monotonic() - began
        if is_sqlite:  # the stranger locked out readers of the whole table on PostgreSQL
            assert people() == ["Ada"]

    assert waited < WAIT_SECONDS + 1
    assert people() == ["Ada"]
    with transaction():
        add("Bo")
    assert people() == ["Ada", "Bo"]


def test_db_05_the_queue_and_the_database_are_waited_for_together(
    app: Flask, tmp_path: Path
) -> None:
    """A writer that waited for its turn has that much less time left for the database."""
    if db.engine.dialect.name != "sqlite":
        return  # the queue is SQLite's

    def write() -> float:
        began = time.monotonic()
        with app.app_context(), pytest.raises(BusyError), transaction():
            add("Bo")
        return time.monotonic() - began

    with a_stranger_writing(), ThreadPoolExecutor(3) as pool:
        waits = [future.result() for future in [pool.submit(write) for _ in range(3)]]

    assert max(waits) < WAIT_SECONDS + 1
    assert people() == []


def test_a_busy_database_is_a_page_that_says_when_to_come_back(
    app: Flask, client: IsolatedClient
) -> None:
    @app.post("/test/write")
    def write() -> str:
        with transaction():
            add("Ada")
        return "ok"

    app.config["WTF_CSRF_ENABLED"] = False
    db.session.rollback()

    with a_stranger_writing():
        response = client.post("/test/write")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert "Nothing was changed" in response.text
    assert people() == []


def test_db_11_a_read_before_the_write_never_ends_in_a_locked_database(
    app: Flask, make: Make
) -> None:
    """DB-11: the sign-in is read, then something is written, fifty at once."""
    account = make.coordinator()
    session = make.training_session(capacity=60)
    with transaction():
        token = sign_in(account.id, now=NOW)
    db.session.remove()

    def request(number: int) -> str:
        with app.app_context():
            who = find_signed_in(token, now=NOW)
            assert who is not None
            make.outcome(session, make.participant(email=f"ada{number}@example.net"))
            return "ok"

    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(request, range(50)))

    assert answers == ["ok"] * 50
    assert db.session.scalars(sa.select(sa.func.count(Registration.id))).one() == 50
    assert audit(now=NOW) == []


def test_db_12_a_fault_anywhere_in_a_request_keeps_the_books_whole(
    app: Flask, client: IsolatedClient
) -> None:
    """DB-12: after a flush: nothing; after the commit: all; and the session goes back clean."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.post("/test/after-flush")
    def after_flush() -> str:
        with transaction():
            find_or_make_people({"ada@example.org": "Ada"})
            raise LookupError("after the flush")

    @app.post("/test/in-template")
    def in_template() -> str:
        with transaction():
            find_or_make_people({"bo@example.org": "Bo"})
        return render_template_string("{{ nothing.of.that.name }}")

    @app.post("/test/after-request")
    def after_request() -> str:
        with transaction():
            find_or_make_people({"cy@example.org": "Cy"})
        return "fails later"

    def fail_late(response: object) -> object:
        raise LookupError("in after_request")

    statuses = [client.post(f"/test/{name}").status_code for name in ("after-flush", "in-template")]
    app.after_request_funcs.setdefault(None, []).append(fail_late)
    statuses.append(client.post("/test/after-request").status_code)

    assert statuses == [500, 500, 500]
    assert people() == ["Bo", "Cy"]
    assert db.engine.pool.checkedout() <= 1  # type: ignore[attr-defined]  # this test's own, at most


def test_writers_take_turns_in_the_order_in_which_they_came(app: Flask) -> None:
    """SQLite's own waiting is a lottery; the queue is served in order."""
    if db.engine.dialect.name != "sqlite":
        return
    order: list[int] = []
    ready = threading.Event()

    def hold() -> None:
        with app.app_context(), transaction():
            ready.set()
            time.sleep(0.6)

    def write(number: int) -> None:
        with app.app_context(), transaction():
            order.append(number)

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    ready.wait(5)
    for number in range(5):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]


def test_a_server_that_is_not_there_is_away(tmp_path: Path) -> None:
    engine = sa.create_engine(
        "postgresql+psycopg://nobody@127.0.0.1:9/none", connect_args={"connect_timeout": 2}
    )

    with pytest.raises(sa.exc.OperationalError) as refused, engine.connect():
        pass

    assert is_away(refused.value)


def test_a_mistake_of_ours_is_not_away(app: Flask) -> None:
    with pytest.raises(sa.exc.DBAPIError) as refused:
        db.session.execute(sa.text("SELECT nothing FROM nowhere"))
    db.session.rollback()

    assert not is_away(refused.value)
