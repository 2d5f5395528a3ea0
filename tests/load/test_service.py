"""LOAD-01 to LOAD-04 at the service layer, on both engines; the full sizes: ``make load``."""

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.load import acts
from tests.load.books import ALWAYS, UNDISTURBED, problems, read_books
from tests.load.calls import calls
from tests.load.sampling import sample
from tests.load.sizes import HOT_SESSIONS, IS_FULL, PEOPLE_EACH, SERVICE, Fault, figures
from tests.load.storm import disturbed_storm, storm
from training.audit.models import AuditEntry
from training.checks.service import audit
from training.clock import utc_now
from training.db import db

pytestmark = pytest.mark.xdist_group("load")


def test_load_01_the_first_have_the_seats_and_all_others_wait_in_line(
    app: Flask, make: Make, engine: str
) -> None:
    """LOAD-01."""
    session = make.training_session(capacity=SERVICE.seats)

    told = storm(app, calls([session.id], SERVICE.calls))

    figures(f"LOAD-01 service {engine}", told.waits, told.seconds, busy=told.busy)
    assert problems(read_books(session.id, told.heard), UNDISTURBED) == []
    assert audit(now=utc_now()) == []


def test_load_02_double_sends_kills_and_time_outs_change_nothing(
    app: Flask, make: Make, engine: str
) -> None:
    """LOAD-02: whatever was not answered is sent again, and is answered as if it had been once."""
    session = make.training_session(capacity=SERVICE.seats)
    faults = SERVICE.faults()

    told = storm(app, calls([session.id], SERVICE.calls), faults=faults)

    figures(
        f"LOAD-02 service {engine}",
        told.waits,
        told.seconds,
        busy=told.busy,
        kills=told.kills,
        unknown=told.unknown,
    )
    assert told.kills > len(faults) // len(Fault) * 0.8  # two may meet in one process
    assert problems(read_books(session.id, told.heard), UNDISTURBED) == []
    assert audit(now=utc_now()) == []


def test_load_02_teeth_without_keys_the_books_show_who_sent_twice(app: Flask, make: Make) -> None:
    session = make.training_session(capacity=SERVICE.seats)
    faults = SERVICE.faults()

    told = storm(app, calls([session.id], 200), act=acts.register_without_key, faults=faults)

    assert problems(read_books(session.id, told.heard), UNDISTURBED) != []


def test_load_03_the_invariants_hold_at_every_moment_while_people_come_and_go(
    app: Flask, make: Make, engine: str
) -> None:
    """LOAD-03: seats given up and on by two others, 100 a second, beside the registrations."""
    session = make.training_session(capacity=SERVICE.seats)
    staff = make.person("Staff")

    told = disturbed_storm(
        app,
        calls([session.id], SERVICE.calls),
        each_second={"cancel": 100, "promote": 20},
        actor_id=staff.id,
        sample=sample,
    )

    figures(
        f"LOAD-03 service {engine}",
        told.waits,
        told.seconds,
        busy=told.busy,
        samples=told.samples,
        others=dict(told.others),
    )
    assert told.found == []
    assert told.samples > 5
    # Staff who click find no free seat, or nobody who waits (any more): never one beside the other.
    assert set(told.others) <= {
        "cancelled",
        "cancelled before",
        "no-free-seat",
        "not-waiting",
        "nobody",
    }
    assert problems(read_books(session.id, told.heard), ALWAYS) == []
    given_up = db.session.scalars(
        sa.select(sa.func.count()).where(AuditEntry.action == "registration.cancel")
    ).one()
    assert given_up == told.others["cancelled"] > 0
    assert audit(now=utc_now()) == []


@pytest.mark.skipif(not IS_FULL, reason="takes long: make load")
def test_load_04_many_sessions_at_once_are_no_slower_than_one(
    app: Flask, make: Make, engine: str
) -> None:
    """LOAD-04: on PostgreSQL each session has a lock of its own; SQLite has one writer."""
    number = HOT_SESSIONS * PEOPLE_EACH
    ids = [make.training_session(capacity=PEOPLE_EACH // 2).id for _ in range(HOT_SESSIONS)]
    one = make.training_session(capacity=PEOPLE_EACH // 2)

    many_told = storm(app, calls(ids, number, "many"))
    one_told = storm(app, calls([one.id], number, "one"))

    for name, told in (("many sessions", many_told), ("one session", one_told)):
        figures(f"LOAD-04 {name} {engine}", told.waits, told.seconds, busy=told.busy)
    for position, session_id in enumerate(ids):
        heard = {
            call.email: many_told.heard[call.email]
            for call in calls(ids, number, "many")[position::HOT_SESSIONS]
        }
        assert problems(read_books(session_id, heard), UNDISTURBED) == []
    assert audit(now=utc_now()) == []
    if engine == "postgresql":
        assert many_told.seconds < 1.1 * one_told.seconds
