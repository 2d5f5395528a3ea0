"""Which meetings people go to: what their own calendars say, and their organizations'."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple, cast

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from training.calendars.feed import find_vevent, revised
from training.calendars.models import StoredEntry
from training.calendars.sources import Chosen, Owner, numbered, read_numbers
from training.calendars.values import MAX_REVISION, CalendarEntry, Variant
from training.config import Settings
from training.db import UtcDateTime, core, db
from training.registrations.models import Registration
from training.registrations.values import (
    LIVE,
    CancelledBecause,
    Claim,
    RegistrationStatus,
)
from training.sessions.entries import (
    WITH_MEETINGS,
    in_order,
    locale_of,
    open_entries,
    with_join_link,
)
from training.sessions.models import Meeting, TrainingSession

logger = logging.getLogger(__name__)

_since = sa.bindparam("since", type_=UtcDateTime())
_IS_OWN = Registration.person_id == sa.bindparam("person_id")

#: The sessions that an organization's people go to, or went to before staff called them off. Who
#: only says that they are with it is not one of its people.
ORGANIZATION = Chosen(
    variant=Variant.ORGANIZATION,
    uids=sa.select(Meeting.uid).where(
        Meeting.training_session_id.in_(
            sa.select(Registration.training_session_id).where(
                Registration.organization_id == sa.bindparam("organization_id"),
                Registration.claim != Claim.STATED,
                sa.or_(
                    Registration.status.in_(LIVE),
                    Registration.cancelled_because == CancelledBecause.SESSION,
                ),
            )
        )
    ),
)

#: The revisions of everything that a person's entries are made of.
_STATE = numbered(
    sa.select(
        Registration.id,
        Registration.revision,
        Meeting.id,
        Meeting.revision.label("meeting_revision"),
        # Another version of the writer raises no revision at all. -1: nobody wrote it yet.
        sa.func.coalesce(StoredEntry.rewritten, -1).label("rewritten"),
    )
    .join(Meeting, Meeting.training_session_id == Registration.training_session_id)
    .outerjoin(
        StoredEntry,
        sa.and_(StoredEntry.meeting_uid == Meeting.uid, StoredEntry.variant == Variant.PERSONAL),
    )
    .where(_IS_OWN, Meeting.starts_at >= _since)
    .order_by(Registration.id, Meeting.ordinal)  # as the indexes have them: nothing to sort
    .subquery()
)
# The tables and not the classes, and of 200 rows nothing but texts and numbers: half of what they
# would cost is making Python's values of them.
_registration, _meeting = (cast("sa.Table", one.__table__) for one in (Registration, Meeting))
_stored = cast("sa.Table", StoredEntry.__table__)
_REVISED_AT = sa.func.coalesce(_registration.c.revised_at, _registration.c.registered_at)


def _seconds(instant: sa.ColumnElement[datetime]) -> sa.ColumnElement[int]:
    return sa.cast(sa.extract("epoch", instant), sa.BigInteger)


#: A row for each of a person's registrations at each meeting, and what is stored for a seat there.
_OWN = (
    sa.select(
        _registration.c.training_session_id,
        sa.type_coerce(_registration.c.status, sa.Text),
        _registration.c.revision,
        _seconds(_REVISED_AT),
        _meeting.c.id,
        _meeting.c.revision,
        _seconds(_meeting.c.revised_at),
        _meeting.c.cancelled_at.is_not(None),
        _stored.c.body,
    )
    .join_from(
        _registration,
        _meeting,
        _meeting.c.training_session_id == _registration.c.training_session_id,
    )
    .outerjoin(
        _stored,
        sa.and_(_stored.c.meeting_uid == _meeting.c.uid, _stored.c.variant == Variant.PERSONAL),
    )
    .where(_registration.c.person_id == sa.bindparam("person_id"), _meeting.c.starts_at >= _since)
    .order_by(_meeting.c.starts_at, _meeting.c.uid, _registration.c.id)
)


class _Place(NamedTuple):
    """What became of all that one person did about one meeting."""

    training_session_id: int
    #: A :class:`RegistrationStatus`, as it is stored.
    status: str
    #: Rises with every change of the meeting or a registration, and with every registration anew.
    revision: int
    #: In seconds since 1970.
    revised_at: int
    is_called_off: bool
    #: As it is stored for who has a seat.
    body: bytes | None


class PersonSource:
    """The registrations of one person.

    SEQUENCE is the meeting's revision and the registrations' together, DTSTAMP the later of both,
    so that getting a seat is seen as a change though nothing about the meeting is another.
    """

    def state(self, owner: Owner, *, since: datetime) -> str:
        return read_numbers(_STATE, {"person_id": owner.person_id, "since": since})

    def entries(self, owner: Owner, *, since: datetime) -> bytes:
        """Return the person's meetings, those they gave up too: as cancelled."""
        places = _places(owner.person_id, since)
        unusual = {
            place.training_session_id for place in places.values() if not _is_as_stored(place)
        }
        written = _write(unusual, places) if unusual else {}
        return b"".join(
            written.get(meeting_id) or _stored_entry(place) for meeting_id, place in places.items()
        )


PERSON = PersonSource()


def own_entries(
    person_id: int, training_session: TrainingSession, *, is_given_up: bool = False
) -> list[CalendarEntry]:
    """Return a session's meetings as they stand in the calendar of somebody registered for it.

    In the current locale, which is to be the session's.

    :param training_session: with its meetings, their rooms and its course.
    :param is_given_up: as they will stand there once a registration that is live is given up.
    """
    settings: Settings = current_app.extensions["settings"]
    # Not from the start of the session: a meeting before it may have been dropped.
    places = _places(person_id, min(one.starts_at for one in training_session.meetings))
    entries = open_entries(training_session, base_url=settings.base_url)
    return [
        _own(entry, meeting, _given_up(place) if is_given_up else place)
        for entry, meeting in zip(entries, in_order(training_session), strict=True)
        for place in [places[meeting.id]]
    ]


def _given_up(place: _Place) -> _Place:
    return place._replace(
        status=RegistrationStatus.CANCELLED, revision=min(place.revision + 1, MAX_REVISION)
    )


def _places(person_id: int, since: datetime) -> dict[int, _Place]:
    """Return where the person stands at each meeting; of several registrations the last counts."""
    places: dict[int, _Place] = {}
    rows = core().execute(_OWN, {"person_id": person_id, "since": since}).all()
    for session_id, status, own, at, meeting_id, revision, revised_at, is_called_off, body in rows:
        earlier = places.get(meeting_id)
        raised = revision + own if earlier is None else earlier.revision + own + 1
        places[meeting_id] = _Place(
            session_id,
            status,
            min(raised, MAX_REVISION),
            max(at, revised_at if earlier is None else earlier.revised_at),
            is_called_off,
            body,
        )
    return places


def _is_as_stored(place: _Place) -> bool:
    """Tell whether the entry is the one of who has a seat but for its revision."""
    return place.body is not None and (
        place.status == RegistrationStatus.CONFIRMED
        or (place.is_called_off and place.status not in LIVE)
    )


def _stored_entry(place: _Place) -> bytes:
    """Return the entry of who has a seat; nothing for who has none, or where none can be read."""
    if not _is_as_stored(place):
        return b""
    try:
        return revised(place.body or b"", revision=place.revision, revised_at=_at(place.revised_at))
    except ValueError:  # not of this writer
        logger.error(  # noqa: TRY400 -- it is the stored bytes that are wrong
            "stored calendar entry not read",
            extra={"training_session": place.training_session_id},
        )
        return b""


@lru_cache(maxsize=4096)
def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _write(training_session_ids: set[int], places: Mapping[int, _Place]) -> dict[int, bytes]:
    """Return the entries of sessions in which the person has no seat: few, so written when read."""
    settings: Settings = current_app.extensions["settings"]
    written: dict[int, bytes] = {}
    for training_session in db.session.scalars(
        WITH_MEETINGS.where(TrainingSession.id.in_(training_session_ids))
    ):
        try:
            with locale_of(training_session, default=settings.locale):
                entries = open_entries(training_session, base_url=settings.base_url)
                for entry, meeting in zip(entries, in_order(training_session), strict=True):
                    if place := places.get(meeting.id):
                        own = _own(entry, meeting, place)
                        body = find_vevent(own, domain=settings.uid_domain)
                        written[meeting.id] = body or b""
        except ValueError:  # no such entry can be; the person's others do not wait for it
            logger.exception(
                "no calendar entry possible", extra={"training_session": training_session.id}
            )
    return written


def _own(entry: CalendarEntry, meeting: Meeting, place: _Place) -> CalendarEntry:
    status = RegistrationStatus(place.status)
    is_confirmed = status is RegistrationStatus.CONFIRMED
    return replace(
        with_join_link(entry, meeting) if is_confirmed else entry,
        revision=place.revision,
        revised_at=_at(place.revised_at),
        summary=_summary(entry.summary, status),
        is_cancelled=entry.is_cancelled or status not in LIVE,
        is_tentative=not is_confirmed,
    )


def _summary(title: str, status: RegistrationStatus) -> str:
    """Return the title, behind what keeps the person from relying on a seat."""
    if status is RegistrationStatus.WAITLISTED:
        return str(_("Waitlist: %(title)s", title=title))
    if status is RegistrationStatus.REQUESTED:
        return str(_("Asked for: %(title)s", title=title))
    if status is RegistrationStatus.OFFERED:
        return str(_("Seat offered: %(title)s", title=title))
    return title
