"""Inviting people: staff, trainers, and whoever is to act for an organization. See ADR 0009."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask import current_app

from training import changes, links
from training.accounts import messages
from training.accounts.changes import InvitationAccepted
from training.accounts.errors import (
    AccountDisabledError,
    AlreadyInvitedError,
    DeadInvitationError,
    HasRoleError,
    InvitationEndedError,
    NoAddressError,
    RoleAboveOwnError,
    SignInFirstError,
    SomebodyElseError,
)
from training.accounts.models import Account, Invitation
from training.accounts.service.making import create_account
from training.accounts.values import INVITATION_LASTS, StaffRole
from training.audit.trail import Act, record_act
from training.config import Settings
from training.db import db
from training.errors import NotFoundError
from training.links import Purpose
from training.notifications.outbox import queue_messages
from training.people.models import Person

#: What a role may be given by. Who is no staff gives none.
_MAY_GIVE: dict[StaffRole, frozenset[str]] = {
    StaffRole.COORDINATOR: frozenset({StaffRole.COORDINATOR, StaffRole.ADMIN}),
    StaffRole.ADMIN: frozenset({StaffRole.ADMIN}),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenInvitation:
    """An invitation that can be accepted."""

    id: int
    person_id: int
    name: str
    staff_role: StaffRole | None
    organization_id: int | None
    #: The account of the invited, if they have one: then only they can accept, signed in.
    account_id: int | None


def invite(
    person_id: int,
    *,
    staff_role: StaffRole | None = None,
    organization_id: int | None = None,
    actor_id: int | None,
    actor_role: str | None,
    now: datetime,
) -> int:
    """Ask a person in by mail: as staff, to act for an organization, or, with neither, as trainer.

    :param actor_role: the staff role of whoever invites.
    :return: the invitation's id.
    :raise RoleAboveOwnError: the role is above that of whoever invites.
    :raise NotFoundError: there is no such person.
    :raise NoAddressError: they have no e-mail address.
    :raise AlreadyInvitedError: the same invitation is open.
    :raise HasRoleError: they have an account and the role.
    :raise AccountDisabledError: they have an account that is closed.
    """
    refuse_role_above_own(staff_role, actor_role)
    person = _lock_person(person_id)
    if not person.email or person.erased_at is not None:
        raise NoAddressError
    account = db.session.execute(
        sa.select(Account.staff_role, Account.disabled_at).where(Account.person_id == person_id)
    ).one_or_none()
    if account is not None and account.disabled_at is not None:
        raise AccountDisabledError
    if account is not None and organization_id is None and not _is_more(staff_role, account[0]):
        raise HasRoleError
    if _find_open(person_id, staff_role, organization_id, now) is not None:
        raise AlreadyInvitedError
    row = Invitation(
        person_id=person_id,
        staff_role=staff_role,
        organization_id=organization_id,
        invited_by=actor_id,
        created_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    db.session.add(row)
    db.session.flush()
    _record_and_mail("invitation.create", row, actor_id=actor_id, now=now)
    return row.id


def refuse_role_above_own(staff_role: StaffRole | None, actor_role: str | None) -> None:
    """Check that somebody may give a role.

    :raise RoleAboveOwnError: it is above their own.
    """
    if staff_role is not None and actor_role not in _MAY_GIVE[staff_role]:
        raise RoleAboveOwnError


def revoke(
    invitation_id: int, *, actor_id: int | None, actor_role: str | None, now: datetime
) -> None:
    """Make an invitation worth nothing, whether it is still open or too old.

    :raise NotFoundError: there is none.
    :raise InvitationEndedError: it was accepted or revoked before.
    :raise RoleAboveOwnError: it is to a role above that of whoever asks.
    """
    row = _lock_unended(invitation_id)
    refuse_role_above_own(row.staff_role, actor_role)
    row.revoked_at = now
    db.session.flush()
    record_act(_act("invitation.revoke", row), actor_id=actor_id, now=now)


def revoke_open(
    person_id: int, organization_id: int, *, actor_id: int | None, now: datetime
) -> None:
    """Make invitations worth nothing by which a person could come to act for an organization."""
    found = db.session.scalars(
        sa.select(Invitation)
        .where(
            Invitation.person_id == person_id,
            Invitation.organization_id == organization_id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .order_by(Invitation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in found:
        row.revoked_at = now
    db.session.flush()
    for row in found:
        record_act(_act("invitation.revoke", row), actor_id=actor_id, now=now)


def send_again(
    invitation_id: int, *, actor_id: int | None, actor_role: str | None, now: datetime
) -> None:
    """Mail an invitation once more; from now on it can be accepted for a week again.

    :raise NotFoundError: there is none.
    :raise InvitationEndedError: it was accepted or revoked.
    :raise RoleAboveOwnError: it is to a role above that of whoever asks.
    """
    row = _lock_unended(invitation_id)
    refuse_role_above_own(row.staff_role, actor_role)
    row.expires_at = now + INVITATION_LASTS
    db.session.flush()
    _record_and_mail("invitation.send_again", row, actor_id=actor_id, now=now)


def get_invitation(link: str, *, now: datetime) -> OpenInvitation:
    """Return what a mailed link opens. Looking uses up nothing: mail scanners look too.

    :raise DeadInvitationError: nothing any more, or it never was one of ours.
    """
    settings: Settings = current_app.extensions["settings"]
    claimed = links.read(settings.secret_keys, Purpose.INVITE, link)
    if claimed is None:
        raise DeadInvitationError
    found = db.session.execute(
        sa.select(
            Invitation.id,
            Invitation.person_id,
            Invitation.staff_role,
            Invitation.organization_id,
            Person.name,
            Account.id.label("account_id"),
            Account.disabled_at,
        )
        .join(Invitation.person)
        .outerjoin(Account, Account.person_id == Invitation.person_id)
        .where(
            Invitation.public_id == claimed.public_id,
            Person.link_epoch == claimed.epoch,
            Person.erased_at.is_(None),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
    ).one_or_none()
    if found is None or found.disabled_at is not None:
        raise DeadInvitationError
    return OpenInvitation(
        id=found.id,
        person_id=found.person_id,
        name=found.name,
        staff_role=found.staff_role,
        organization_id=found.organization_id,
        account_id=found.account_id,
    )


def accept(link: str, *, person_id: int | None, password_hash: str | None, now: datetime) -> int:
    """Accept an invitation, once; of two at the same time the first one counts.

    :param person_id: who is signed in.
    :param password_hash: of the password that whoever has no account yet chose.
    :return: the account's id.
    :raise DeadInvitationError: the link opens nothing any more.
    :raise SomebodyElseError: somebody else is signed in.
    :raise SignInFirstError: the invited have an account and are not signed in.
    """
    found = get_invitation(link, now=now)
    _lock_person(found.person_id)
    row = db.session.get_one(Invitation, found.id, with_for_update=True)
    invitation = get_invitation(link, now=now)  # again, now that nobody else changes it
    refuse_somebody_else(invitation, person_id)
    if invitation.account_id is not None and person_id is None:
        raise SignInFirstError
    row.accepted_at = now
    account_id = invitation.account_id
    if account_id is None:
        account_id = create_account(
            row.person_id,
            password_hash=password_hash,
            staff_role=row.staff_role,
            actor_id=row.person_id,
            now=now,
        )
    else:
        _raise_role(account_id, row, now)
    db.session.flush()
    record_act(_act("invitation.accept", row), actor_id=row.person_id, now=now)
    changes.record(
        InvitationAccepted(
            invitation_id=row.id,
            person_id=row.person_id,
            organization_id=row.organization_id,
            invited_by=row.invited_by,
            now=now,
        )
    )
    return account_id


def refuse_somebody_else(invitation: OpenInvitation, person_id: int | None) -> None:
    """Check that nobody else is signed in than who was invited.

    :raise SomebodyElseError: somebody is.
    """
    if person_id is not None and person_id != invitation.person_id:
        raise SomebodyElseError


def _is_more(role: StaffRole | None, than: StaffRole | None) -> bool:
    """Tell whether a role is above another; an admin loses nothing by an older invitation."""
    order = (None, StaffRole.COORDINATOR, StaffRole.ADMIN)
    return order.index(role) > order.index(than)


def _raise_role(account_id: int, row: Invitation, now: datetime) -> None:
    account = db.session.get_one(Account, account_id, with_for_update=True)
    if not _is_more(row.staff_role, account.staff_role):
        return
    before, account.staff_role = account.staff_role, row.staff_role
    record_act(
        Act(
            action="account.change_role",
            subject_kind="account",
            subject_id=account_id,
            before={"staff_role": before},
            after={"staff_role": row.staff_role},
        ),
        actor_id=row.invited_by,
        now=now,
    )


def _lock_person(person_id: int) -> Person:
    person = db.session.scalars(
        sa.select(Person)
        .where(Person.id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if person is None:
        raise NotFoundError
    return person


def _lock_unended(invitation_id: int) -> Invitation:
    row = db.session.scalars(
        sa.select(Invitation).where(Invitation.id == invitation_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFoundError
    if row.accepted_at is not None or row.revoked_at is not None:
        raise InvitationEndedError
    return row


def _find_open(
    person_id: int, staff_role: StaffRole | None, organization_id: int | None, now: datetime
) -> int | None:
    return db.session.scalar(
        sa.select(Invitation.id)
        .where(
            Invitation.person_id == person_id,
            Invitation.staff_role.is_not_distinct_from(staff_role),
            Invitation.organization_id.is_not_distinct_from(organization_id),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
        )
        .limit(1)
    )


def _act(action: str, row: Invitation) -> Act:
    return Act(
        action=action,
        subject_kind="invitation",
        subject_id=row.id,
        after={"staff_role": row.staff_role, "organization_id": row.organization_id},
    )


def _record_and_mail(action: str, row: Invitation, *, actor_id: int | None, now: datetime) -> None:
    entry_id = record_act(_act(action, row), actor_id=actor_id, now=now)
    letter = messages.invitation(
        row.id, recipient_id=row.person_id, audit_entry_id=entry_id, now=now
    )
    queue_messages([letter], now=now)
