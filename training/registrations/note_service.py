"""Writing down what staff should know about a registration, and taking it back."""

from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.registrations.models import Note, Registration

#: Characters of one note.
MAX_NOTE = 2000


def add_note(registration_id: int, text: str, *, actor_id: int, now: datetime) -> int:
    """Write a note about a registration; the audit trail says that, and not what stands in it.

    :return: the note's id.
    :raise NotFoundError: there is no such registration.
    """
    training_session_id = _session_of(registration_id)
    note = Note(registration_id=registration_id, text=text, written_at=now, written_by=actor_id)
    db.session.add(note)
    db.session.flush()
    _record("registration.add_note", registration_id, training_session_id, actor_id, now)
    return note.id


def remove_note(registration_id: int, note_id: int, *, actor_id: int, now: datetime) -> None:
    """Take back a note of one's own.

    :raise NotFoundError: there is no such note, or somebody else wrote it.
    """
    removed = db.session.execute(
        sa.delete(Note)
        .where(
            Note.id == note_id,
            Note.registration_id == registration_id,
            Note.written_by == actor_id,
        )
        .execution_options(synchronize_session=False)
        .returning(Note.id)
    ).all()
    if not removed:
        raise NotFoundError
    session_id = _session_of(registration_id)
    _record("registration.remove_note", registration_id, session_id, actor_id, now)


def _session_of(registration_id: int) -> int:
    found = db.session.scalar(
        sa.select(Registration.training_session_id).where(Registration.id == registration_id)
    )
    if found is None:
        raise NotFoundError
    return found


def _record(
    action: str, registration_id: int, training_session_id: int, actor_id: int, now: datetime
) -> None:
    record_act(
        Act(
            action=action,
            subject_kind="registration",
            subject_id=registration_id,
            training_session_id=training_session_id,
            after={"changed": ["note"]},
        ),
        actor_id=actor_id,
        now=now,
    )
