"""Files that were sent, for the pages that show them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from training.accounts.models import Account
from training.db import db
from training.errors import NotFoundError
from training.imports.models import ImportFile, ImportState
from training.imports.results import Result, from_json
from training.imports.values import GIVEN_UP_AFTER, Kind
from training.people.models import Person
from training.people.values import email_key

#: Shown under the form; the rest of a day is found by its address.
MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFacts:
    """A file that was sent, and how far it is."""

    id: int
    kind: Kind
    name: str
    at: datetime
    state: ImportState
    confirmed_at: datetime | None
    #: Who sent it; None: the command.
    sender: str | None
    result: Result | None

    def is_ready(self, now: datetime) -> bool:
        """Tell whether it can be confirmed: nobody did, or who did is not at work any more."""
        if self.state is ImportState.RUNNING and self.confirmed_at is not None:
            return self.confirmed_at < now - GIVEN_UP_AFTER
        return self.state is ImportState.READY


_FACTS = sa.select(
    ImportFile.id,
    ImportFile.kind,
    ImportFile.name,
    ImportFile.at,
    ImportFile.state,
    ImportFile.confirmed_at,
    ImportFile.result,
    Person.name.label("sender"),
).outerjoin(Person, Person.id == ImportFile.uploaded_by)


def get_file(import_id: int) -> FileFacts:
    """Return a file that was sent.

    :raise NotFoundError: there is none of this number, or not any more.
    """
    row = db.session.execute(_FACTS.where(ImportFile.id == import_id)).one_or_none()
    if row is None:
        raise NotFoundError
    return _facts(row)


def recent_files() -> list[FileFacts]:
    """Return the files that were sent last."""
    rows = db.session.execute(
        _FACTS.order_by(ImportFile.at.desc(), ImportFile.id.desc()).limit(MOST_SHOWN)
    )
    return [_facts(row) for row in rows]


def find_staff(email: str) -> int | None:
    """Return the person of a staff account that can be used, by address."""
    found: int | None = db.session.scalar(
        sa.select(Person.id)
        .join(Account, Account.person_id == Person.id)
        .where(
            Person.email_key == email_key(email),
            Account.staff_role.is_not(None),
            Account.disabled_at.is_(None),
        )
    )
    return found


def content_of(import_id: int) -> bytes:
    """Return what a file holds.

    :raise NotFoundError: there is none of this number, or not any more.
    """
    content = db.session.scalar(sa.select(ImportFile.content).where(ImportFile.id == import_id))
    if content is None:
        raise NotFoundError
    return content


def _facts(row: sa.Row[tuple[object, ...]]) -> FileFacts:
    values = dict(row._mapping)  # noqa: SLF001 -- the public name for a row as a mapping
    result = values.pop("result")
    return FileFacts(**values, result=from_json(result) if result else None)
