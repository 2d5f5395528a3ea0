"""What pages ask the database: no plan reads through a table that grows with the years."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.architecture.matrix import ROLES
from tests.architecture.world import make_world, rules_of
from tests.factories import Make
from training.clock import utc_now
from training.db import db
from training.registrations.seats import sessions_due, unnamed_soon

GROWS = (
    "attendance",
    "audit_entry",
    "calendar_entry",
    "hold",
    "meeting",
    "membership",
    "message",
    "note",
    "person",
    "registration",
    "submission",
    "training_session",
)
#: As plans write it; an alias has the name of its table and a number.
READ_THROUGH = re.compile(rf"SCAN ({'|'.join(GROWS)})(_\d+)?\b")
#: Partial indexes of what waits for something, which stays little however old the instance is.
OF_WHAT_WAITS = re.compile("USING (COVERING )?INDEX ix_(message_queued|registration_placeholder)")
#: What begins at an end of a table or an index and stops after a page of it: path → table.
FIRST_PAGE_OF = {
    ("/sitemap.xml", "training_session"),
    ("/staff/audit", "audit_entry"),
    ("/staff/people/", "person"),
    ("/staff/sessions/new", "training_session"),
}

Sent = dict[str, tuple[str, Any]]


@contextmanager
def noting(sent: Sent, path: list[str]) -> Iterator[None]:
    """Note each statement that reads, once, with the path of the page that sent it."""

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            sent.setdefault(statement, (path[0], parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def read_through(sent: Sent) -> list[str]:
    """Return which statements read a table that grows from end to end."""
    found = []
    with db.engine.connect() as connection:
        for statement, (path, parameters) in sent.items():
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in rows]
            found += [
                f"{path}: {step}"
                for step in steps
                if (table := READ_THROUGH.match(step))
                and not OF_WHAT_WAITS.search(step)
                and (path, table[1]) not in FIRST_PAGE_OF
            ]
    return found


@pytest.fixture
def only_sqlite(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by how much there is, and a test has little")


@pytest.mark.usefixtures("only_sqlite")
def test_no_page_reads_through_a_table_that_grows(app: Flask, make: Make) -> None:
    world = make_world(app, make)
    sent: Sent = {}
    path = [""]
    with noting(sent, path):
        for role in ROLES:
            for rule in rules_of(app):
                if "GET" in (rule.methods or set()):
                    path[0] = rule.rule
                    world.client(app, role).get(world.url(app, rule))

    assert len(sent) > 200
    assert read_through(sent) == []


@pytest.mark.usefixtures("only_sqlite")
def test_looking_for_what_is_due_reads_through_no_table_that_grows(app: Flask) -> None:
    sent: Sent = {}
    with noting(sent, ["jobs"]):
        sessions_due(now=utc_now())
        unnamed_soon(now=utc_now())

    assert len(sent) >= 2
    assert read_through(sent) == []


@pytest.mark.usefixtures("only_sqlite")
def test_a_plan_that_reads_a_table_through_is_found(app: Flask) -> None:
    sent: Sent = {}
    with noting(sent, ["/"]):
        db.session.execute(
            sa.text("SELECT id FROM registration WHERE name = 'Ada' ORDER BY name LIMIT 1")
        ).all()

    assert read_through(sent) == ["/: SCAN registration"]
