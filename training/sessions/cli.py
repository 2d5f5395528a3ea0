"""The commands ``training calendars …``: what of sessions stands in calendars."""

from collections.abc import Iterable

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from training.calendars.models import StoredEntry
from training.calendars.values import Variant
from training.clock import utc_now
from training.db import db, transaction
from training.sessions import entries
from training.sessions.models import Meeting, TrainingSession

commands = AppGroup("calendars", help="Keep the calendar feeds.")

#: Staff see every meeting, so each has such an entry, unless an older version wrote its entries.
_LACKING = (
    sa.select(Meeting.training_session_id)
    .distinct()
    .where(
        ~sa.exists().where(
            StoredEntry.meeting_uid == Meeting.uid, StoredEntry.variant == Variant.STAFF
        )
    )
    .order_by(Meeting.training_session_id)
)


@commands.command("rewrite")
def rewrite() -> None:
    """Write all calendar entries anew: after an upgrade that writes them in another way.

    Each session by itself, so nobody waits for long, and it may be stopped and started again.
    Programs take over what is new when they ask the next time.
    """
    ids = db.session.scalars(sa.select(TrainingSession.id).order_by(TrainingSession.id)).all()
    click.echo(f"Sessions whose calendar entries were written: {_rewrite(ids)}.")


def write_lacking() -> int:
    """Write the entries of sessions that an older version kept; returns of how many.

    Stopped half way, it goes on with the rest when it is called again.
    """
    return _rewrite(db.session.scalars(_LACKING).all())


def _rewrite(ids: Iterable[int]) -> int:
    count = 0
    for training_session_id in ids:
        with transaction():
            entries.rewrite(training_session_id, now=utc_now())
        count += 1
    return count
