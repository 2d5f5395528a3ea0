"""``training check`` finds what breaks an invariant: each one broken by hand, on both engines."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import NOW
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, MarkSource
from training.audit.models import AuditEntry
from training.checks.cli import commands
from training.checks.service import audit
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations.models import Registration
from training.sessions.models import Meeting


def execute(statement: str) -> None:
    with transaction():
        db.session.execute(sa.text(statement))


def found() -> set[str]:
    """Return the invariants that are broken now."""
    return {finding.invariant for finding in audit(now=NOW)}


def break_a_counter() -> None:
    execute("UPDATE training_session SET waitlisted_count = 7")


def forget_a_registration_counted() -> None:
    execute("UPDATE training_session SET confirmed_count = 0")


def register_twice() -> None:
    execute("DROP INDEX uq_registration_live_person")
    with transaction():
        first = db.session.scalars(sa.select(Registration).order_by(Registration.id)).first()
        assert first
        row = {
            column.key: getattr(first, column.key)
            for column in sa.inspect(Registration).column_attrs
            if column.key not in {"id", "public_id", "ticket"}
        }
        db.session.execute(sa.insert(Registration).values(**row, public_id="x" * 22, ticket=77))


def give_a_ticket_from_the_future() -> None:
    execute("UPDATE registration SET ticket = 99 WHERE ticket = 1")


def leave_a_seat_free() -> None:
    execute("UPDATE registration SET status = 'cancelled' WHERE ticket = 1")
    execute("UPDATE training_session SET confirmed_count = 0")


def lose_a_message() -> None:
    with transaction():
        db.session.execute(sa.delete(Message).where(Message.kind == "registration.confirmed"))


def tell_somebody_else() -> None:
    execute("UPDATE message SET recipient_id = (SELECT max(id) FROM person) WHERE id = 1")


def lose_an_entry() -> None:
    with transaction():
        db.session.execute(sa.update(Message).values(audit_entry_id=None))
        db.session.execute(sa.delete(AuditEntry).where(AuditEntry.subject_kind == "registration"))


def bury_a_message_without_a_reason() -> None:
    execute("UPDATE message SET status = 'dead', reason = NULL")


def keep_the_instant_of_another_clock() -> None:
    execute("UPDATE meeting SET wall_start = wall_end")


def contradict_a_mark() -> None:
    with transaction():
        registration_id = db.session.scalars(sa.select(Registration.id)).first()
        meeting_id = db.session.scalars(sa.select(Meeting.id)).first()
        mark_id = db.session.scalars(
            sa.insert(AttendanceMark)
            .values(
                registration_id=registration_id,
                meeting_id=meeting_id,
                status=AttendanceStatus.PRESENT,
                source=MarkSource.TRAINER,
                nonce="n",
                recorded_at=NOW,
            )
            .returning(AttendanceMark.id)
        ).one()
        db.session.execute(
            sa.insert(Attendance).values(
                registration_id=registration_id,
                meeting_id=meeting_id,
                status=AttendanceStatus.ABSENT,
                mark_id=mark_id,
            )
        )


@pytest.fixture
def books(app: Flask, make: Make) -> None:
    """One person who has a seat, one who waits."""
    session = make.training_session(capacity=1)
    make.registration(session)
    make.registration(session)


def test_nothing_is_found_in_books_that_are_right(books: None) -> None:
    assert audit(now=NOW) == []


@pytest.mark.parametrize(
    ("act", "invariants"),
    [
        pytest.param(break_a_counter, {"I1"}, id="I1 counter"),
        pytest.param(forget_a_registration_counted, {"I1"}, id="I1 seat not counted"),
        pytest.param(register_twice, {"I1", "I2", "I3", "I5"}, id="I2"),
        pytest.param(give_a_ticket_from_the_future, {"I3"}, id="I3"),
        pytest.param(leave_a_seat_free, {"I4", "I5"}, id="I4"),
        pytest.param(lose_a_message, {"I5"}, id="I5 message"),
        pytest.param(tell_somebody_else, {"I5"}, id="I5 recipient"),
        pytest.param(lose_an_entry, {"I5"}, id="I5 entry"),
        pytest.param(bury_a_message_without_a_reason, {"I9"}, id="I9"),
        pytest.param(contradict_a_mark, {"I10"}, id="I10"),
        pytest.param(keep_the_instant_of_another_clock, {"times"}, id="times"),
    ],
)
def test_each_broken_invariant_is_found(
    books: None, act: Callable[[], None], invariants: set[str]
) -> None:
    act()

    assert found() == invariants


def test_the_command_names_the_rows_and_ends_with_1(app: Flask, books: None) -> None:
    break_a_counter()

    result = app.test_cli_runner().invoke(commands)

    assert result.exit_code == 1
    assert "BAD I1 counters and seats" in result.output
    assert "session 1: counters (1, 0, 7), rows (1, 0, 1)" in result.output
    assert "ok  I2" in result.output


def test_the_command_ends_with_0_where_all_is_well(app: Flask, books: None) -> None:
    result = app.test_cli_runner().invoke(commands)

    assert (result.exit_code, "BAD" in result.output) == (0, False)
