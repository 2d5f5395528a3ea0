"""Which meetings people go to: what their own calendars say, and their organizations'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from training.audit.models import AuditEntry
from training.calendars.feed import revised, vevent
from training.calendars.models import StoredEntry
from training.calendars.sources import Chosen, Owner, joined_rows
from training.calendars.values import MAX_REVISION, CalendarEntry, Variant
from training.config import Settings
from training.db import UtcDateTime, db
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

_NUMBERS = (
    sa.select(
        Registration.id,
        Registration.status,
        Registration.revision,
        Meeting.uid,
        Meeting.revision.label("meeting_revision"),
        # Not all of it raises the meetings' own: the course stands in the entries, too.
        TrainingSession.revision.label("session_revision"),
    )
    .join(Meeting, Meeting.training_session_id == Registration.training_session_id)
    .join(TrainingSession, TrainingSession.id == Registration.training_session_id)
    .where(_IS_OWN, Meeting.starts_at >= _since)
    .order_by(Registration.id, Meeting.id)
)
_STATE = sa.select(joined_rows(_NUMBERS.subquery()))
_LAST_ACT = (
    sa.select(sa.func.max(AuditEntry.at))
    .where(AuditEntry.subject_kind == "registration", AuditEntry.subject_id == Registration.id)
    .correlate(Registration)
    .scalar_subquery()
)
_entry = StoredEntry.__table__.c
#: A row for each of a person's registrations at each meeting, and what is stored for a seat there.
_OWN = (
    sa.select(
        Registration.training_session_id,
        Registration.id,
        Registration.status,
        Registration.revision,
        sa.func.coalesce(_LAST_ACT, Registration.registered_at, type_=UtcDateTime()).label("at"),
        Meeting.uid,
        Meeting.starts_at,
        Meeting.revision.label("meeting_revision"),
        Meeting.revised_at,
        Meeting.cancelled_at,
        _entry.body,
    )
    .join(Meeting, Meeting.training_session_id == Registration.training_session_id)
    .outerjoin(
        StoredEntry.__table__,
        sa.and_(_entry.meeting_uid == Meeting.uid, _entry.variant == Variant.PERSONAL),
    )
    .where(_IS_OWN, Meeting.starts_at >= _since)
    .order_by(Meeting.starts_at, Meeting.uid, Registration.id)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """What became of all that one person did about one meeting."""

    training_session_id: int
    uid: UUID
    status: RegistrationStatus
    #: Rises with every change of the meeting or a registration, and with every registration anew.
    revision: int
    revised_at: datetime
    is_called_off: bool
    #: As it is stored for who has a seat.
    body: bytes | None


class PersonSource:
    """The registrations of one person.

    SEQUENCE is the meeting's revision and the registrations' together, DTSTAMP the later of both,
    so that getting a seat is seen as a change though nothing about the meeting is another.
    """

    def state(self, owner: Owner, *, since: datetime) -> str:
        """Return the revisions of everything that the entries are made of."""
        values = {"person_id": owner.person_id, "since": since}
        return db.session.scalar(_STATE, values) or ""

    def entries(self, owner: Owner, *, since: datetime) -> Sequence[bytes]:
        """Return the person's meetings, those they gave up too: as cancelled."""
        places = _places(owner.person_id, since)
        unusual = {place.training_session_id for place in places if not _is_as_stored(place)}
        written = _write(unusual, {place.uid: place for place in places}) if unusual else {}
        return [
            written.get(place.uid)
            or revised(place.body or b"", revision=place.revision, revised_at=place.revised_at)
            for place in places
        ]


PERSON = PersonSource()


def _places(person_id: int, since: datetime) -> list[_Place]:
    """Return where the person stands at each meeting; of several registrations the last counts."""
    rows = db.session.execute(_OWN, {"person_id": person_id, "since": since}).all()
    return [
        _Place(
            training_session_id=last.training_session_id,
            uid=uid,
            status=last.status,
            revision=min(
                last.meeting_revision + sum(row.revision + 1 for row in of_meeting) - 1,
                MAX_REVISION,
            ),
            revised_at=max(last.revised_at, *(row.at for row in of_meeting)),
            is_called_off=last.cancelled_at is not None,
            body=last.body,
        )
        for uid, group in groupby(rows, key=lambda row: row.uid)
        for of_meeting in [list(group)]
        for last in of_meeting[-1:]
    ]


def _is_as_stored(place: _Place) -> bool:
    """Tell whether the entry is the one of who has a seat but for its revision."""
    return place.body is not None and (
        place.status is RegistrationStatus.CONFIRMED
        or (place.is_called_off and place.status not in LIVE)
    )


def _write(training_session_ids: set[int], places: Mapping[UUID, _Place]) -> dict[UUID, bytes]:
    """Return the entries of sessions in which the person has no seat: few, so written when read."""
    settings: Settings = current_app.extensions["settings"]
    written = {}
    for training_session in db.session.scalars(
        WITH_MEETINGS.where(TrainingSession.id.in_(training_session_ids))
    ):
        with locale_of(training_session, default=settings.locale):
            entries = open_entries(training_session, base_url=settings.base_url)
            for entry, meeting in zip(entries, in_order(training_session), strict=True):
                if place := places.get(entry.uid):
                    own = _own(entry, meeting, place)
                    written[entry.uid] = vevent(own, domain=settings.uid_domain)
    return written


def _own(entry: CalendarEntry, meeting: Meeting, place: _Place) -> CalendarEntry:
    is_confirmed = place.status is RegistrationStatus.CONFIRMED
    return replace(
        with_join_link(entry, meeting) if is_confirmed else entry,
        revision=place.revision,
        revised_at=place.revised_at,
        summary=_summary(entry.summary, place.status),
        is_cancelled=entry.is_cancelled or place.status not in LIVE,
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
