"""Making the demo's data: through the services, so that counters, audit and messages are right."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from training.clock import midnight_before
from training.db import db
from training.demo import scenario
from training.demo.asking import ask
from training.demo.cast import make_cast
from training.demo.errors import NotFreshError
from training.demo.following import follow
from training.demo.holding import hold
from training.demo.seating import allot
from training.imports import eventbrite
from training.imports.service import bring_in
from training.imports.values import ImportedSession
from training.notifications.models import Message
from training.notifications.values import MessageStatus, Untold
from training.people.models import Person
from training.strict_json import JsonValue

#: Real events of a real organization; see the licence beside them.
EVENTS = Path(__file__).parent / "data" / "events.json"
#: Before the first session of the scenario was published.
_BROUGHT_IN_DAYS_AGO = 60


def refuse_unless_fresh() -> None:
    """Refuse an instance that knows anybody.

    :raise NotFreshError: there is a person.
    """
    if db.session.scalar(sa.select(Person.id).limit(1)) is not None:
        raise NotFreshError


def make_demo(hash_of: Mapping[str, str], *, now: datetime) -> None:
    """Make everything, in one transaction of the caller's. On one day it makes the same again.

    :param hash_of: e-mail of a colleague → hash of the password.
    :raise NotFreshError: somebody uses this instance already.
    """
    refuse_unless_fresh()
    cast = make_cast(hash_of, now=now)
    for item in eventbrite.read_events(_events(), file=EVENTS.name):
        assert isinstance(item, ImportedSession)
        bring_in(item, now=midnight_before(now, days=_BROUGHT_IN_DAYS_AGO))
    for number, text in enumerate(scenario.SESSIONS):
        hold(text, number, cast)
    allot(cast)
    ask(cast)
    follow(cast)
    _send_nothing_of_the_past(now)


def _events() -> Sequence[JsonValue]:
    return eventbrite.events_of(json.loads(EVENTS.read_text(encoding="utf-8")))


def _send_nothing_of_the_past(now: datetime) -> None:
    """End the messages of the demo's past without sending them.

    A visitor's first minute would else bring hundreds of mails of the last weeks. What happens
    today stays queued, and shows what mails look like.
    """
    db.session.execute(
        sa.update(Message)
        .where(Message.status == MessageStatus.QUEUED, Message.queued_at < now)
        .values(status=MessageStatus.DEAD, ended_at=now, reason=Untold.OUTDATED.value)
        .execution_options(synchronize_session=False)
    )
