"""What happens to seats by itself, because its time has come."""

import logging
from datetime import datetime

from training.db import db, transaction
from training.errors import BusyError
from training.registrations import seats

logger = logging.getLogger(__name__)


def settle_due(*, now: datetime) -> int:
    """Let time do what it does to seats, each session in a transaction of its own.

    Whoever does it first does it; for a second sender of mails that runs beside there is nothing
    left.

    :return: how many sessions were settled; one that finds the database busy is so the next time,
        and one that always fails keeps no other from it.
    """
    settled = 0
    due = seats.sessions_due(now=now)
    db.session.rollback()
    for training_session_id in due:
        try:
            with transaction():
                seats.settle(training_session_id, now=now)
        except BusyError:
            logger.warning("seats put off", extra={"training_session": training_session_id})
        except Exception:  # whatever is wrong with one session, the others are to be settled
            logger.exception("seats not settled", extra={"training_session": training_session_id})
        else:
            settled += 1
    return settled
