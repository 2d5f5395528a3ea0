"""What of a session stands in calendars: written with each published change, never on reading."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from babel import Locale, UnknownLocaleError
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload, selectinload

from training.calendars import service as calendars
from training.calendars.values import CalendarEntry, Variant
from training.config import Settings
from training.db import db
from training.sessions.changes import MeetingDropped
from training.sessions.models import Meeting, Room, TrainingSession
from training.sessions.values import Delivery, SessionStatus
from training.text import slug


class OfSession(Protocol):
    """A change of a session."""

    @property
    def training_session_id(self) -> int: ...
    @property
    def now(self) -> datetime: ...


def write(change: OfSession) -> None:
    """Store the calendar entries of a session as they are now, for all who may see it."""
    rewrite(change.training_session_id, now=change.now)


def rewrite(training_session_id: int, *, now: datetime) -> None:
    """Store the calendar entries of a session as they are now, whatever happened to it."""
    training_session = db.session.execute(
        WITH_MEETINGS.where(TrainingSession.id == training_session_id).execution_options(
            populate_existing=True
        )
    ).scalar_one()
    settings: Settings = current_app.extensions["settings"]
    with locale_of(training_session, default=settings.locale):
        meetings = in_order(training_session)
        written = _variants(training_session, meetings, base_url=settings.base_url)
        for variant, entries in written.items():
            if entries:
                calendars.store_entries(
                    entries, variant=variant, domain=settings.uid_domain, now=now
                )
            else:
                uids = [meeting.uid for meeting in meetings]
                calendars.remove_entries(uids, variant=variant, now=now)


def _variants(
    training_session: TrainingSession, meetings: Sequence[Meeting], *, base_url: str
) -> dict[Variant, list[CalendarEntry]]:
    """Return for each variant what its readers may see of a session: nothing, or all meetings."""
    was_published = training_session.published_at is not None
    open_to_all = open_entries(training_session, base_url=base_url)
    own = [with_join_link(*both) for both in zip(open_to_all, meetings, strict=True)]
    return {
        Variant.PUBLIC: open_to_all if training_session.is_listed else [],
        Variant.ORGANIZATION: open_to_all if was_published else [],
        Variant.PERSONAL: own if was_published else [],
    } | {
        variant: [
            replace(
                entry,
                url=base_url + page.format(meeting=meeting),
                is_tentative=training_session.status is SessionStatus.DRAFT,
            )
            for entry, meeting in zip(own, meetings, strict=True)
        ]
        for variant, page in _PAGES.items()
    }


def forget(change: MeetingDropped) -> None:
    """Take a meeting that is no longer planned out of the calendars of those who saw the draft."""
    for variant in _PAGES:
        calendars.remove_entries([change.meeting_uid], variant=variant, now=change.now)


#: Where those who do the work find the numbers and the names.
_PAGES = {
    Variant.TRAINER: "/trainer/meetings/{meeting.id}",
    Variant.STAFF: "/staff/sessions/{meeting.training_session_id}",
}
#: Finds sessions with all that stands in a calendar.
WITH_MEETINGS = sa.select(TrainingSession).options(
    selectinload(TrainingSession.meetings).joinedload(Meeting.room).joinedload(Room.venue),
    joinedload(TrainingSession.course),
)


def in_order(training_session: TrainingSession) -> list[Meeting]:
    """Return the meetings of a session by their time."""
    return sorted(training_session.meetings, key=lambda meeting: meeting.starts_at)


def locale_of(training_session: TrainingSession, *, default: str) -> AbstractContextManager[None]:
    """Write in the session's own language, as far as Babel knows it."""
    try:
        locale = str(Locale.parse(training_session.language, sep="-"))
    except (ValueError, UnknownLocaleError):
        locale = default
    forced: AbstractContextManager[None] = force_locale(locale)
    return forced


def open_entries(training_session: TrainingSession, *, base_url: str) -> list[CalendarEntry]:
    """Return what anybody's calendar may say of each meeting: no join link, no names."""
    meetings = in_order(training_session)
    held = [meeting.uid for meeting in meetings if meeting.cancelled_at is None]
    number_of = {uid: number for number, uid in enumerate(held, start=1)}
    url = session_url(training_session, base_url=base_url) if training_session.is_listed else None
    return [
        CalendarEntry(
            uid=meeting.uid,
            revision=meeting.revision,
            revised_at=meeting.revised_at,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            summary=_summary(training_session, number_of.get(meeting.uid), len(held)),
            location=place_of(training_session, meeting),
            description=_description(training_session, meeting, url),
            url=url,
            is_cancelled=meeting.cancelled_at is not None,
            categories=(training_session.course.title,) if training_session.course else (),
        )
        for meeting in meetings
    ]


def with_join_link(entry: CalendarEntry, meeting: Meeting) -> CalendarEntry:
    """Return the entry with where to join online: for those who may.

    It stands in the text too, and for a place where there is none: few programs show it by itself.
    """
    if meeting.join_url is None or entry.is_cancelled:
        return entry
    local, _blank, rest = entry.description.partition("\n\n")
    join = _("Join online: %(link)s", link=meeting.join_url)
    return replace(
        entry,
        join_url=meeting.join_url,
        location=entry.location if meeting.room is not None else "",
        description="\n\n".join(part for part in (local, str(join), rest) if part),
    )


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


def _description(training_session: TrainingSession, meeting: Meeting, url: str | None) -> str:
    local = (
        f"{meeting.wall_start:%Y-%m-%d %H:%M} – {meeting.wall_end:%H:%M} {meeting.timezone}"
        if meeting.wall_start.date() == meeting.wall_end.date()
        else f"{meeting.wall_start:%Y-%m-%d %H:%M} – "
        f"{meeting.wall_end:%Y-%m-%d %H:%M} {meeting.timezone}"
    )
    # The address before the text, which calendars cut when it is long.
    parts = (local, url, training_session.description)
    return "\n\n".join(part for part in parts if part)
