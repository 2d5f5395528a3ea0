"""The commands ``training calendars …``: what of sessions stands in calendars."""

from collections.abc import Iterable

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from training.calendars.feed import WRITTEN_BY
from training.calendars.models import StoredEntry
from training.calendars.values import Variant
from training.clock import utc_now
from training.db import db, transaction
from training.sessions import entries
from training.sessions.models import Meeting, TrainingSession
from training.sessions.service import lock_training_session

commands = AppGroup("calendars", help="Keep the calendar feeds.")

#: Sessions whose entries another version of the writer or of the zone data wrote, or nobody:
#: staff see every meeting, so each has such an entry.
_OUTDATED = (
    sa.select(Meeting.training_session_id)
    .where(
        sa.or_(
            Meeting.uid.in_(
                sa.select(StoredEntry.meeting_uid).where(StoredEntry.written_by != WRITTEN_BY)
            ),
            ~sa.exists().where(
                StoredEntry.meeting_uid == Meeting.uid, StoredEntry.variant == Variant.STAFF
            ),
        )
    )
    .distinct()
    .order_by(Meeting.training_session_id)
)


@commands.command("rebuild")
@click.option("--all", "is_all", is_flag=True, help="Also what is up to date.")
def rebuild(is_all: bool) -> None:  # noqa: FBT001 -- click calls it
    """Write the calendar entries anew that another version of the program or its zone data wrote.

    Each session by itself, so nobody waits for long, and it may be stopped and started again.
    Programs take over what is new when they ask the next time.
    """
    every = sa.select(TrainingSession.id).order_by(TrainingSession.id)
    count = _rewrite(db.session.scalars(every).all()) if is_all else write_outdated()
    click.echo(f"Sessions whose calendar entries were written: {count}.")


def write_outdated() -> int:
    """Write the entries of sessions that another version wrote or left out; returns of how many.

    Stopped half way, it goes on with the rest when it is called again.
    """
    return _rewrite(db.session.scalars(_OUTDATED).all())


def _rewrite(ids: Iterable[int]) -> int:
    count = 0
    for training_session_id in ids:
        with transaction():
            # Whoever changes the session at this moment goes first, or sees these entries.
            lock_training_session(training_session_id)
            entries.rewrite(training_session_id, now=utc_now())
        count += 1
    return count
