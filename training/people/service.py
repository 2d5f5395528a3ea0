"""Finding people, making those whom nobody knew yet, and changing what we know of one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from training import changes
from training.audit.trail import Act, record_act
from training.db import INSERT, core, db, insert_rows
from training.errors import NotFoundError
from training.people.changes import EmailChanged
from training.people.errors import EmailTakenError, StalePersonError
from training.people.models import Person, new_public_id
from training.people.values import PersonPlan, email_key
from training.text import search_key

_MAX_SEARCH_KEY = 500  # one letter may become eighteen

# Built once, which takes as long as running it.
_INSERT = {
    name: insert(Person.__table__).on_conflict_do_nothing(index_elements=["email_key"])
    for name, insert in INSERT.items()
}


def make_missing_people(name_of: Mapping[str, str]) -> None:
    """Make a person for each address that nobody has yet, in one statement.

    Before any session is locked, in the order of their keys: two groups that share people then
    never wait for each other in a circle, and nobody waits for a session because of a person.
    A name typed here never renames somebody who is known.

    :param name_of: address as typed → name.
    """
    locale = current_app.extensions["settings"].locale
    rows = sorted(
        (
            {
                "public_id": new_public_id(),
                "link_epoch": 0,
                "name": name,
                "email": email,
                "email_key": email_key(email),
                "locale": locale,
                "search_key": search_key(name, email)[:_MAX_SEARCH_KEY],
            }
            for email, name in name_of.items()
        ),
        key=lambda row: str(row["email_key"]),
    )
    if rows:
        insert_rows(_INSERT[core().dialect.name], rows)


def find_or_make_people(name_of: Mapping[str, str]) -> dict[str, int]:
    """Return the id of the person of each address; see :func:`make_missing_people`.

    :return: ``email_key`` → person's id.
    """
    make_missing_people(name_of)
    keys = [email_key(email) for email in name_of]
    found = db.session.execute(
        sa.select(Person.email_key, Person.id).where(Person.email_key.in_(keys))
    )
    return {str(key): person_id for key, person_id in found}


def create_person(name: str, email: str | None, *, actor_id: int | None, now: datetime) -> int:
    """Make a person whom nobody knew yet.

    :param email: a valid address as typed; None: they have none of their own.
    :return: the person's id.
    :raise EmailTakenError: somebody has this address.
    """
    plan = PersonPlan(
        name=name, email=email, locale=current_app.extensions["settings"].locale, timezone=None
    )
    _refuse_taken_email(plan.email, None)
    person = Person(**_columns(plan))
    db.session.add(person)
    db.session.flush()
    record_act(
        Act(action="person.create", subject_kind="person", subject_id=person.id),
        actor_id=actor_id,
        now=now,
    )
    return person.id


def revise_person(
    person_id: int,
    plan: PersonPlan,
    *,
    expected: PersonPlan | None,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change what we know of a person. Another mailbox ends every link mailed to the old one.

    :param expected: what the form showed; None: whatever it is by now.
    :return: whether anything changed.
    :raise NotFoundError: there is no such person, or not any more.
    :raise StalePersonError: somebody else changed the person since ``expected``.
    :raise EmailTakenError: somebody else has this address.
    """
    person = db.session.execute(
        sa.select(Person)
        .where(Person.id == person_id, Person.erased_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if person is None:
        raise NotFoundError
    before = plan_of(person)
    if expected not in {None, before}:
        raise StalePersonError
    if plan == before:
        return False
    columns = _columns(plan)
    is_other_mailbox = columns["email_key"] != person.email_key
    if is_other_mailbox:
        _refuse_taken_email(plan.email, person_id)
        person.link_epoch += 1
    for name, value in columns.items():
        setattr(person, name, value)
    db.session.flush()
    fields = ("name", "email", "locale", "timezone")
    entry_id = record_act(
        Act(
            action="person.revise",
            subject_kind="person",
            subject_id=person_id,
            after={
                "changed": [name for name in fields if getattr(plan, name) != getattr(before, name)]
            },
        ),
        actor_id=actor_id,
        now=now,
    )
    if is_other_mailbox:
        changes.record(EmailChanged(person_id, actor_id, entry_id, now))
    return True


def plan_of(person: Person) -> PersonPlan:
    """Return what we know of a person, as a plan."""
    return PersonPlan(
        name=person.name, email=person.email, locale=person.locale, timezone=person.timezone
    )


def _columns(plan: PersonPlan) -> dict[str, Any]:
    return {
        "name": plan.name,
        "email": plan.email,
        "email_key": email_key(plan.email) if plan.email else None,
        "locale": plan.locale,
        "timezone": plan.timezone,
        "search_key": search_key(plan.name, plan.email)[:_MAX_SEARCH_KEY],
    }


def _refuse_taken_email(email: str | None, person_id: int | None) -> None:
    if email is None:
        return
    found = db.session.scalar(sa.select(Person.id).where(Person.email_key == email_key(email)))
    if found not in {None, person_id}:
        raise EmailTakenError
