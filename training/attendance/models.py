"""Attendance: marks only grow; the current status is written with each."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.attendance.values import AttendanceStatus, MarkSource
from training.db import Base


class AttendanceMark(Base):
    """One claim about one registration at one meeting. Never changed, never deleted."""

    __tablename__ = "attendance_mark"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes_not_negative"),
        Index("ix_attendance_mark_history", "registration_id", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    status: Mapped[AttendanceStatus]
    #: Minutes late, or missed at the end.
    minutes: Mapped[int | None]
    source: Mapped[MarkSource]
    #: Made by whoever claims, so that a second send of the same claim is told.
    nonce: Mapped[str] = mapped_column(String(64), unique=True)
    #: What the phone's clock said. Kept, and never used for a decision.
    claimed_at: Mapped[datetime | None]
    #: By how many seconds the phone's clock was ahead of ours when it sent this; less than 0:
    #: behind. None: it did not say what its clock shows.
    clock_ahead_seconds: Mapped[int | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Attendance(Base):
    """The current status of one registration at one meeting: that of its newest mark."""

    __tablename__ = "attendance"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), primary_key=True, index=True)
    status: Mapped[AttendanceStatus]
    minutes: Mapped[int | None]
    mark_id: Mapped[int] = mapped_column(ForeignKey("attendance_mark.id"), unique=True)
    #: The newest mark by anybody else than whoever made the current one: what they may contradict.
    other_mark_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_mark.id"))


@sa.event.listens_for(AttendanceMark, "before_update")
@sa.event.listens_for(AttendanceMark, "before_delete")
def _refuse_to_change_history(_mapper: object, _connection: object, mark: AttendanceMark) -> None:
    raise RuntimeError(f"mark {mark.id} is evidence: take it back by another one")
