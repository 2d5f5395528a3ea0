"""Statements that find only what somebody may reach, and how much of a meeting is marked."""

from typing import Any

import sqlalchemy as sa

from training.accounts.policy import Scope
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, MarkSource
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import Assignment, Meeting, TrainingSession

_IS_THEIRS = sa.exists().where(
    Assignment.training_session_id == TrainingSession.id,
    Assignment.person_id == sa.bindparam("person_id"),
)


def within(statement: Any) -> dict[Scope, sa.Select[Any]]:
    """Return a statement about sessions for each scope, so that what is not theirs is not found."""
    return {Scope.ALL: statement, Scope.OWN_SESSIONS: statement.where(_IS_THEIRS)}


def session_within(*columns: Any) -> dict[Scope, sa.Select[Any]]:
    """Return, for each scope, the statement that finds ``:training_session_id``."""
    return within(
        sa.select(*columns)
        .select_from(TrainingSession)
        .where(TrainingSession.id == sa.bindparam("training_session_id"))
    )


def meeting_within(*columns: Any) -> dict[Scope, sa.Select[Any]]:
    """Return, for each scope, the statement that finds ``:meeting_id`` with its session."""
    return within(
        sa.select(*columns)
        .select_from(Meeting)
        .join(TrainingSession, TrainingSession.id == Meeting.training_session_id)
        .where(Meeting.id == sa.bindparam("meeting_id"))
    )


def marked(meeting_id: Any) -> sa.ScalarSelect[int]:
    """Return how many of those who hold a seat have a mark."""
    return (
        sa.select(sa.func.count())
        .select_from(Attendance)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(
            Attendance.meeting_id == meeting_id,
            Attendance.status != AttendanceStatus.CLEARED,
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .scalar_subquery()
    )


def contradicts(newest: Any, other: Any) -> sa.ColumnElement[bool]:
    """Tell whether two marks of a trainer's sheet say different things about a person.

    Whoever takes a mark back says nothing; what staff correct is decided.
    """
    return sa.and_(
        *(one.source == MarkSource.TRAINER for one in (newest, other)),
        *(one.status != AttendanceStatus.CLEARED for one in (newest, other)),
        newest.status != other.status,
    )


def disagreed(meeting_id: Any) -> sa.ScalarSelect[int]:
    """Return about how many of those who hold a seat two trainers disagree."""
    newest, other = sa.orm.aliased(AttendanceMark), sa.orm.aliased(AttendanceMark)
    return (
        sa.select(sa.func.count())
        .select_from(Attendance)
        .join(newest, newest.id == Attendance.mark_id)
        .join(other, other.id == Attendance.other_mark_id)
        .join(Registration, Registration.id == Attendance.registration_id)
        .where(
            Attendance.meeting_id == meeting_id,
            contradicts(newest, other),
            Registration.status == RegistrationStatus.CONFIRMED,
        )
        .scalar_subquery()
    )
