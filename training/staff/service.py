"""What staff do to people that touches several features."""

from datetime import datetime

import sqlalchemy as sa

from training.accounts.models import Account, Invitation
from training.accounts.values import SignedIn, StaffRole
from training.db import db
from training.organizations import service as organizations
from training.organizations.values import MembershipRole
from training.people import service as people
from training.people.values import PersonPlan
from training.staff.errors import AdminsAddressError


def add_person(
    name: str, email: str | None, organization_id: int | None, *, actor_id: int, now: datetime
) -> int:
    """Make a person, as a member of an organization if one is named.

    :return: the person's id.
    :raise EmailTakenError: somebody has this address.
    :raise NotFoundError: there is no such organization.
    """
    person_id = people.create_person(name, email, actor_id=actor_id, now=now)
    if organization_id is not None:
        organizations.add_member(
            person_id, organization_id, role=MembershipRole.MEMBER, actor_id=actor_id, now=now
        )
    return person_id


def revise_person(
    person_id: int, plan: PersonPlan, *, expected: PersonPlan, who: SignedIn, now: datetime
) -> bool:
    """Change what we know of a person; see :func:`training.people.service.revise_person`.

    :raise AdminsAddressError: it is the address of an admin, and who asks is none.
    """
    if plan.email != expected.email and not may_change_address(person_id, who):
        raise AdminsAddressError
    return people.revise_person(person_id, plan, expected=expected, actor_id=who.person_id, now=now)


def may_change_address(person_id: int, who: SignedIn) -> bool:
    """Tell whether somebody may change the address of another.

    A mailbox opens the account: by a link to a new password, or by an invitation that is still to
    be mailed. So nobody may redirect the mail of somebody whose role is above their own.
    """
    if who.staff_role == StaffRole.ADMIN or who.person_id == person_id:
        return True
    is_admin = sa.exists().where(
        Account.person_id == person_id, Account.staff_role == StaffRole.ADMIN
    )
    becomes_admin = sa.exists().where(
        Invitation.person_id == person_id,
        Invitation.staff_role == StaffRole.ADMIN,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return not db.session.scalar(sa.select(sa.or_(is_admin, becomes_admin)))
