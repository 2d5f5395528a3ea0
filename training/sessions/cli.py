"""The commands ``training calendars …``: what of sessions stands in calendars."""

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from training.clock import utc_now
from training.db import db, transaction
from training.sessions import entries
from training.sessions.models import TrainingSession

commands = AppGroup("calendars", help="Keep the calendar feeds.")


@commands.command("rewrite")
def rewrite() -> None:
    """Write all calendar entries anew: after an upgrade that writes them in another way.

    Each session by itself, so nobody waits for long, and it may be stopped and started again.
    Programs take over what is new when they ask the next time.
    """
    ids = db.session.scalars(sa.select(TrainingSession.id).order_by(TrainingSession.id)).all()
    for training_session_id in ids:
        with transaction():
            entries.rewrite(training_session_id, now=utc_now())
    click.echo(f"Sessions whose calendar entries were written: {len(ids)}.")
