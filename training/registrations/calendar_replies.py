"""What calendar programs answer to our invitations: kept beside a registration, never changing it.

Nothing is ever answered, and nobody's seat depends on it: an answer is what a program sent on
somebody's behalf, at a click that was perhaps meant for the calendar only.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from training import text
from training.audit.trail import Act, record_act
from training.calendars.itip.mails import ReceivedAnswer
from training.calendars.itip.reading import CalendarAnswer
from training.calendars.values import MAX_REVISION
from training.config import Settings
from training.db import INSERT, core, db, insert_rows
from training.people.models import Person
from training.people.values import email_key
from training.registrations.models import CalendarReply, Registration
from training.registrations.values import LIVE, ReplyAnswer
from training.sessions.models import Meeting

#: In the audit trail.
ANSWER = "registration.answer_by_calendar"
MAX_COMMENT = 500
#: Of one registration: whoever changes their mind more often, or forges answers, is heard no more.
MAX_ANSWERS = 50


class Taken(StrEnum):
    """What became of one mail."""

    #: It counts.
    STORED = "stored"
    #: Kept, but nobody vouches for the sender.
    UNVERIFIED = "unverified"
    #: It was read before.
    AGAIN = "again"
    #: It answers an invitation to another time than the present one.
    OUTDATED = "outdated"
    #: About no meeting of ours, or by nobody who is registered for it.
    UNKNOWN = "unknown"
    #: There are too many of this person already.
    TOO_MANY = "too many"
    #: There is no answer in the mail.
    NONE = "none"
    #: It cannot be read, or read safely.
    UNREADABLE = "unreadable"


#: The answer is kept, so the mail was dealt with.
KEPT = frozenset({Taken.STORED, Taken.UNVERIFIED, Taken.AGAIN})

_ANSWERS = {
    "ACCEPTED": ReplyAnswer.ACCEPTED,
    "TENTATIVE": ReplyAnswer.TENTATIVE,
    "DECLINED": ReplyAnswer.DECLINED,
}
_reply = cast("sa.Table", CalendarReply.__table__)
_INSERT = {
    name: insert(_reply).on_conflict_do_nothing(index_elements=["key"]).returning(_reply.c.id)
    for name, insert in INSERT.items()
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Invited:
    """What somebody was invited to, as it is now."""

    registration_id: int
    training_session_id: int
    rescheduled_at: datetime | None
    #: The lowest SEQUENCE of an invitation to the present time.
    since_revision: int


def take_answer(received: ReceivedAnswer, *, now: datetime) -> Taken:
    """Keep what somebody's program answered to an invitation.

    Changes nothing else: not the seat, not the registration's revision, nothing in any calendar.
    """
    found = received.answer
    answer = _answer(found)
    if answer is None or found.sequence > MAX_REVISION:
        return Taken.UNREADABLE
    uid = _our_uid(found.uid)
    invited = None if uid is None else _invited(uid, email_key(found.address))
    if invited is None:
        return Taken.UNKNOWN
    if _is_outdated(found, invited):
        return Taken.OUTDATED
    return _keep(received, answer, invited, now=now)


def _keep(
    received: ReceivedAnswer, answer: ReplyAnswer, invited: _Invited, *, now: datetime
) -> Taken:
    found = received.answer
    key = _key(received, invited)
    if db.session.scalar(sa.select(CalendarReply.id).where(CalendarReply.key == key)) is not None:
        return Taken.AGAIN
    if _count(invited.registration_id, received) >= MAX_ANSWERS:
        return Taken.TOO_MANY
    row = {
        "registration_id": invited.registration_id,
        "key": key,
        "answer": answer,
        "comment": _comment(found),
        "revision": found.sequence,
        "stamped_at": min(found.stamped_at, now),
        "received_at": now,
        "is_verified": received.is_verified,
    }
    if insert_rows(_INSERT[core().dialect.name], [row]).scalar_one_or_none() is None:
        return Taken.AGAIN  # somebody else reads the same mailbox
    record_act(
        Act(
            action=ANSWER,
            subject_kind="registration",
            subject_id=invited.registration_id,
            training_session_id=invited.training_session_id,
            after={"answer": answer, "is_verified": received.is_verified},
        ),
        actor_id=None,
        now=now,
    )
    return Taken.STORED if received.is_verified else Taken.UNVERIFIED


def _answer(found: CalendarAnswer) -> ReplyAnswer | None:
    if found.proposed is None:
        return _ANSWERS.get(found.status)
    # Who proposes another time has not said no to this one, unless they do.
    return _ANSWERS.get(found.status, ReplyAnswer.TENTATIVE)


def _our_uid(uid: str) -> UUID | None:
    settings: Settings = current_app.extensions["settings"]
    name, _at, domain = uid.partition("@")
    if domain.lower() != settings.uid_domain:
        return None
    try:
        return UUID(name)
    except ValueError:
        return None


def _invited(meeting_uid: UUID, key: str) -> _Invited | None:
    """Return the registration that an address was invited for; of several the one that stands."""
    rows = db.session.execute(
        sa.select(
            Registration.id,
            Registration.training_session_id,
            Registration.revision,
            Registration.registered_at,
            Registration.revised_at,
            Meeting.rescheduled_at,
            Meeting.rescheduled_revision,
        )
        .join(Meeting, Meeting.training_session_id == Registration.training_session_id)
        .join(Person, Person.id == Registration.person_id)
        .where(Meeting.uid == meeting_uid, Person.email_key == key, Person.erased_at.is_(None))
        .order_by(Registration.status.in_(LIVE).desc(), Registration.id.desc())
    ).all()
    if not rows:
        return None
    one = rows[0]
    return _Invited(
        registration_id=one.id,
        training_session_id=one.training_session_id,
        rescheduled_at=one.rescheduled_at,
        since_revision=_since_revision(rows),
    )


def _since_revision(rows: Any) -> int:
    """Return the lowest SEQUENCE that this person's invitation to the present time can have.

    It is the meeting's revision and the registrations' together; the latter count if they are the
    same as when the time changed.
    """
    at, revision = rows[0].rescheduled_at, rows[0].rescheduled_revision
    if at is None or revision is None:
        return 0
    is_same = all((row.revised_at or row.registered_at) < at for row in rows)
    return int(revision) + (sum(row.revision for row in rows) + len(rows) - 1 if is_same else 0)


def _is_outdated(found: CalendarAnswer, invited: _Invited) -> bool:
    if found.sequence < invited.since_revision:
        return True
    at = invited.rescheduled_at
    return at is not None and found.stamped_at < at


def _key(received: ReceivedAnswer, invited: _Invited) -> bytes:
    found = received.answer
    parts = (
        str(invited.registration_id),
        str(received.is_verified),
        found.uid,
        found.status,
        str(found.sequence),
        found.stamped_at.isoformat(),
        found.proposed or "",
        found.comment,
    )
    return hashlib.sha256("\n".join(parts).encode(errors="surrogatepass")).digest()


def _count(registration_id: int, received: ReceivedAnswer) -> int:
    """Return how many answers there are already: forged ones leave room for true ones."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                CalendarReply.registration_id == registration_id,
                CalendarReply.is_verified == received.is_verified,
            )
        )
        or 0
    )


def _comment(found: CalendarAnswer) -> str:
    comment = text.cleaned_lines(found.comment)
    if found.proposed:
        proposal = _("Proposes another time: %(time)s.", time=text.cleaned_line(found.proposed))
        comment = f"{proposal}\n{comment}".strip()
    return comment if len(comment) <= MAX_COMMENT else f"{comment[: MAX_COMMENT - 1].rstrip()}…"
