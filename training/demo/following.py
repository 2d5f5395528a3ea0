"""Who of the demo's people reads which calendar, and when their programs last looked."""

from datetime import timedelta

import sqlalchemy as sa

from training.calendars import service as calendars
from training.calendars.models import FeedToken
from training.calendars.service.fetches import Fetch
from training.calendars.values import FeedKind
from training.db import db
from training.demo import scenario
from training.demo.cast import Cast
from training.demo.values import Reader
from training.organizations.models import Membership
from training.organizations.values import MembershipRole
from training.people.models import Person

#: Since when the addresses are there.
_MADE_DAYS_AGO = 14


def follow(cast: Cast) -> None:
    """Make the addresses, and note how they were read."""
    fetches = {}
    for reader in scenario.READERS:
        feed_id = _make(reader, cast)
        if reader.hours_ago is not None:
            at = cast.now - timedelta(hours=reader.hours_ago)
            fetches[feed_id] = Fetch(at=at, program=reader.program, etag="demo", count=reader.count)
    calendars.note_fetches(fetches)


def _make(reader: Reader, cast: Cast) -> int:
    """Make the address, which nobody is shown; whoever wants one replaces it."""
    owner_id = db.session.scalars(
        sa.select(Person.id).where(Person.email_key.startswith(f"{reader.owner}@"))
    ).one()
    calendars.make_feed(
        reader.kind,
        owner_id=owner_id,
        organization_id=_represented(owner_id) if reader.kind is FeedKind.ORGANIZATION else None,
        name=reader.name,
        now=cast.now - timedelta(days=_MADE_DAYS_AGO),
    )
    return db.session.scalars(
        sa.select(sa.func.max(FeedToken.id)).where(FeedToken.owner_id == owner_id)
    ).one()


def _represented(person_id: int) -> int:
    return db.session.scalars(
        sa.select(Membership.organization_id)
        .where(Membership.person_id == person_id, Membership.role == MembershipRole.REPRESENTATIVE)
        .order_by(Membership.organization_id)
        .limit(1)
    ).one()
