"""Two organizations with people in the same sessions; what of ours the other must never see."""

import re
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from tests.factories import Make
from tests.times import DAY, NOW
from training.accounts.models import Account
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, MarkSource
from training.db import db, transaction
from training.organizations.models import Membership, Organization
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import Claim, Participant
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import Audience

#: Planted in names, addresses and titles of ours.
MARKERS = ("Zyxwvut", "quagga@marker.example.org", "Qoppa")

_SECRETS = re.compile(r'(name="(?:csrf_token|key)" [^>]*value=")[^"]*')


def without_secrets(page: str) -> str:
    """Return a page without what is random in it."""
    return _SECRETS.sub(r"\1", page)


def base(organization: Organization) -> str:
    return f"/organization/{organization.slug}"


def register(
    make: Make,
    session: TrainingSession,
    organization: Organization,
    *people: Person,
    claim: Claim = Claim.REPRESENTATIVE,
) -> list[int]:
    """Register people for an organization; returns the ids of their registrations."""
    outcome = make.outcome(
        session,
        *(
            Participant(
                name=one.name, person_id=one.id, organization_id=organization.id, claim=claim
            )
            for one in people
        ),
        actor_id=people[0].id,
        by_staff=True,
    )
    return list(outcome.registration_ids)


def move(session: TrainingSession, by: timedelta) -> None:
    """Let a session have been, or be, at another time; marks and registrations stay."""
    with transaction():
        row = db.session.get_one(TrainingSession, session.id)
        row.starts_at, row.ends_at = row.starts_at + by, row.ends_at + by
        for meeting in meetings_of(session):
            meeting.starts_at, meeting.ends_at = meeting.starts_at + by, meeting.ends_at + by
            meeting.wall_start += by
            meeting.wall_end += by


def meetings_of(session: TrainingSession) -> list[Meeting]:
    return list(
        db.session.scalars(
            sa.select(Meeting)
            .where(Meeting.training_session_id == session.id)
            .order_by(Meeting.ordinal)
        )
    )


def mark(registration_id: int, meeting_id: int, status: AttendanceStatus) -> None:
    """Store how somebody came."""
    with transaction():
        made = AttendanceMark(
            registration_id=registration_id,
            meeting_id=meeting_id,
            status=status,
            source=MarkSource.TRAINER,
            nonce=f"{registration_id}-{meeting_id}",
            recorded_at=NOW,
        )
        db.session.add(made)
        db.session.flush()
        db.session.add(
            Attendance(
                registration_id=registration_id,
                meeting_id=meeting_id,
                status=status,
                mark_id=made.id,
            )
        )


def status_of(registration_id: int) -> str:
    return str(db.session.get_one(Registration, registration_id).status)


def rows_in(session: TrainingSession) -> list[tuple[str, str, str, int | None]]:
    """Return name, status, claim and organization of each registration, by ticket."""
    found = db.session.execute(
        sa.select(
            Registration.name,
            Registration.status,
            Registration.claim,
            Registration.organization_id,
        )
        .where(Registration.training_session_id == session.id)
        .order_by(Registration.ticket)
    )
    return [(row.name, str(row.status), str(row.claim), row.organization_id) for row in found]


def members_of(organization: Organization) -> list[tuple[str | None, str | None]]:
    """Return what the organization calls its people now, and their addresses."""
    found = db.session.execute(
        sa.select(Membership.name, Person.email)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organization_id == organization.id, Membership.until.is_(None))
        .order_by(Membership.id)
    )
    return [(row.name, row.email) for row in found]


@dataclass(frozen=True, kw_only=True)
class Partners:
    """Two organizations, who acts for them, and where their people are."""

    ours: Organization
    theirs: Organization
    representative: Account
    rival: Account
    #: Of theirs, in ``shared``.
    person: Person
    #: Of ours, with the markers, in every session.
    marked: Person
    #: Has no limit, so that nothing that everybody sees hangs on who is registered.
    shared: TrainingSession
    #: For those who are invited: of ours alone.
    secret: TrainingSession
    #: Over; both had people there.
    past: TrainingSession
    #: Of the marked person in ``shared``.
    registration_id: int
    #: Of theirs in ``shared``.
    their_registration_id: int


def make_partners(make: Make) -> Partners:
    """Make them, with a claim on each organization as well."""
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    representative, rival = make.representative(ours), make.representative(theirs)
    marked = make.person(f"{MARKERS[0]} A", MARKERS[1])
    person = make.person("Bob", "bob@example.org")
    make.member(ours, marked)
    make.member(theirs, person)
    shared = make.training_session(title="Shared", capacity=None)
    secret = make.training_session(
        title=f"{MARKERS[2]} circle", audience=Audience.INVITED, starts_at=NOW + 3 * DAY
    )
    past = make.training_session(title="Past", capacity=None)
    [registration_id] = register(make, shared, ours, marked)
    [their_registration_id] = register(make, shared, theirs, person)
    register(make, secret, ours, marked)
    [was_ours] = register(make, past, ours, marked)
    [was_theirs] = register(make, past, theirs, person)
    move(past, -5 * DAY)
    [meeting] = meetings_of(past)
    mark(was_ours, meeting.id, AttendanceStatus.ABSENT)
    mark(was_theirs, meeting.id, AttendanceStatus.PRESENT)
    for organization, name in ((ours, f"{MARKERS[0]} says"), (theirs, "Eve says")):
        make.registration(shared, name=name, organization_id=organization.id, claim=Claim.STATED)
    return Partners(
        ours=ours,
        theirs=theirs,
        representative=representative,
        rival=rival,
        person=person,
        marked=marked,
        shared=shared,
        secret=secret,
        past=past,
        registration_id=registration_id,
        their_registration_id=their_registration_id,
    )
