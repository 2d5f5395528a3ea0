"""What the pages of accounts show."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from training.accounts.models import Invitation, SignIn, SignInActivity
from training.accounts.values import (
    IDLE_OTHERS,
    IDLE_STAFF,
    InvitationState,
    SignedIn,
    StaffRole,
)
from training.db import db
from training.people.models import Person
from training.people.service import plan_of
from training.people.values import PersonPlan

#: Organizations stand above accounts, which know no more of them than that they have a name.
_ORGANIZATION = sa.table("organization", sa.column("id"), sa.column("name"))
#: Invitations that a page shows; what is older is in the audit trail.
MOST_INVITATIONS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedInvitation:
    """One line of the list of invitations."""

    id: int
    person_id: int
    name: str
    email: str | None
    staff_role: StaffRole | None
    organization: str | None
    invited_by: str | None
    created_at: datetime
    expires_at: datetime
    state: InvitationState

    @property
    def is_unended(self) -> bool:
        """Whether it can be revoked and sent again."""
        return self.state in {InvitationState.OPEN, InvitationState.EXPIRED}


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedSignIn:
    """One browser in which somebody is signed in."""

    id: int
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime


def invitations(*, now: datetime, organization_id: int | None = None) -> list[ListedInvitation]:
    """Return the newest invitations, of one organization if it is named."""
    inviter = aliased(Person)
    query = (
        sa.select(
            Invitation,
            Person.name,
            Person.email,
            _ORGANIZATION.c.name.label("organization"),
            inviter.name.label("invited_by"),
        )
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(_ORGANIZATION, _ORGANIZATION.c.id == Invitation.organization_id)
        .outerjoin(inviter, inviter.id == Invitation.invited_by)
        .where(Person.erased_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        .limit(MOST_INVITATIONS)
    )
    if organization_id is not None:
        query = query.where(Invitation.organization_id == organization_id)
    return [
        ListedInvitation(
            id=row.id,
            person_id=row.person_id,
            name=name,
            email=email,
            staff_role=row.staff_role,
            organization=organization,
            invited_by=invited_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            state=_state(row, now),
        )
        for row, name, email, organization, invited_by in db.session.execute(query)
    ]


def _state(row: Invitation, now: datetime) -> InvitationState:
    if row.accepted_at is not None:
        return InvitationState.ACCEPTED
    if row.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if row.expires_at > now else InvitationState.EXPIRED


def organization_name(organization_id: int | None) -> str | None:
    """Return what an organization is called; None for none."""
    if organization_id is None:
        return None
    name: str = db.session.scalars(
        sa.select(_ORGANIZATION.c.name).where(_ORGANIZATION.c.id == organization_id)
    ).one()
    return name


def own_plan(person_id: int) -> PersonPlan:
    """Return what we know of somebody who is signed in."""
    return plan_of(db.session.get_one(Person, person_id))


def sign_ins_of(who: SignedIn, *, now: datetime) -> list[ListedSignIn]:
    """Return where somebody is signed in, the browser used last first."""
    idle = IDLE_STAFF if who.staff_role else IDLE_OTHERS
    rows = db.session.execute(
        sa.select(SignIn.id, SignIn.user_agent, SignIn.created_at, SignInActivity.last_seen_at)
        .join(SignInActivity, SignInActivity.sign_in_id == SignIn.id)
        .where(
            SignIn.account_id == who.account_id,
            SignIn.ended_at.is_(None),
            SignInActivity.last_seen_at >= now - idle,
        )
        .order_by(SignInActivity.last_seen_at.desc(), SignIn.id.desc())
    )
    return [ListedSignIn(**row._mapping) for row in rows]  # noqa: SLF001 -- its public name
