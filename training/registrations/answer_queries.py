"""What people's calendar programs answered, as staff see it beside the people of a session."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.db import db
from training.registrations.models import CalendarReply, Registration
from training.registrations.values import ReplyAnswer
from training.sessions.models import Meeting


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAnswer:
    """One answer of a calendar program."""

    answer: ReplyAnswer
    comment: str
    answered_at: datetime
    #: Our mail server vouches for the sender.
    is_verified: bool
    #: It was given before the session was moved, called off or re-opened.
    is_outdated: bool

    @property
    def counts(self) -> bool:
        return self.is_verified and not self.is_outdated


#: By registration: what it says now, and what somebody says since of whom nobody knows who it is.
Answers = dict[int, tuple[ShownAnswer, ...]]

_RESCHEDULED_AT = (
    sa.select(sa.func.max(Meeting.rescheduled_at))
    .where(Meeting.training_session_id == sa.bindparam("training_session_id"))
    .scalar_subquery()
)
_ANSWERS = (
    sa.select(
        CalendarReply.registration_id,
        CalendarReply.answer,
        CalendarReply.comment,
        CalendarReply.stamped_at,
        CalendarReply.is_verified,
        sa.func.coalesce(CalendarReply.stamped_at < _RESCHEDULED_AT, sa.false()).label(
            "is_outdated"
        ),
    )
    .join(Registration, Registration.id == CalendarReply.registration_id)
    .where(Registration.training_session_id == sa.bindparam("training_session_id"))
    .order_by(CalendarReply.stamped_at, CalendarReply.id)
)


def answers_of(training_session_id: int) -> Answers:
    """Return the last answers of the people of a session, in one statement."""
    found: Answers = {}
    for row in db.session.execute(_ANSWERS, {"training_session_id": training_session_id}):
        one = ShownAnswer(
            answer=row.answer,
            comment=row.comment,
            answered_at=row.stamped_at,
            is_verified=row.is_verified,
            is_outdated=bool(row.is_outdated),
        )
        before = found.get(row.registration_id, ())
        # What nobody vouches for takes nothing away from what somebody does.
        kept = () if one.is_verified else tuple(other for other in before if other.is_verified)
        found[row.registration_id] = (*kept, one)
    return found


def declined(answers: Answers) -> int:
    """Return how many say that they are not coming, and are who they say."""
    return sum(
        any(one.counts and one.answer is ReplyAnswer.DECLINED for one in of_one)
        for of_one in answers.values()
    )
