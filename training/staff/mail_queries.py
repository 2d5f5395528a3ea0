"""Mail that did not arrive, or does not leave."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from training.audit.models import AuditEntry
from training.db import UtcDateTime, core
from training.notifications.models import Message
from training.notifications.values import MessageStatus, Untold
from training.people.models import Person

# The tables and not the classes: what is read here is not worth an object each.
_message, _person, _entry = (kind.__table__.c for kind in (Message, Person, AuditEntry))

#: How far back the page looks.
RECENT = timedelta(days=14)
#: Mails that the page lists.
PAGE = 100


class Undelivered(NamedTuple):
    """A mail that could not be sent."""

    kind: str
    person_id: int
    name: str
    email: str | None
    ended_at: datetime
    reason: str


class Queue(NamedTuple):
    """Mails that are to be sent, as far as they are counted."""

    number: int
    #: Since when the first of them waits.
    since: datetime


def is_trouble(message: Any, since: Any) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions that a mail did not arrive, and that nothing made up for it.

    What was no longer true, or had no address to go to, is as it should be. Made up for it has a
    later mail that was sent, or waits to be, and another address, even if nothing was left to say.

    :param message: the columns of the table.
    """
    later = Message.__table__.alias("later")
    return (
        message.status == MessageStatus.DEAD,
        message.ended_at > since,
        message.reason.not_in(sorted(Untold)),
        sa.not_(
            sa.exists().where(
                later.c.recipient_id == message.recipient_id,
                later.c.id > message.id,
                later.c.status.in_((MessageStatus.QUEUED, MessageStatus.SENT)),
            )
        ),
        sa.not_(
            sa.exists().where(
                _entry.subject_kind == "person",
                _entry.subject_id == message.recipient_id,
                _entry.action == "person.revise",
                _entry.at > message.ended_at,
                sa.cast(_entry.after, sa.String).contains('"email"'),
            )
        ),
    )


_UNDELIVERED = (
    sa.select(
        _message.kind,
        _person.id,
        _person.name,
        _person.email,
        _message.ended_at,
        _message.reason,
    )
    .select_from(Message.__table__.join(Person.__table__, _person.id == _message.recipient_id))
    .where(*is_trouble(_message, sa.bindparam("since", type_=UtcDateTime())))
    .order_by(_message.ended_at.desc(), _message.id.desc())
    .limit(PAGE + 1)
)
_QUEUED = (
    sa.select(_message.queued_at)
    .where(_message.status == MessageStatus.QUEUED)
    .order_by(_message.priority, _message.id)
    .limit(PAGE + 1)
)


def undelivered(*, now: datetime) -> list[Undelivered]:
    """Return the mails that could not be sent lately, the last first; one more than a page has."""
    rows = core().execute(_UNDELIVERED, {"since": now - RECENT})
    return [Undelivered(*row) for row in rows]


def queue() -> Queue | None:
    """Return what waits to be sent; None: nothing does."""
    waiting = list(core().execute(_QUEUED).scalars())
    return Queue(len(waiting), min(waiting)) if waiting else None
