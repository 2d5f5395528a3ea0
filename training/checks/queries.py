"""What breaks an invariant, read from the database: each check returns the rows that do."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from training.attendance.models import Attendance, AttendanceMark
from training.audit.models import AuditEntry
from training.checks.seat_queries import holds, overdue, waiting_beside_free
from training.checks.values import Check, Finding
from training.db import db
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.values import LIVE, RegistrationStatus
from training.sessions.models import TrainingSession
from training.sessions.service import find_retimings


def _of_status(status: RegistrationStatus) -> sa.ColumnElement[int]:
    return sa.func.coalesce(
        sa.func.sum(sa.case((Registration.status == status, 1), else_=0)), 0
    ).label(status)


def counters(_now: datetime) -> list[Finding]:
    """I1: the counters equal the rows, and no more seats are held than there are."""
    counted = (
        sa.select(
            Registration.training_session_id.label("id"),
            _of_status(RegistrationStatus.CONFIRMED),
            _of_status(RegistrationStatus.OFFERED),
            _of_status(RegistrationStatus.WAITLISTED),
        )
        .group_by(Registration.training_session_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(
            TrainingSession.id,
            TrainingSession.capacity,
            TrainingSession.overbooked_by,
            TrainingSession.confirmed_count,
            TrainingSession.offered_count,
            TrainingSession.waitlisted_count,
            sa.func.coalesce(counted.c.confirmed, 0),
            sa.func.coalesce(counted.c.offered, 0),
            sa.func.coalesce(counted.c.waitlisted, 0),
        )
        .outerjoin(counted, counted.c.id == TrainingSession.id)
        .order_by(TrainingSession.id)
    )
    found = []
    for session_id, capacity, overbooked_by, *counts in rows:
        stored, real = tuple(counts[:3]), tuple(counts[3:])
        if stored != real:
            found.append(Finding("I1", f"session {session_id}", f"counters {stored}, rows {real}"))
        held = real[0] + real[1]
        if capacity is not None and held > capacity + overbooked_by:
            found.append(
                Finding(
                    "I1",
                    f"session {session_id}",
                    f"{held} seats held of {capacity}, overbooked by {overbooked_by}",
                )
            )
    return found


def live_registrations(_now: datetime) -> list[Finding]:
    """I2: at most one live registration for one person in one session."""
    rows = db.session.execute(
        sa.select(Registration.training_session_id, Registration.person_id, sa.func.count())
        .where(Registration.status.in_(LIVE))
        .group_by(Registration.training_session_id, Registration.person_id)
        .having(sa.func.count() > 1)
    )
    return [
        Finding("I2", f"session {session_id}, person {person_id}", f"{n} live registrations")
        for session_id, person_id, n in rows
    ]


def tickets(_now: datetime) -> list[Finding]:
    """I3: tickets are unique in a session, and the next one was never given."""
    doubles = db.session.execute(
        sa.select(Registration.training_session_id, Registration.ticket)
        .group_by(Registration.training_session_id, Registration.ticket)
        .having(sa.func.count() > 1)
    )
    beyond = db.session.execute(
        sa.select(Registration.training_session_id, Registration.ticket)
        .join(Registration.training_session)
        .where(Registration.ticket >= TrainingSession.next_ticket)
    )
    return [
        Finding("I3", f"session {session_id}", f"ticket {ticket} was given twice")
        for session_id, ticket in doubles
    ] + [
        Finding("I3", f"session {session_id}", f"ticket {ticket} is not given yet")
        for session_id, ticket in beyond
    ]


def trail(_now: datetime) -> list[Finding]:
    """I5: each change of state has its entry in the audit trail, and its message.

    Told is the participant, or whoever registered somebody without an address: which of the two it
    had to be, only the moment knew, because addresses come and go.
    """
    entries = db.session.execute(
        sa.select(
            AuditEntry.subject_id,
            AuditEntry.id,
            AuditEntry.action,
            AuditEntry.after,
            Message.kind,
            Registration.is_placeholder,
            sa.or_(
                Message.id.is_(None),
                Message.recipient_id == Registration.person_id,
                Message.recipient_id == Registration.registered_by,
            ),
        )
        .outerjoin(Message, Message.audit_entry_id == AuditEntry.id)
        .outerjoin(Registration, Registration.id == AuditEntry.subject_id)
        .where(AuditEntry.subject_kind == "registration")
        .order_by(AuditEntry.subject_id, AuditEntry.id)
    )
    found: list[Finding] = []
    newest: dict[int, str] = {}
    for registration_id, entry_id, action, after, kind, is_placeholder, is_theirs in entries:
        status = (after or {}).get("status")
        if status is None:  # not a change of state
            continue
        newest[registration_id] = status
        # Of a seat for somebody who is named later nobody is told one by one.
        told = None if is_placeholder else messages.expected(action, RegistrationStatus(status))
        if kind != told:
            found.append(
                Finding(
                    "I5",
                    f"registration {registration_id}",
                    f"entry {entry_id} ({action}) has the message {kind}, not {told}",
                )
            )
        elif not is_theirs:
            found.append(
                Finding(
                    "I5",
                    f"registration {registration_id}",
                    f"entry {entry_id} ({action}) is told to somebody who is not concerned",
                )
            )
    for registration_id, status in db.session.execute(
        sa.select(Registration.id, Registration.status).order_by(Registration.id)
    ):
        if newest.get(registration_id) != status:
            found.append(
                Finding(
                    "I5",
                    f"registration {registration_id}",
                    f"is {status}, and the audit trail says {newest.get(registration_id)}",
                )
            )
    return found


def ended_messages(_now: datetime) -> list[Finding]:
    """I9: each message that ended was sent, or is dead with a reason."""
    ended = (MessageStatus.SENT, MessageStatus.DEAD, MessageStatus.UNKNOWN)
    rows = db.session.execute(
        sa.select(Message.id, Message.status).where(
            sa.or_(
                sa.and_(Message.status.in_(ended), Message.ended_at.is_(None)),
                sa.and_(Message.status == MessageStatus.QUEUED, Message.ended_at.is_not(None)),
                sa.and_(Message.status == MessageStatus.DEAD, Message.reason.is_(None)),
                sa.and_(Message.status == MessageStatus.SENT, Message.attempts == 0),
            )
        )
    )
    return [
        Finding("I9", f"message {message_id}", f"{status} without what belongs to it")
        for message_id, status in rows
    ]


def current_attendance(_now: datetime) -> list[Finding]:
    """I10: the current attendance is what the newest mark says, for each that has a mark."""
    newest = (
        sa.select(
            AttendanceMark.registration_id,
            AttendanceMark.meeting_id,
            sa.func.max(AttendanceMark.id).label("mark_id"),
        )
        .group_by(AttendanceMark.registration_id, AttendanceMark.meeting_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(newest.c.registration_id, newest.c.meeting_id)
        .join(AttendanceMark, AttendanceMark.id == newest.c.mark_id)
        .outerjoin(
            Attendance,
            sa.and_(
                Attendance.registration_id == newest.c.registration_id,
                Attendance.meeting_id == newest.c.meeting_id,
            ),
        )
        .where(
            sa.or_(
                Attendance.mark_id.is_(None),
                Attendance.mark_id != newest.c.mark_id,
                Attendance.status != AttendanceMark.status,
            )
        )
    )
    return [
        Finding(
            "I10",
            f"registration {registration_id} at meeting {meeting_id}",
            "the current attendance is not that of the newest mark",
        )
        for registration_id, meeting_id in rows
    ]


def wall_times(now: datetime) -> list[Finding]:
    """Find what is to come at other instants than its wall clocks say, by present zone data."""
    return [
        Finding(
            "times",
            f"session {found.session.id}",
            "is at other times than its wall clocks say; see `training meetings retime`",
        )
        for found in find_retimings(now=now)
    ]


def file_itself(_now: datetime) -> list[Finding]:
    """File: SQLite's is whole, and no row points at nothing; PostgreSQL sees to both itself."""
    if db.engine.dialect.name != "sqlite":
        return []
    problems: Iterator[str] = (
        str(problem)
        for (problem,) in db.session.execute(sa.text("PRAGMA integrity_check"))
        if problem != "ok"
    )
    found = [Finding("file", "database", problem) for problem in problems]
    dangling = db.session.execute(sa.text("PRAGMA foreign_key_check"))
    found += [
        Finding("file", f"{table} {rowid}", f"points at a missing row of {parent}")
        for table, rowid, parent, _ in dangling
    ]
    return found


#: In this order. I6 comes with the ledger; I7 and I8 are shown by tests.
CHECKS: Sequence[tuple[str, Check]] = (
    ("I1 counters and seats", counters),
    ("I1 holds", holds),
    ("I2 one live registration for a person", live_registrations),
    ("I3 tickets", tickets),
    ("I4 nobody waits beside a free seat", waiting_beside_free),
    ("I4 nothing overdue", overdue),
    ("I5 audit trail and messages", trail),
    ("I9 ended messages", ended_messages),
    ("I10 current attendance", current_attendance),
    ("wall times and instants", wall_times),
    ("the database file", file_itself),
)
