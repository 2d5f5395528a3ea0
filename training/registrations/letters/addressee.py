"""Who reads a mail about a registration: the participant, or whoever registered them."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from training.accounts.models import Account
from training.db import db
from training.organizations.models import Membership
from training.organizations.queries import IS_CURRENT
from training.organizations.values import MembershipRole
from training.people.locales import known_locale
from training.people.models import Person
from training.registrations.models import Registration
from training.registrations.values import Claim


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """Who gets the mail: the participant, or whoever registered somebody without an address."""

    name: str
    address: str
    locale: str
    timezone: str | None
    is_participant: bool
    #: Who registered the participant; None: they did so themselves, or it was the reader.
    registrant: str | None = None
    #: Whether the reader acts for the organization in the place of who registered and left.
    is_colleague: bool = False


def find(registration: Registration) -> Addressee | None:
    """Return who is to read of a registration, or None: nobody can, or needs to.

    Staff and trainers who add somebody without an address once the session has begun tell them face
    to face; a representative is not there. Who left the organization reads no more of its people.
    """
    person = registration.person
    if person.erased_at is not None:
        return None
    by = registration.registered_by
    registrant = None if by in {None, person.id} else db.session.get(Person, by)
    own = _reachable(person, is_participant=True)
    if own:
        name = registrant.name if registrant and registrant.erased_at is None else None
        return replace(own, name=registration.name, registrant=name)
    has_begun = registration.registered_at >= registration.training_session.starts_at
    is_at_the_door = has_begun and registration.claim is not Claim.REPRESENTATIVE
    if is_at_the_door:
        return None
    # A seat to be named may have passed to another organization than that of who reserved it.
    is_for_organization = registration.claim is Claim.REPRESENTATIVE or registration.is_placeholder
    if is_for_organization and not _still_acts(registration):
        colleague = _reachable(_colleague(registration), is_participant=False)
        return colleague and replace(colleague, is_colleague=True)
    return _reachable(registrant, is_participant=False)


def _still_acts(registration: Registration) -> bool:
    """Tell whether whoever registered somebody for an organization represents it, or is staff."""
    by = Person.id == registration.registered_by
    found = db.session.scalar(
        sa.select(Person.id).where(
            by,
            sa.or_(
                sa.exists().where(
                    Membership.person_id == Person.id, *_represents(registration.organization_id)
                ),
                sa.exists().where(Account.person_id == Person.id, Account.staff_role.is_not(None)),
            ),
        )
    )
    return found is not None


def _colleague(registration: Registration) -> Person | None:
    """Return who has represented the organization longest of those who can be mailed."""
    return db.session.scalars(
        sa.select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            *_represents(registration.organization_id),
            Person.email.is_not(None),
            Person.erased_at.is_(None),
        )
        .order_by(Membership.id)
        .limit(1)
    ).one_or_none()


def _represents(organization_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Membership.organization_id == organization_id,
        Membership.role == MembershipRole.REPRESENTATIVE,
        IS_CURRENT,
    )


def _reachable(person: Person | None, *, is_participant: bool) -> Addressee | None:
    if person is None or not person.email or person.erased_at is not None:
        return None
    return Addressee(
        name=person.name,
        address=person.email,
        locale=known_locale(person.locale),
        timezone=person.timezone,
        is_participant=is_participant,
    )
