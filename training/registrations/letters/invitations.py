"""Invitations: mails about a registration from which a calendar program takes the meeting over."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from email.utils import parseaddr

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext

from training import text
from training.calendars.feed import FOOTER, header, vevent
from training.calendars.itip.values import Invitation, Method, Party
from training.calendars.itip.writing import calendar_part
from training.calendars.values import CalendarEntry
from training.config import Settings
from training.db import db
from training.notifications.transport import checked_address
from training.notifications.values import (
    Attachment,
    CalendarPart,
    MessageFacts,
    Rendered,
    Untold,
)
from training.people.models import Person
from training.people.values import email_key
from training.registrations.entries import own_entries
from training.registrations.letters import addressee as addressees
from training.registrations.letters.addressee import Addressee
from training.registrations.letters.writing import (
    CALENDAR_FILE,
    CALENDAR_TYPE,
    Kind,
    registration_of,
    write,
)
from training.registrations.models import Registration
from training.registrations.values import LIVE, RegistrationStatus
from training.sessions.entries import locale_of
from training.sessions.models import Assignment, TrainingSession
from training.sessions.values import SessionStatus

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext


def render_invitation(
    facts: MessageFacts,
    *,
    method: Method,
    is_update: bool = False,
    wants_answer: bool | None = None,
) -> Rendered | Untold:
    """Write the mail that brings a registration into the reader's calendar, or out of it again.

    Programs take over one meeting a mail. Of a session with several, and for whoever registered
    somebody else, the mail has a file to open and the address to subscribe to.

    :param is_update: whether one was sent before, and something changed since.
    :param wants_answer: None: as the settings say, because somebody has to read the answers.
    :return: a mail; :attr:`Untold.OUTDATED` to invite somebody who has no seat, or to take from a
        calendar what somebody has registered for anew.
    :raise BuildError: the reader's address is no e-mail address.
    """
    assert facts.registration_id is not None
    settings: Settings = current_app.extensions["settings"]
    registration = registration_of(facts.registration_id)
    training_session = registration.training_session
    with locale_of(training_session, default=settings.locale):
        entries = own_entries(
            registration.person_id,
            training_session,
            is_given_up=method is Method.CANCEL and registration.status in LIVE,
        )
    if not _is_true(registration, entries, method, facts):
        return Untold.OUTDATED
    addressee = addressees.find(registration)
    if addressee is None:
        return Untold.NO_ADDRESS
    wants_answer = settings.authserv_id is not None if wants_answer is None else wants_answer
    invited = _invited(addressee, training_session, settings)
    kind = replace(
        _CANCELLED if method is Method.CANCEL else _UPDATED if is_update else _INVITED,
        values={
            "is_update": is_update,
            "is_invited": invited is not None,
            "wants_answer": wants_answer and invited is not None,
            "is_called_off": training_session.status is SessionStatus.CANCELLED,
        },
    )
    rendered = replace(write(kind, registration, addressee, facts), attachments=())
    with locale_of(training_session, default=settings.locale):
        if invited is None:
            return replace(rendered, attachments=(_file(entries, settings.uid_domain),))
        invitation = Invitation(
            method=method,
            entry=entries[0],
            organizer=_organizer(training_session, settings),
            attendee=invited,
            wants_answer=wants_answer,
        )
        data = calendar_part(invitation, domain=settings.uid_domain, now=facts.now)
    return replace(rendered, calendar=CalendarPart(method=method, data=data))


def _subject_of_invitation(title: str) -> str:
    return _("Invitation: %(title)s", title=title)


_INVITED = Kind(
    template="invitation",
    is_true=lambda _registration, _now: True,
    subject=_subject_of_invitation,
    gives_seat=True,
    has_html=True,
)
_UPDATED = replace(_INVITED, subject=lambda title: _("Updated invitation: %(title)s", title=title))
_CANCELLED = replace(
    _INVITED,
    template="invitation_ended",
    subject=lambda title: _("Out of your calendar: %(title)s", title=title),
    gives_seat=False,
)


def _is_true(
    registration: Registration,
    entries: Sequence[CalendarEntry],
    method: Method,
    facts: MessageFacts,
) -> bool:
    if method is Method.CANCEL:
        return all(entry.is_cancelled for entry in entries)
    training_session = registration.training_session
    return (
        registration.status is RegistrationStatus.CONFIRMED
        and training_session.status is SessionStatus.PUBLISHED
        and facts.now < training_session.ends_at
    )


def _invited(
    addressee: Addressee, training_session: TrainingSession, settings: Settings
) -> Party | None:
    """Return who is invited; None: no program could take the meetings over from a mail."""
    address, _needs_utf8 = checked_address(addressee.address)
    # Programs refuse to answer what they take for an invitation of their own.
    is_us = email_key(address) == email_key(parseaddr(settings.mail_from)[1])
    if is_us or not addressee.is_participant or len(training_session.meetings) != 1:
        return None
    return Party(name=text.unlinked(addressee.name), address=address)


def _organizer(training_session: TrainingSession, settings: Settings) -> Party:
    """Return our own address, under the name of who trains if that is one person."""
    names = db.session.scalars(
        sa.select(Person.name)
        .join(Assignment, Assignment.person_id == Person.id)
        .where(
            Assignment.training_session_id == training_session.id,
            Person.erased_at.is_(None),
        )
        .order_by(Person.id)
    ).all()
    name = names[0] if len(names) == 1 else settings.site_name
    return Party(name=text.unlinked(name), address=parseaddr(settings.mail_from)[1])


def _file(entries: Sequence[CalendarEntry], domain: str) -> Attachment:
    """Return the meetings as a file to open: without METHOD, of which each mail may have one."""
    events = b"".join(vevent(entry, domain=domain) for entry in entries)
    data = header() + events + FOOTER
    return Attachment(filename=CALENDAR_FILE, content_type=CALENDAR_TYPE, data=data)
