"""Finding what a file names: by its short name in addresses, or by what it is called."""

from collections.abc import Iterable

import sqlalchemy as sa

from training.db import db
from training.errors import N_
from training.imports.cells import quoted
from training.imports.errors import BadCellError
from training.people.models import Person
from training.people.values import email_key
from training.text import search_key

#: Values that one statement may have on both databases, and far fewer.
_AT_ONCE = 5_000


class Names:
    """The ids of things by short name and by name, without regard to case and accents."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        self._by_slug: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = {}
        for id_, slug, name in rows:
            self._by_slug[slug] = id_
            self._by_name.setdefault(search_key(name), []).append(id_)

    def find_slug(self, text: str) -> int | None:
        """Return the id of what has this short name, or None."""
        return self._by_slug.get(text)

    def find(self, text: str) -> int | None:
        """Return the id of what is called so, or None.

        :raise BadCellError: several are.
        """
        if text in self._by_slug:
            return self._by_slug[text]
        found = self._by_name.get(search_key(text), [])
        if len(found) > 1:
            raise BadCellError(
                N_("Several are called “%(name)s”: use the short name."), name=quoted(text)
            )
        return found[0] if found else None

    def find_alone(self, text: str) -> int | None:
        """Return the id of what alone is called so, or None."""
        try:
            return self.find(text)
        except BadCellError:
            return None

    def get(self, text: str) -> int:
        """Return the id of what is called so.

        :raise BadCellError: nothing is, or several are.
        """
        found = self.find(text)
        if found is None:
            raise BadCellError(N_("Nothing here is called “%(name)s”."), name=quoted(text))
        return found


def people_by_email(emails: Iterable[str]) -> dict[str, Person]:
    """Return the people who have one of these addresses, by ``email_key``, as committed now."""
    keys = sorted({email_key(email) for email in emails})
    found: dict[str, Person] = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        for person in db.session.scalars(
            sa.select(Person)
            .where(Person.email_key.in_(some), Person.erased_at.is_(None))
            .execution_options(populate_existing=True)
        ):
            found[str(person.email_key)] = person
    return found
