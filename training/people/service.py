"""Finding people, and making those whom nobody knew yet."""

from collections.abc import Mapping

import sqlalchemy as sa
from flask import current_app

from training.db import INSERT, db
from training.people.models import Person, new_public_id
from training.people.values import email_key
from training.text import search_key


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
                # One letter may become eighteen.
                "search_key": search_key(name, email)[:500],
            }
            for email, name in name_of.items()
        ),
        key=lambda row: str(row["email_key"]),
    )
    if rows:
        insert = INSERT[db.engine.dialect.name](Person)
        db.session.execute(insert.on_conflict_do_nothing(index_elements=["email_key"]), rows)


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
