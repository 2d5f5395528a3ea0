"""Who reads a mail about a registration: the participant, or whoever registered them."""

from dataclasses import dataclass, replace

from training.db import db
from training.people.locales import known_locale
from training.people.models import Person
from training.registrations.models import Registration


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


def find(registration: Registration) -> Addressee | None:
    """Return who is to read of a registration, or None: nobody can, or needs to.

    Whoever registered somebody at the door, without an address, told them face to face.
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
    is_at_the_door = registration.registered_at >= registration.training_session.starts_at
    return None if is_at_the_door else _reachable(registrant, is_participant=False)


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
