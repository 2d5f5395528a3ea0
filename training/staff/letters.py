"""The mail to somebody whose calendar still has an old time of a session."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app, render_template
from flask_babel import force_locale, gettext

from training import links, text
from training.audit.models import AuditEntry
from training.config import Settings
from training.db import db
from training.notifications.values import MessageFacts, Rendered, Renderers, Untold
from training.people.locales import known_locale
from training.people.models import Person
from training.registrations.letters.sittings import Sitting, sitting_of
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.entries import WITH_MEETINGS, in_order
from training.sessions.models import Assignment, TrainingSession
from training.sessions.values import SessionStatus
from training.staff.calendar_queries import IS_CONCERNED
from training.staff.calendar_values import OLD_TIME

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext

_MORE_THAN_A_BLANK_LINE = re.compile(r"\n{3,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Who reads the mail."""

    name: str
    locale: str
    timezone: str | None
    is_trainer: bool
    #: Whether they may have the link to join.
    has_seat: bool
    #: The secret part of the address of their registration; empty for a trainer.
    link: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Letter:
    """One mail being written; what the template speaks of."""

    name: str
    title: str
    is_cancelled: bool
    is_trainer: bool
    sittings: list[Sitting]
    note: str
    manage_url: str
    trainer_url: str
    base_url: str


def render_old_time(facts: MessageFacts) -> Rendered | Untold:
    """Write when a session takes place, if it still concerns whoever is to read it."""
    assert facts.training_session_id is not None
    session = _session(facts.training_session_id)
    person = db.session.get_one(Person, facts.recipient_id, populate_existing=True)
    if facts.now >= session.ends_at:
        return Untold.OUTDATED
    reader = _find_reader(person, session.id, facts.registration_id)
    if reader is None:
        return Untold.OUTDATED
    if not person.email or person.erased_at is not None:
        return Untold.NO_ADDRESS
    with force_locale(reader.locale):
        letter = _letter(session, reader, _note(facts.audit_entry_id))
        join_urls = {sitting.join_url for sitting in letter.sittings if sitting.join_url}
        return Rendered(
            to_name=letter.name,
            to_address=person.email,
            subject=_subject(letter),
            text=_text(letter),
            secrets=(*([reader.link] if reader.link else []), *sorted(join_urls)),
        )


def sample(training_session_id: int, reader: Reader) -> tuple[str, str]:
    """Return the subject and the text that a reader would get, without a note."""
    letter = _letter(_session(training_session_id), reader, "")
    return _subject(letter), _text(letter)


def _session(training_session_id: int) -> TrainingSession:
    statement = WITH_MEETINGS.where(TrainingSession.id == training_session_id)
    populating = statement.execution_options(populate_existing=True)
    return db.session.execute(populating).scalar_one()


def _find_reader(
    person: Person, training_session_id: int, registration_id: int | None
) -> Reader | None:
    """Return who reads it; None: they neither train nor come any more."""
    locale, timezone = known_locale(person.locale), person.timezone
    if registration_id is None:
        trains = sa.select(Assignment.person_id).where(
            Assignment.training_session_id == training_session_id,
            Assignment.person_id == person.id,
        )
        if db.session.scalar(trains) is None:
            return None
        name = text.unlinked(person.name)
        return Reader(name=name, locale=locale, timezone=timezone, is_trainer=True, has_seat=True)
    row = db.session.execute(
        sa.select(
            Registration.name, Registration.public_id, Registration.link_epoch, Registration.status
        ).where(Registration.id == registration_id, IS_CONCERNED)
    ).one_or_none()
    if row is None:
        return None
    settings: Settings = current_app.extensions["settings"]
    return Reader(
        name=text.unlinked(row.name),
        locale=locale,
        timezone=timezone,
        is_trainer=False,
        has_seat=row.status is RegistrationStatus.CONFIRMED,
        link=links.make(
            settings.secret_keys[0], links.Purpose.MANAGE, row.public_id, row.link_epoch
        ),
    )


def _note(audit_entry_id: int | None) -> str:
    """Return what staff wrote beside it, which stands with their act."""
    after = db.session.scalar(sa.select(AuditEntry.after).where(AuditEntry.id == audit_entry_id))
    return str((after or {}).get("note", ""))


def _letter(session: TrainingSession, reader: Reader, note: str) -> _Letter:
    settings: Settings = current_app.extensions["settings"]
    is_cancelled = session.status is SessionStatus.CANCELLED
    meetings = in_order(session)
    held = [meeting for meeting in meetings if meeting.cancelled_at is None]
    return _Letter(
        name=reader.name,
        title=text.cleaned_line(session.title),
        is_cancelled=is_cancelled,
        is_trainer=reader.is_trainer,
        sittings=[
            sitting_of(
                meeting,
                locale=reader.locale,
                timezone=reader.timezone,
                gives_way_in=reader.has_seat and not is_cancelled,
            )
            for meeting in held or meetings
        ],
        note=note,
        manage_url=f"{settings.base_url}/registrations/{reader.link}",
        trainer_url=f"{settings.base_url}/trainer/sessions/{session.id}",
        base_url=settings.base_url,
    )


def _subject(letter: _Letter) -> str:
    if letter.is_cancelled:
        return _("Session cancelled: %(title)s", title=letter.title)
    return _("Please check the time: %(title)s", title=letter.title)


def _text(letter: _Letter) -> str:
    body = render_template("emails/staff/old_time.txt", letter=letter)
    return _MORE_THAN_A_BLANK_LINE.sub("\n\n", body).strip() + "\n"


#: Kind of message → who writes it.
RENDERERS: Renderers = {OLD_TIME: render_old_time}
