"""The mails about a registration, written in the recipient's words when they are sent.

Each checks first that it is still true: who got a seat and gave it up since is told the second
only. A name was typed by somebody, perhaps by somebody else, and mail programs turn anything
that looks like an address into a link; so names are shown without what makes them look so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from urllib.parse import urlencode

import sqlalchemy as sa
from babel import Locale, UnknownLocaleError
from flask import current_app, render_template
from flask_babel import force_locale, gettext
from sqlalchemy.orm import joinedload

from training import links, text
from training.calendars import service as calendars
from training.calendars.values import Variant
from training.config import Settings
from training.db import db
from training.notifications.values import (
    Attachment,
    MessageFacts,
    Rendered,
    Renderers,
    Untold,
)
from training.people.models import Person
from training.registrations import messages
from training.registrations.models import Registration
from training.registrations.values import LIVE, CancelledBecause, RegistrationStatus
from training.sessions.models import Meeting, Room, TrainingSession
from training.sessions.values import Delivery, SessionStatus
from training.web import times

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext

#: ``https://`` and its like.
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/+|\b(?:mailto|tel|sms):", re.IGNORECASE)
#: A dot or an @ between two words: a host or an address, to a mail program.
_JOINED = re.compile(r"(?<=\w)([.@])(?=\w\w)")
_MORE_THAN_A_BLANK_LINE = re.compile(r"\n{3,}")
CALENDAR_FILE = "session.ics"
CALENDAR_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Addressee:
    """Who gets the mail: the participant, or whoever registered somebody without an address."""

    name: str
    address: str
    locale: str
    timezone: str | None
    is_participant: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sitting:
    """One meeting, as its lines in a mail."""

    when: str
    #: In the reader's own zone; empty where that is not known or shows the same.
    your_time: str
    place: str
    join_url: str | None


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """What is peculiar to one kind of mail."""

    template: str
    is_true: Callable[[Registration, datetime], bool]
    #: Evaluated in the reader's language.
    subject: Callable[[str], str]
    #: The reader has a seat: the way in and the calendar file go with the mail.
    gives_seat: bool = False


class _Letter:
    """One mail being written; its properties are what the templates speak of."""

    def __init__(self, kind: _Kind, registration: Registration, addressee: _Addressee) -> None:
        self._kind = kind
        self._registration = registration
        self._addressee = addressee
        self._settings: Settings = current_app.extensions["settings"]

    @property
    def name(self) -> str:
        return unlinked(self._addressee.name)

    @property
    def participant(self) -> str | None:
        """Whom it is about, if that is not who reads it."""
        is_reader = self._addressee.is_participant
        return None if is_reader else unlinked(self._registration.name)

    @property
    def title(self) -> str:
        return text.cleaned_line(self._session.title)

    @cached_property
    def sittings(self) -> list[_Sitting]:
        """The meetings that take place, or all if none does any more."""
        meetings = self._session.meetings
        held = [meeting for meeting in meetings if meeting.cancelled_at is None]
        return [self._sitting(meeting) for meeting in held or meetings]

    @property
    def rank(self) -> int:
        """Place in line, from 1."""
        earlier = sa.select(sa.func.count()).where(
            Registration.training_session_id == self._session.id,
            Registration.status == RegistrationStatus.WAITLISTED,
            Registration.ticket < self._registration.ticket,
        )
        return (db.session.scalar(earlier) or 0) + 1

    @property
    def is_waiting(self) -> bool:
        return self._registration.status is RegistrationStatus.WAITLISTED

    @property
    def is_cancelled_by_staff(self) -> bool:
        return self._registration.cancelled_because is CancelledBecause.STAFF

    @property
    def is_online_without_link(self) -> bool:
        return self._session.delivery is not Delivery.IN_PERSON and not any(
            sitting.join_url for sitting in self.sittings
        )

    @cached_property
    def link(self) -> str:
        """What opens this registration: whoever has it can change it."""
        return links.make(
            self._settings.secret_keys[0],
            links.Purpose.MANAGE,
            self._registration.public_id,
            self._registration.link_epoch,
        )

    @property
    def manage_url(self) -> str:
        return f"{self._settings.base_url}/registrations/{self.link}"

    @property
    def other_dates_url(self) -> str:
        course = self._session.course
        query = f"?{urlencode({'course': course.slug})}" if course else ""
        return f"{self._settings.base_url}/sessions/{query}"

    @property
    def feed_url(self) -> str:
        return f"{self._settings.base_url}/calendar/sessions.ics"

    @property
    def base_url(self) -> str:
        return self._settings.base_url

    @cached_property
    def calendar(self) -> bytes | None:
        """The session's calendar file; None for a session that stands in no feed."""
        if not self._kind.gives_seat:
            return None
        uids = [meeting.uid for meeting in self._session.meetings]
        return calendars.calendar_of(uids, variant=Variant.PUBLIC)

    def rendered(self) -> Rendered:
        """Write it, in the current locale."""
        body = render_template(f"emails/registrations/{self._kind.template}.txt", letter=self)
        attachments = (
            (Attachment(filename=CALENDAR_FILE, content_type=CALENDAR_TYPE, data=self.calendar),)
            if self.calendar
            else ()
        )
        join_urls = {sitting.join_url for sitting in self.sittings if sitting.join_url}
        return Rendered(
            to_name=self.name,
            to_address=self._addressee.address,
            subject=self._kind.subject(self.title),
            text=_MORE_THAN_A_BLANK_LINE.sub("\n\n", body).strip() + "\n",
            attachments=attachments,
            secrets=(self.link, *sorted(join_urls)),
        )

    @property
    def _session(self) -> TrainingSession:
        return self._registration.training_session

    def _sitting(self, meeting: Meeting) -> _Sitting:
        local = self._clock(meeting, meeting.timezone)
        own = self._addressee.timezone
        own_moment = own and self._clock(meeting, own)
        # The same wall time under another city's name would only puzzle.
        is_same = own_moment and (local.date, local.clock) == (own_moment.date, own_moment.clock)
        return _Sitting(
            when=_when(local),
            your_time=_when(own_moment) if own_moment and not is_same else "",
            place=self._place(meeting),
            join_url=meeting.join_url if self._kind.gives_seat else None,
        )

    def _clock(self, meeting: Meeting, timezone: str) -> times.Moment:
        return times.moment(meeting.starts_at, meeting.ends_at, timezone, self._addressee.locale)

    def _place(self, meeting: Meeting) -> str:
        if meeting.room is not None:
            parts = (meeting.room.label, meeting.room.venue.address)
            return text.cleaned_line(text.joined(*parts))
        return "" if self._session.delivery is Delivery.IN_PERSON else _("Online")


def unlinked(name: str) -> str:
    """Return a name without what a mail program would make a link of."""
    line = text.for_display(text.cleaned_line(name))
    return _JOINED.sub(r"\1 ", _SCHEME.sub("", line))


def render(kind: _Kind, facts: MessageFacts) -> Rendered | Untold:
    """Write one mail about a registration, if what it says is true."""
    assert facts.registration_id is not None
    registration = _registration(facts.registration_id)
    if not kind.is_true(registration, facts.now):
        return Untold.OUTDATED
    addressee = _addressee(registration)
    if addressee is None:
        return Untold.NO_ADDRESS
    with force_locale(addressee.locale):
        return _Letter(kind, registration, addressee).rendered()


def _registration(registration_id: int) -> Registration:
    meetings = joinedload(Registration.training_session).selectinload(TrainingSession.meetings)
    return db.session.execute(
        sa.select(Registration)
        .where(Registration.id == registration_id)
        .options(
            joinedload(Registration.person),
            joinedload(Registration.training_session).joinedload(TrainingSession.course),
            meetings.joinedload(Meeting.room).joinedload(Room.venue),
        )
        .execution_options(populate_existing=True)
    ).scalar_one()


def _addressee(registration: Registration) -> _Addressee | None:
    own = _reachable(registration.person, is_participant=True)
    if own:
        return replace(own, name=registration.name)
    by = registration.registered_by
    return None if by is None else _reachable(db.session.get(Person, by), is_participant=False)


def _reachable(person: Person | None, *, is_participant: bool) -> _Addressee | None:
    if person is None or not person.email or person.erased_at is not None:
        return None
    return _Addressee(
        name=person.name,
        address=person.email,
        locale=_known_locale(person.locale),
        timezone=person.timezone,
        is_participant=is_participant,
    )


def _known_locale(name: str) -> str:
    settings: Settings = current_app.extensions["settings"]
    try:
        return str(Locale.parse(name, sep="-" if "-" in name else "_"))
    except (UnknownLocaleError, ValueError):
        return settings.locale


def _when(moment: times.Moment) -> str:
    return _(
        "%(date)s, %(clock)s (%(city)s time)",
        date=moment.date,
        clock=moment.clock,
        city=moment.city,
    )


def _is_to_come(registration: Registration, now: datetime) -> bool:
    training_session = registration.training_session
    return training_session.status is SessionStatus.PUBLISHED and now < training_session.ends_at


def _is_confirmed(registration: Registration, now: datetime) -> bool:
    is_confirmed = registration.status is RegistrationStatus.CONFIRMED
    return is_confirmed and _is_to_come(registration, now)


def _is_waiting(registration: Registration, now: datetime) -> bool:
    is_waiting = registration.status is RegistrationStatus.WAITLISTED
    return is_waiting and _is_to_come(registration, now)


def _is_live(registration: Registration, now: datetime) -> bool:
    return registration.status in LIVE and _is_to_come(registration, now)


def _is_given_up(registration: Registration, _now: datetime) -> bool:
    return (
        registration.status is RegistrationStatus.CANCELLED
        and registration.cancelled_because is not CancelledBecause.SESSION
    )


def _is_called_off(registration: Registration, _now: datetime) -> bool:
    return (
        registration.status is RegistrationStatus.CANCELLED
        and registration.cancelled_because is CancelledBecause.SESSION
    )


_KINDS = {
    messages.CONFIRMED: _Kind(
        template="confirmed",
        is_true=_is_confirmed,
        subject=lambda title: _("Seat confirmed: %(title)s", title=title),
        gives_seat=True,
    ),
    messages.WAITLISTED: _Kind(
        template="waitlisted",
        is_true=_is_waiting,
        subject=lambda title: _("On the waitlist: %(title)s", title=title),
    ),
    messages.PROMOTED: _Kind(
        template="promoted",
        is_true=_is_confirmed,
        subject=lambda title: _("A seat became free: %(title)s", title=title),
        gives_seat=True,
    ),
    messages.CANCELLED: _Kind(
        template="cancelled",
        is_true=_is_given_up,
        subject=lambda title: _("Registration cancelled: %(title)s", title=title),
    ),
    messages.SESSION_CANCELLED: _Kind(
        template="session_cancelled",
        is_true=_is_called_off,
        subject=lambda title: _("Session cancelled: %(title)s", title=title),
    ),
    messages.ALREADY_REGISTERED: _Kind(
        template="already_registered",
        is_true=_is_live,
        subject=lambda title: _("Already registered: %(title)s", title=title),
    ),
}
#: Kind of message → who writes it.
RENDERERS: Renderers = {name: partial(render, kind) for name, kind in _KINDS.items()}
