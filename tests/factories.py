"""Makes what a test needs but is not about: through the services, so that the books are right."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import current_app

from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training import links
from training.accounts import service as accounts
from training.accounts.models import Account, Invitation, PasswordReset, SignIn
from training.accounts.service import invitations, resets
from training.accounts.values import StaffRole
from training.campaigns.models import Campaign, CampaignStatus
from training.db import Base, db, transaction
from training.imports.service import keep
from training.imports.values import Kind
from training.links import Purpose
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.people.service import find_or_make_people
from training.people.values import email_key
from training.registrations import code_service
from training.registrations import service as registrations
from training.registrations.code_service import CodePlan
from training.registrations.models import InvitationCode, Registration
from training.registrations.seats import Group
from training.registrations.values import Claim, Fit, Outcome, Participant
from training.sessions import service as sessions
from training.sessions.models import Course, Room, TrainingSession, Venue
from training.sessions.question_values import QuestionOwner, QuestionPlan
from training.sessions.rules.unavailability import Away
from training.sessions.values import (
    Audience,
    Delivery,
    MeetingPlan,
    ProfilePlan,
    QuestionKind,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)
from training.submissions.service import Send, new_key

ModelT = TypeVar("ModelT", bound=Base)

#: argon2id of "correct horse": hashed once, because hashing is slow on purpose.
PASSWORD = "correct horse"
PASSWORD_HASH = accounts.hash_password(PASSWORD)


def _link(purpose: Purpose, public_id: str, person: Person) -> str:
    secret = current_app.extensions["settings"].secret_keys[0]
    return links.make(secret, purpose, public_id, person.link_epoch)


class Make:
    """Say what matters, and let it fill in the rest."""

    def question(
        self,
        label: str = "What do you eat?",
        kind: QuestionKind = QuestionKind.TEXT,
        *,
        training_session_id: int | None = None,
        course_id: int | None = None,
        **fields: Any,
    ) -> int:
        owner = QuestionOwner(training_session_id=training_session_id, course_id=course_id)
        plan = QuestionPlan(kind=kind, label=label, **fields)
        with transaction():
            return sessions.add_question(owner, plan, actor_id=None, now=NOW)

    def __init__(self) -> None:
        self._number = count(1)

    def meeting_plan(
        self,
        starts_at: datetime = NOW + DAY,
        hours: float = 1.5,
        timezone: str = NAIROBI,
        **fields: Any,
    ) -> MeetingPlan:
        return MeetingPlan(
            wall_start=wall(starts_at, timezone),
            wall_end=wall(starts_at + timedelta(hours=hours), timezone),
            timezone=timezone,
            **fields,
        )

    def session_plan(self, **fields: Any) -> SessionPlan:
        timezone = fields.get("timezone", NAIROBI)
        if "meetings" not in fields:
            starts_at = fields.pop("starts_at", NOW + DAY)
            fields["meetings"] = (self.meeting_plan(starts_at, timezone=timezone),)
        values = {
            "title": f"Safer livestreams {next(self._number)}",
            "description": "",
            "language": "en",
            "delivery": Delivery.ONLINE,
            "audience": Audience.PUBLIC,
            "timezone": timezone,
        }
        return SessionPlan(**{**values, **fields})

    def training_session(
        self,
        *,
        capacity: int | None = 20,
        waitlist_capacity: int | None = None,
        status: SessionStatus = SessionStatus.PUBLISHED,
        now: datetime = NOW - HOUR,
        **fields: Any,
    ) -> TrainingSession:
        """Schedule a session for tomorrow in Nairobi, and publish it."""
        with transaction():
            training_session_id = sessions.schedule(
                self.session_plan(**fields),
                SeatPlan(capacity=capacity, waitlist_capacity=waitlist_capacity),
                actor_id=None,
                now=now,
            )
        if status is not SessionStatus.DRAFT:
            with transaction():
                sessions.publish(training_session_id, actor_id=None, now=now)
        if status is SessionStatus.CANCELLED:
            with transaction():
                sessions.cancel(training_session_id, actor_id=None, now=now)
        return db.session.get_one(TrainingSession, training_session_id)

    def participant(self, name: str | None = None, **fields: Any) -> Participant:
        number = next(self._number)
        values = {"name": name or f"Ada {number}", "email": f"ada{number}@example.org"}
        given = {field: value for field, value in fields.items() if value is not None}
        return Participant(**{**values, **given})

    def outcome(
        self,
        training_session: TrainingSession,
        *participants: Participant,
        fit: Fit = Fit.WHAT_FITS,
        **fields: Any,
    ) -> Outcome:
        """Register people as the public form does."""
        with transaction():
            return registrations.register(
                training_session.id,
                Group(
                    participants=participants or (self.participant(),),
                    fit=fit,
                    consent="1",
                    **fields,
                ),
                now=NOW,
            )

    def registration(
        self, training_session: TrainingSession | None = None, **fields: Any
    ) -> Registration:
        """Register somebody as the application does, so that the counters stay right."""
        training_session = training_session or self.training_session()
        outcome = self.outcome(training_session, self.participant(**fields))
        return db.session.get_one(Registration, outcome.registration_ids[0])

    def person(self, name: str = "Grace", email: str | None = None) -> Person:
        email = email or f"grace{next(self._number)}@example.org"
        with transaction():
            person_id = find_or_make_people({email: name})[email_key(email)]
        return db.session.get_one(Person, person_id)

    def account(self, role: StaffRole | None = None, **fields: Any) -> Account:
        person = self.person(**fields)
        with transaction():
            account_id = accounts.create_account(
                person.id, password_hash=PASSWORD_HASH, staff_role=role, now=NOW
            )
        return db.session.get_one(Account, account_id)

    def coordinator(self, **fields: Any) -> Account:
        return self.account(StaffRole.COORDINATOR, **fields)

    def admin(self, **fields: Any) -> Account:
        return self.account(StaffRole.ADMIN, **fields)

    @staticmethod
    def profile(person_id: int, about: str = "", *, is_public: bool = True) -> None:
        """Let public pages say who trains, as somebody agreed to."""
        with transaction():
            sessions.revise_profile(
                person_id,
                ProfilePlan(about=about, is_public=is_public),
                expected=None,
                actor_id=person_id,
                now=NOW,
            )

    def trainer(self, **fields: Any) -> Account:
        """Make somebody who can sign in; assign them with ``trainer_ids=(account.person_id,)``."""
        return self.account(None, **fields)

    @staticmethod
    def import_file(
        kind: Kind = Kind.PEOPLE, content: bytes = b"name,email\nAda,ada@example.org\n"
    ) -> int:
        """Keep a file that nobody has confirmed yet; returns its number."""
        with transaction():
            return keep(kind, "file.csv", content, uploaded_by=None, now=NOW)

    def invitation(self, person: Person | None = None, **fields: Any) -> Invitation:
        """Invite somebody as an admin does: without more, a trainer."""
        values: dict[str, Any] = {"actor_id": None, "actor_role": StaffRole.ADMIN, "now": NOW}
        person_id = (person or self.person()).id
        with transaction():
            invitation_id = invitations.invite(person_id, **{**values, **fields})
        return db.session.get_one(Invitation, invitation_id)

    @staticmethod
    def invitation_link(invitation: Invitation) -> str:
        """Return what the mail of an invitation carries."""
        person = db.session.get_one(Person, invitation.person_id)
        return _link(Purpose.INVITE, invitation.public_id, person)

    @staticmethod
    def reset_link(account: Account, *, now: datetime = NOW) -> str:
        """Ask for a new password, and return what the mail carries."""
        person = db.session.get_one(Person, account.person_id)
        with transaction():
            resets.ask_for_reset(str(person.email), now=now)
        newest = db.session.scalars(
            sa.select(PasswordReset)
            .where(PasswordReset.account_id == account.id)
            .order_by(PasswordReset.id.desc())
            .limit(1)
        ).one()
        return _link(Purpose.RESET, newest.public_id, person)

    @staticmethod
    def change_account(account: Account, **values: Any) -> None:
        """Set columns that no page sets."""
        with transaction():
            db.session.execute(sa.update(Account).where(Account.id == account.id).values(**values))

    @staticmethod
    def sign_in(account: Account) -> SignIn:
        """Sign somebody in, in a browser that is none of the test's."""
        with transaction():
            token = accounts.sign_in(account.id, now=NOW)
        return db.session.scalars(
            sa.select(SignIn).where(SignIn.token_hash == accounts.hash_token(token))
        ).one()

    def organization(self, name: str = "Aid", **fields: Any) -> Organization:
        slug = f"{name.lower()}-{next(self._number)}"
        return self._save(Organization(name=f"{name} {slug}", slug=slug, domains=[], **fields))

    def member(
        self,
        organization: Organization,
        person: Person | None = None,
        role: MembershipRole = MembershipRole.MEMBER,
    ) -> Membership:
        return self._save(
            Membership(
                person_id=(person or self.person()).id,
                organization_id=organization.id,
                role=role,
                since=NOW.date() - 30 * DAY,
            )
        )

    def representative(self, organization: Organization, **fields: Any) -> Account:
        """Make somebody who can sign in and act for an organization."""
        account = self.account(None, **fields)
        person = db.session.get_one(Person, account.person_id)
        self.member(organization, person, MembershipRole.REPRESENTATIVE)
        return account

    def reserved(
        self,
        training_session: TrainingSession,
        organization: Organization,
        seats: int = 1,
        *,
        by: int | None = None,
        now: datetime = NOW,
    ) -> list[Registration]:
        """Reserve seats for people who are named later, as a representative does.

        :param by: id of the person who does it; None: somebody new, who acts for it.
        """
        actor_id = by or self.representative(organization).person_id
        unnamed = tuple(
            Participant(
                name=f"Seat {number + 1}, to be named",
                organization_id=organization.id,
                claim=Claim.REPRESENTATIVE,
            )
            for number in range(seats)
        )
        with transaction():
            outcome = registrations.register(
                training_session.id,
                Group(
                    participants=unnamed,
                    fit=Fit.WHAT_FITS,
                    actor_id=actor_id,
                    are_placeholders=True,
                ),
                now=now,
            )
        return [db.session.get_one(Registration, one) for one in outcome.registration_ids]

    def code(self, organization: Organization, **fields: Any) -> InvitationCode:
        """Make a code by which people register for an organization; ``made_code`` has its text."""
        return self.made_code(organization, **fields)[0]

    def made_code(self, organization: Organization, **fields: Any) -> tuple[InvitationCode, str]:
        """Make a code as staff do; returns what is stored, and what is sent to people."""
        plan = CodePlan(**{"name": f"Invitation {next(self._number)}", **fields})
        send = Send(key=new_key(), purpose="code", actor_id=None, content={})
        with transaction():
            code = code_service.make_code(organization.id, plan, send=send, actor_id=None, now=NOW)
        newest = sa.select(InvitationCode).order_by(InvitationCode.id.desc()).limit(1)
        return db.session.scalars(newest).one(), code

    @staticmethod
    def unavailability(person_id: int, **fields: Any) -> int:
        """Note that somebody cannot train, without more every Monday in Nairobi; returns its id."""
        values: dict[str, Any] = {
            "weekday": None if "starts_on" in fields else 0,
            "starts_on": None,
            "ends_on": None,
            "starts": None,
            "ends": None,
            "timezone": NAIROBI,
        }
        with transaction():
            return sessions.add_unavailability(
                person_id, Away(**{**values, **fields}), "Teaching", actor_id=None, now=NOW
            )

    def room(self, name: str = "Room", **fields: Any) -> Room:
        venue = self._save(Venue(name=f"Venue {next(self._number)}"))
        return self._save(Room(venue_id=venue.id, name=name, **fields))

    def campaign(self, name: str = "Awareness Month", **fields: Any) -> Campaign:
        today = NOW.date()
        values: dict[str, Any] = {
            "slug": f"campaign-{next(self._number)}",
            "starts_on": today,
            "ends_on": today + 30 * DAY,
            "status": CampaignStatus.PUBLISHED,
        }
        return self._save(Campaign(name=name, **{**values, **fields}))

    def course(self, title: str = "Safer livestreams", **fields: Any) -> Course:
        return self._save(Course(title=title, slug=f"course-{next(self._number)}", **fields))

    @staticmethod
    def claimed(participant: Participant, organization: Organization) -> Participant:
        """Return the participant with an organization that staff vouch for."""
        return Participant(
            name=participant.name,
            email=participant.email,
            organization_id=organization.id,
            claim=Claim.STAFF,
        )

    @staticmethod
    def _save(obj: ModelT) -> ModelT:
        with transaction():
            db.session.add(obj)
        return obj
