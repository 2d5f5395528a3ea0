"""What of a session stands in calendars: written with each published change, never on reading."""

from collections.abc import Sequence

import sqlalchemy as sa
from babel import Locale, UnknownLocaleError
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from training.calendars import service as calendars
from training.calendars.values import CalendarEntry, Variant
from training.db import db
from training.sessions.changes import SessionCancelled, SessionPublished, SessionRevised
from training.sessions.models import Meeting, Room, TrainingSession
from training.sessions.values import Delivery
from training.text import slug


def write(change: SessionPublished | SessionRevised | SessionCancelled) -> None:
    """Store the calendar entries of a session as they are now."""
    training_session = db.session.execute(
        sa.select(TrainingSession)
        .where(TrainingSession.id == change.training_session_id)
        .options(
            selectinload(TrainingSession.meetings).joinedload(Meeting.room).joinedload(Room.venue),
            joinedload(TrainingSession.course),
        )
        .execution_options(populate_existing=True)
    ).scalar_one()
    settings = current_app.extensions["settings"]
    meetings = sorted(training_session.meetings, key=lambda meeting: meeting.starts_at)
    if not training_session.is_listed:
        calendars.remove_entries(
            [meeting.uid for meeting in meetings], variant=Variant.PUBLIC, now=change.now
        )
        return
    with force_locale(_locale_of(training_session.language, default=settings.locale)):
        calendars.store_entries(
            public_entries(training_session, meetings, base_url=settings.base_url),
            variant=Variant.PUBLIC,
            domain=settings.uid_domain,
            now=change.now,
        )


def _locale_of(language: str, *, default: str) -> str:
    try:
        return str(Locale.parse(language, sep="-"))
    except (ValueError, UnknownLocaleError):
        return default


def public_entries(
    training_session: TrainingSession, meetings: Sequence[Meeting], *, base_url: str
) -> list[CalendarEntry]:
    """Return what everybody's calendar may say of each meeting: no join link, no names."""
    held = [meeting.uid for meeting in meetings if meeting.cancelled_at is None]
    number_of = {uid: number for number, uid in enumerate(held, start=1)}
    return [
        CalendarEntry(
            uid=meeting.uid,
            revision=meeting.revision,
            revised_at=meeting.revised_at,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            summary=_summary(training_session, number_of.get(meeting.uid), len(held)),
            location=place_of(training_session, meeting),
            description=_description(training_session, meeting, base_url=base_url),
            url=session_url(training_session, base_url=base_url),
            is_cancelled=meeting.cancelled_at is not None,
            categories=(training_session.course.title,) if training_session.course else (),
        )
        for meeting in meetings
    ]


def session_url(training_session: TrainingSession, *, base_url: str) -> str:
    """Return the address of a session's page, for programs and mails."""
    return f"{base_url}/sessions/{training_session.id}-{session_slug(training_session.title)}"


def session_slug(title: str) -> str:
    """Return the readable part of a session's address."""
    return slug(title, default="session")


def place_of(training_session: TrainingSession, meeting: Meeting) -> str:
    """Return where a meeting takes place, in one line; an empty text where nobody said yet."""
    if meeting.room is not None:
        return meeting.room.label
    return str(_("Online")) if training_session.delivery is not Delivery.IN_PERSON else ""


def _summary(training_session: TrainingSession, number: int | None, count: int) -> str:
    if number is None or count == 1:  # called off, or one of one: needs no number
        return training_session.title
    return f"{training_session.title} ({number}/{count})"


def _description(training_session: TrainingSession, meeting: Meeting, *, base_url: str) -> str:
    local = (
        f"{meeting.wall_start:%Y-%m-%d %H:%M} – {meeting.wall_end:%H:%M} {meeting.timezone}"
        if meeting.wall_start.date() == meeting.wall_end.date()
        else f"{meeting.wall_start:%Y-%m-%d %H:%M} – "
        f"{meeting.wall_end:%Y-%m-%d %H:%M} {meeting.timezone}"
    )
    # The address before the text, which calendars cut when it is long.
    parts = (local, session_url(training_session, base_url=base_url), training_session.description)
    return "\n\n".join(part for part in parts if part)
