"""Writing to just those people whose calendars have an old time of a session."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.notifications.outbox import Letter, queue_messages
from training.registrations.models import Registration
from training.sessions.service.locking import lock_training_session
from training.staff.calendar_queries import IS_CONCERNED, session_calendars
from training.staff.calendar_values import (
    OLD_TIME,
    WROTE,
    ReaderGroup,
    Recipient,
    SessionCalendars,
)
from training.staff.errors import NobodyToWriteToError
from training.submissions.service import Send, remember


def write_to_outdated(
    training_session_id: int,
    groups: Sequence[ReaderGroup],
    *,
    note: str,
    again: bool,
    send: Send,
    actor_id: int,
    now: datetime,
) -> int:
    """Queue a mail with the present time to each of those who have an old one.

    Who was written to of this time before is left out.

    :param note: what staff add to it, in plain text; empty: nothing.
    :param again: also those who were written to.
    :return: how many people are written to.
    :raise NotFoundError: there is no such session.
    :raise NobodyToWriteToError: everybody of these groups has the present time by now, was written
        to, has no address, or the session is over.
    :raise AlreadySubmittedError: the same form was sent before.
    """
    lock_training_session(training_session_id)  # of two colleagues the second finds nobody left
    session = session_calendars(training_session_id, now=now)
    people = session.recipients(groups, again=again, now=now)
    if not people:
        raise NobodyToWriteToError
    entry_id = record_act(
        Act(
            action=WROTE,
            subject_kind="training_session",
            subject_id=training_session_id,
            training_session_id=training_session_id,
            after={
                "revision": session.revision,
                # Tells who was written to of this time from who was of one before.
                "rescheduled_at": _rescheduled_at(session).isoformat(),
                "count": len(people),
                **({"again": True} if again else {}),
                **({"note": note} if note else {}),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    queue_messages(_letters(session, people, entry_id, again=again), now=now)
    remember(send, {"count": len(people)}, now=now)
    return len(people)


def _letters(
    session: SessionCalendars, people: Sequence[Recipient], entry_id: int, *, again: bool
) -> list[Letter]:
    registrations = _registrations(session.id)
    time = int(_rescheduled_at(session).timestamp())
    suffix = f":{entry_id}" if again else ""
    return [
        Letter(
            kind=OLD_TIME,
            key=f"{OLD_TIME}:{session.id}:{time}:{one.person_id}{suffix}",
            recipient_id=one.person_id,
            registration_id=(
                registrations[one.person_id] if one.group is ReaderGroup.PARTICIPANTS else None
            ),
            training_session_id=session.id,
            audit_entry_id=entry_id,
            valid_until=session.ends_at,
        )
        for one in people
    ]


def _rescheduled_at(session: SessionCalendars) -> datetime:
    rescheduled_at = session.changes.rescheduled_at
    assert rescheduled_at is not None  # else nobody had an old time
    return rescheduled_at


def _registrations(training_session_id: int) -> dict[int, int]:
    """Return the registration of each person in a session, the newest of several."""
    rows = db.session.execute(
        sa.select(Registration.person_id, sa.func.max(Registration.id).label("newest_id"))
        .where(Registration.training_session_id == training_session_id, IS_CONCERNED)
        .group_by(Registration.person_id)
    )
    return {row.person_id: row.newest_id for row in rows}
