"""Writing one mail about a registration."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import current_app, render_template
from flask_babel import force_locale, gettext
from sqlalchemy.orm import joinedload

from training import links, text
from training.audit.models import AuditEntry
from training.calendars import service as calendars
from training.calendars.values import Variant
from training.config import Settings
from training.db import db
from training.notifications.values import Attachment, MessageFacts, Rendered, Untold
from training.registrations.letters import addressee as addressees
from training.registrations.letters.addressee import Addressee
from training.registrations.letters.sittings import Sitting, in_words, sitting_of
from training.registrations.models import Registration
from training.registrations.rank_columns import WAIT_LONGER
from training.registrations.values import CancelledBecause, DeclinedBecause, RegistrationStatus
from training.sessions.entries import session_slug
from training.sessions.models import Meeting, Room, TrainingSession
from training.sessions.values import Audience, Delivery, SessionStatus
from training.web import times

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext

_MORE_THAN_A_BLANK_LINE = re.compile(r"\n{3,}")
CALENDAR_FILE = "session.ics"
CALENDAR_TYPE = "text/calendar; charset=utf-8"

_session_of = joinedload(Registration.training_session)
_meetings_of = _session_of.selectinload(TrainingSession.meetings)
_REGISTRATION = (
    sa.select(Registration)
    .options(
        joinedload(Registration.person),
        _session_of.joinedload(TrainingSession.course),
        _meetings_of.joinedload(Meeting.room).joinedload(Room.venue),
    )
    .execution_options(populate_existing=True)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Deadline:
    """Until when something stands, as its lines in a mail."""

    when: str
    #: As of a sitting.
    your_time: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Left:
    """A session that somebody was moved from."""

    title: str
    sittings: list[Sitting]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is peculiar to one kind of mail."""

    template: str
    is_true: Callable[[Registration, datetime], bool]
    #: Evaluated in the reader's language.
    subject: Callable[[str], str]
    #: A reader with a seat gets the way in and the calendar file with it.
    gives_seat: bool = False
    #: Written as HTML too, by a template beside the other.
    has_html: bool = False
    #: What its templates are told beside the letter.
    values: Mapping[str, object] = field(default_factory=dict)


class _Letter:
    """One mail being written; its properties are what the templates speak of."""

    def __init__(
        self, kind: Kind, registration: Registration, addressee: Addressee, facts: MessageFacts
    ) -> None:
        self._kind = kind
        self._registration = registration
        self._addressee = addressee
        self._facts = facts
        self._settings: Settings = current_app.extensions["settings"]

    @property
    def name(self) -> str:
        return text.unlinked(self._addressee.name)

    @property
    def participant(self) -> str | None:
        """Whom it is about, if that is not who reads it."""
        is_reader = self._addressee.is_participant
        return None if is_reader else text.unlinked(self._registration.name)

    @property
    def registrant(self) -> str | None:
        """Who registered the reader, if they did not do so themselves."""
        return self._addressee.registrant and text.unlinked(self._addressee.registrant)

    @property
    def is_for_colleague(self) -> bool:
        """Whether the reader acts for the organization in the place of who registered and left."""
        return self._addressee.is_colleague

    @property
    def title(self) -> str:
        return text.cleaned_line(self._session.title)

    @cached_property
    def sittings(self) -> list[Sitting]:
        """The meetings that take place, or all if none does any more."""
        return self._sittings_of(self._session)

    @cached_property
    def left(self) -> "_Left | None":
        """What a registration was for that was moved here."""
        old = _predecessor(self._registration)
        if old is None:
            return None
        session = old.training_session
        return _Left(title=text.cleaned_line(session.title), sittings=self._sittings_of(session))

    @property
    def rank(self) -> int:
        """Place in line, from 1, as if they waited now."""
        longer = sa.select(WAIT_LONGER).where(Registration.id == self._registration.id)
        return (db.session.scalar(longer) or 0) + 1

    @property
    def is_waiting(self) -> bool:
        return self._registration.status is RegistrationStatus.WAITLISTED

    @property
    def is_requested(self) -> bool:
        return self._registration.status is RegistrationStatus.REQUESTED

    @property
    def is_offered(self) -> bool:
        return self._registration.status is RegistrationStatus.OFFERED

    @cached_property
    def others_of_group(self) -> int:
        """How many others wait with this one, to get their seats together."""
        if self._registration.group is None:
            return 0
        others = sa.select(sa.func.count()).where(
            Registration.training_session_id == self._session.id,
            Registration.status == RegistrationStatus.WAITLISTED,
            Registration.group == self._registration.group,
            Registration.id != self._registration.id,
        )
        return db.session.scalar(others) or 0

    @property
    def offer_until(self) -> _Deadline | None:
        """Until when the offered seat is kept."""
        return self._deadline(self._registration.offer_expires_at)

    @property
    def decided_until(self) -> _Deadline | None:
        """Until when staff decide about the request."""
        return self._deadline(self._registration.request_expires_at)

    @property
    def is_out_of_time(self) -> bool:
        """Whether it ended because nobody answered, or nobody decided."""
        return self._registration.declined_because is DeclinedBecause.TIME

    @property
    def is_declined_by_organization(self) -> bool:
        """Whether a representative declined the seat."""
        declined = sa.select(AuditEntry.actor_id).where(AuditEntry.id == self._facts.audit_entry_id)
        return db.session.scalar(declined) not in {None, self._registration.person_id}

    @property
    def is_cancelled_by_staff(self) -> bool:
        return self._registration.cancelled_because is CancelledBecause.STAFF

    @property
    def is_cancelled_by_organization(self) -> bool:
        """Whether a representative gave it up."""
        registration = self._registration
        return (
            registration.cancelled_because is CancelledBecause.PERSON
            and registration.cancelled_by not in {None, registration.person_id}
        )

    @property
    def gives_seat(self) -> bool:
        """Whether the way in and the calendar file go with it."""
        has_seat = self._registration.status is RegistrationStatus.CONFIRMED
        return self._kind.gives_seat and has_seat

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
    def session_url(self) -> str | None:
        """The page of the session, where it has one for everybody."""
        session = self._session
        if session.audience is Audience.INVITED or session.status is not SessionStatus.PUBLISHED:
            return None
        return f"{self._settings.base_url}/sessions/{session.id}-{session_slug(session.title)}"

    @property
    def own_calendar_url(self) -> str | None:
        """Where participants make an address of their own feed; None: somebody else reads it."""
        return f"{self.manage_url}/calendar" if self._addressee.is_participant else None

    @property
    def feed_url(self) -> str:
        return f"{self._settings.base_url}/calendar/sessions.ics"

    @property
    def base_url(self) -> str:
        return self._settings.base_url

    @cached_property
    def calendar(self) -> bytes | None:
        """The session's calendar file; None for a session that stands in no feed."""
        if not self.gives_seat:
            return None
        uids = [meeting.uid for meeting in self._session.meetings]
        return calendars.calendar_of(uids, variant=Variant.PUBLIC)

    def rendered(self) -> Rendered:
        """Write it, in the current locale."""
        body = self._body("txt")
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
            html=self._body("html") if self._kind.has_html else "",
            attachments=attachments,
            secrets=(self.link, *sorted(join_urls)),
        )

    def _body(self, ending: str) -> str:
        name = f"emails/registrations/{self._kind.template}.{ending}"
        return render_template(name, letter=self, **self._kind.values)

    @property
    def _session(self) -> TrainingSession:
        return self._registration.training_session

    def _sittings_of(self, training_session: TrainingSession) -> list[Sitting]:
        meetings = training_session.meetings
        held = [meeting for meeting in meetings if meeting.cancelled_at is None]
        gives_seat = self.gives_seat and training_session is self._session
        return [
            sitting_of(
                meeting,
                locale=self._addressee.locale,
                timezone=self._addressee.timezone,
                gives_way_in=gives_seat,
            )
            for meeting in held or meetings
        ]

    def _deadline(self, at: datetime | None) -> _Deadline | None:
        if at is None:
            return None
        local = _instant(at, self._session.timezone, self._addressee.locale)
        zone = self._addressee.timezone
        own = _instant(at, zone, self._addressee.locale) if zone else local
        return _Deadline(
            when=in_words(*local),
            your_time=in_words(*own) if own[:2] != local[:2] else "",
        )


def render(kind: Kind, facts: MessageFacts) -> Rendered | Untold:
    """Write one mail about a registration, if what it says is true."""
    assert facts.registration_id is not None
    registration = registration_of(facts.registration_id)
    if not kind.is_true(registration, facts.now):
        return Untold.OUTDATED
    addressee = addressees.find(registration)
    if addressee is None:
        return Untold.NO_ADDRESS
    return write(kind, registration, addressee, facts)


def write(
    kind: Kind, registration: Registration, addressee: Addressee, facts: MessageFacts
) -> Rendered:
    """Write one mail about a registration in the reader's language, whether it is true or not."""
    with force_locale(addressee.locale):
        return _Letter(kind, registration, addressee, facts).rendered()


def registration_of(registration_id: int) -> Registration:
    """Return a registration with all that a mail tells of it."""
    return db.session.execute(_REGISTRATION.where(Registration.id == registration_id)).scalar_one()


def _predecessor(registration: Registration) -> Registration | None:
    return db.session.execute(
        _REGISTRATION.where(Registration.successor_id == registration.id)
    ).scalar_one_or_none()


def _instant(at: datetime, timezone: str, locale: str) -> tuple[str, str, str]:
    """Return the day, the time of day and the city of a zone."""
    moment = times.moment(at, at, timezone, locale)
    return moment.date, moment.start_clock, moment.city
