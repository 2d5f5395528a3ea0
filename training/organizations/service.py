"""What staff do to organizations and to who belongs to them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training import changes
from training.accounts.changes import InvitationAccepted
from training.accounts.service.invitations import revoke_open
from training.audit.trail import Act, record_act
from training.db import INSERT, db
from training.errors import NotFoundError
from training.organizations.changes import OrganizationResumed, RepresentationEnded
from training.organizations.errors import (
    MembershipEndedError,
    NameTakenError,
    SlugTakenError,
    StaleOrganizationError,
)
from training.organizations.models import IS_CURRENT_SQL, Membership, Organization
from training.organizations.values import MembershipRole, OrganizationPlan, OrganizationStatus
from training.people.models import Person
from training.text import slug as slug_of

_MEMBERSHIP = (
    sa.select(Membership)
    .where(Membership.id == sa.bindparam("membership_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def create(plan: OrganizationPlan, *, actor_id: int | None, now: datetime) -> int:
    """Make an organization.

    :return: its id.
    :raise NameTakenError: another has this name; :raise SlugTakenError: or this address.
    """
    _refuse_taken_name(plan.name, None)
    slug = plan.slug or _free_slug(plan.name)
    if plan.slug:
        _refuse_taken_slug(plan.slug, None)
    organization = Organization(**{**_columns(plan), "slug": slug})
    db.session.add(organization)
    db.session.flush()
    record_act(
        Act(
            action="organization.create",
            subject_kind="organization",
            subject_id=organization.id,
            after={"status": plan.status},
        ),
        actor_id=actor_id,
        now=now,
    )
    return organization.id


def revise(
    organization_id: int,
    plan: OrganizationPlan,
    *,
    expected: OrganizationPlan | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what an organization is. One that runs again lets its people move up.

    :param plan: with an empty slug, the organization keeps its own.
    :param expected: what the form showed; None: whatever it is by now.
    :return: whether anything changed.
    :raise NotFoundError: there is no such organization.
    :raise StaleOrganizationError: somebody else changed it since ``expected``.
    :raise NameTakenError: as :func:`create`; :raise SlugTakenError: likewise.
    """
    organization = db.session.execute(
        sa.select(Organization)
        .where(Organization.id == organization_id)
        # Whoever holds a session's lock writes rows that point here, and must not wait for this,
        # which may be about to lock that session.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if organization is None:
        raise NotFoundError
    before = plan_of(organization)
    if expected not in {None, before}:
        raise StaleOrganizationError
    columns = _columns(plan)
    if not plan.slug:
        columns["slug"] = before.slug
    changed = sorted(
        name for name, value in columns.items() if getattr(organization, name) != value
    )
    if not changed:
        return False
    if "name" in changed:
        _refuse_taken_name(plan.name, organization_id)
    if "slug" in changed:
        _refuse_taken_slug(plan.slug, organization_id)
    for name in changed:
        setattr(organization, name, columns[name])
    db.session.flush()
    entry_id = record_act(
        Act(
            action="organization.revise",
            subject_kind="organization",
            subject_id=organization_id,
            before={"status": before.status},
            after={"status": plan.status, "changed": changed},
        ),
        actor_id=actor_id,
        now=now,
    )
    if "status" in changed and plan.status is OrganizationStatus.ACTIVE:
        changes.record(OrganizationResumed(organization_id, entry_id, now))
    return True


def add_member(
    person_id: int,
    organization_id: int,
    *,
    role: MembershipRole,
    actor_id: int | None,
    now: datetime,
) -> int:
    """Make a person a member of an organization, or its representative.

    Who is one already stays one; a representative is never made less by this.

    :return: the membership's id.
    :raise NotFoundError: there is no such person or organization.
    """
    _require(Person, sa.and_(Person.id == person_id, Person.erased_at.is_(None)))
    _require(Organization, Organization.id == organization_id)
    insert = INSERT[db.engine.dialect.name](Membership)
    new = (
        insert.values(
            person_id=person_id, organization_id=organization_id, role=role, since=now.date()
        )
        .on_conflict_do_nothing(
            index_elements=["person_id", "organization_id"], index_where=IS_CURRENT_SQL
        )
        .returning(Membership.id)
    )
    current = sa.select(Membership.id).where(
        Membership.person_id == person_id,
        Membership.organization_id == organization_id,
        Membership.until.is_(None),
    )
    membership_id: int | None = db.session.scalar(new)
    if membership_id is None:
        membership_id = db.session.scalar(current)
        if membership_id is None:  # it ended just now
            return add_member(person_id, organization_id, role=role, actor_id=actor_id, now=now)
        if role is MembershipRole.REPRESENTATIVE:
            change_role(membership_id, role, actor_id=actor_id, now=now)
        return membership_id
    _record("membership.add", membership_id, person_id, organization_id, actor_id, now, role=role)
    return membership_id


def change_role(
    membership_id: int, role: MembershipRole, *, actor_id: int | None, now: datetime
) -> bool:
    """Make a member a representative, or the other way round.

    Who is one no longer loses what lets them see the organization, or come back by themselves.

    :return: whether anything changed.
    :raise NotFoundError: there is no such membership; :raise MembershipEndedError: it is over.
    """
    if role is not MembershipRole.REPRESENTATIVE:
        is_one = Membership.role == MembershipRole.REPRESENTATIVE
        _revoke_invitations(membership_id, is_one, actor_id=actor_id, now=now)
    membership = _lock(membership_id)
    if membership.until is not None:
        raise MembershipEndedError
    if membership.role is role:
        return False
    membership.role = role
    db.session.flush()
    if role is not MembershipRole.REPRESENTATIVE:
        _record_end_of_representation(membership, actor_id=actor_id, now=now)
    _record(
        "membership.change_role",
        membership_id,
        membership.person_id,
        membership.organization_id,
        actor_id,
        now,
        role=role,
    )
    return True


def end_membership(membership_id: int, *, actor_id: int | None, now: datetime) -> bool:
    """Let a person leave an organization; what they did and were stays.

    Invitations to act for it and addresses of its calendar are worth nothing from then on, also
    if they come back.

    :return: whether this did it; False: they had left before.
    :raise NotFoundError: there is no such membership.
    """
    _revoke_invitations(membership_id, actor_id=actor_id, now=now)
    membership = _lock(membership_id)
    if membership.until is not None:
        return False
    membership.until = now.date()
    db.session.flush()
    if membership.role is MembershipRole.REPRESENTATIVE:
        _record_end_of_representation(membership, actor_id=actor_id, now=now)
    _record(
        "membership.end",
        membership_id,
        membership.person_id,
        membership.organization_id,
        actor_id,
        now,
    )
    return True


def answer_accepted_invitation(change: InvitationAccepted) -> None:
    """Let whoever accepted an invitation to act for an organization do so."""
    if change.organization_id is not None:
        add_member(
            change.person_id,
            change.organization_id,
            role=MembershipRole.REPRESENTATIVE,
            actor_id=change.invited_by,
            now=change.now,
        )


def plan_of(organization: Organization) -> OrganizationPlan:
    """Return what an organization is, as a plan."""
    return OrganizationPlan(
        name=organization.name,
        slug=organization.slug,
        domains=tuple(organization.domains),
        country=organization.country,
        timezone=organization.timezone,
        status=organization.status,
    )


def _columns(plan: OrganizationPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "slug": plan.slug,
        "domains": list(plan.domains),
        "country": plan.country,
        "timezone": plan.timezone,
        "status": plan.status,
    }


def _is_taken(column: Any, text: str, organization_id: int | None) -> bool:
    found = db.session.scalar(sa.select(Organization.id).where(column == text))
    return found not in {None, organization_id}


def _refuse_taken_name(name: str, organization_id: int | None) -> None:
    if _is_taken(Organization.name, name, organization_id):
        raise NameTakenError


def _refuse_taken_slug(slug: str, organization_id: int | None) -> None:
    if _is_taken(Organization.slug, slug, organization_id):
        raise SlugTakenError


def _free_slug(name: str) -> str:
    """Return an address that no other organization has: "aid", or "aid-2"."""
    wanted = slug_of(name, default="organization")
    taken = set(
        db.session.scalars(
            sa.select(Organization.slug).where(
                Organization.slug.startswith(wanted, autoescape=True)
            )
        )
    )
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)


def _require(kind: Any, condition: sa.ColumnElement[bool]) -> None:
    if db.session.scalar(sa.select(kind.id).where(condition)) is None:
        raise NotFoundError


def _lock(membership_id: int) -> Membership:
    found = db.session.execute(_MEMBERSHIP, {"membership_id": membership_id})
    membership = found.scalar_one_or_none()
    if membership is None:
        raise NotFoundError
    return membership


def _revoke_invitations(
    membership_id: int,
    *conditions: sa.ColumnElement[bool],
    actor_id: int | None,
    now: datetime,
) -> None:
    """Revoke the invitations that could make a current member a representative.

    Before the membership is locked: whoever accepts one locks them in this order, too.
    """
    current = db.session.execute(
        sa.select(Membership.person_id, Membership.organization_id).where(
            Membership.id == membership_id, Membership.until.is_(None), *conditions
        )
    ).one_or_none()
    if current is not None:
        revoke_open(current.person_id, current.organization_id, actor_id=actor_id, now=now)


def _record_end_of_representation(
    membership: Membership, *, actor_id: int | None, now: datetime
) -> None:
    changes.record(
        RepresentationEnded(membership.person_id, membership.organization_id, actor_id, now)
    )


def _record(
    action: str,
    membership_id: int,
    person_id: int,
    organization_id: int,
    actor_id: int | None,
    now: datetime,
    **after: Any,
) -> None:
    record_act(
        Act(
            action=action,
            subject_kind="membership",
            subject_id=membership_id,
            after={"person_id": person_id, "organization_id": organization_id, **after},
        ),
        actor_id=actor_id,
        now=now,
    )
