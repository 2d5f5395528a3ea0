"""A session that runs now, with its trainer and people, for the tests of attendance."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.accounts.models import Account
from training.accounts.policy import Scope
from training.attendance import service
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, Mark, MarkSource, Recorded
from training.db import db, transaction
from training.registrations import service as registrations
from training.registrations.seats import Group
from training.registrations.values import Fit
from training.sessions.models import Meeting

Statements = Callable[[], AbstractContextManager[list[str]]]

PRESENT, ABSENT, LATE = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.LATE
CLEARED = AttendanceStatus.CLEARED

#: Statements of every page of a workplace: who asks, and which organizations they act for.
OF_EACH_PAGE = 2


@dataclass(frozen=True)
class Running:
    """A meeting that begins now."""

    trainer: Account
    training_session_id: int
    meeting_id: int
    registration_ids: tuple[int, ...]

    @property
    def path(self) -> str:
        return f"/trainer/meetings/{self.meeting_id}"

    @property
    def marks_path(self) -> str:
        return f"{self.path}/marks"


def running(make: Make, people: int = 3, trainer: Account | None = None, **fields: Any) -> Running:
    """Make a meeting that has just begun, with people who hold a seat: "Ada 000" and so on.

    :param fields: of the session.
    """
    trainer = trainer or make.trainer(name="Tom")
    starts_at = fields.pop("starts_at", NOW)
    fields = {"capacity": None, "trainer_ids": (trainer.person_id,), **fields}
    session = make.training_session(now=starts_at - DAY, starts_at=starts_at, **fields)
    with transaction():
        outcome = registrations.register(
            session.id,
            Group(
                participants=tuple(
                    make.participant(f"Ada {number:03}") for number in range(people)
                ),
                fit=Fit.WHAT_FITS,
                consent="1",
            ),
            now=starts_at - HOUR,
        )
    return Running(trainer, session.id, meeting_of(session.id), outcome.registration_ids)


def meeting_of(training_session_id: int) -> int:
    return db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == training_session_id)
    ).one()


def mark(registration_id: int, status: AttendanceStatus = PRESENT, **fields: Any) -> Mark:
    fields.setdefault("nonce", f"nonce-{registration_id}-{status}")
    return Mark(registration_id=registration_id, status=status, **fields)


def record(sheet: Running, *marks: Any, actor_id: int | None = None, **fields: Any) -> Recorded:
    """Record marks as the sheet's trainer, and commit."""
    fields = {"scope": Scope.OWN_SESSIONS, "now": NOW, "source": MarkSource.TRAINER, **fields}
    with transaction():
        return service.record_marks(
            sheet.meeting_id, marks, actor_id=actor_id or sheet.trainer.person_id, **fields
        )


def outcomes(recorded: Recorded) -> list[str]:
    """Return what became of each mark: its outcome, or why it was refused."""
    return [one.refusal.code if one.refusal else one.outcome for one in recorded.results]


def current() -> dict[int, AttendanceStatus]:
    """Return the current status of each registration that was ever marked."""
    return dict(db.session.execute(sa.select(Attendance.registration_id, Attendance.status)).all())


def history() -> list[tuple[int, AttendanceStatus]]:
    """Return every mark, oldest first."""
    return [
        (registration_id, status)
        for registration_id, status in db.session.execute(
            sa.select(AttendanceMark.registration_id, AttendanceMark.status).order_by(
                AttendanceMark.id
            )
        )
    ]
