"""What happens by itself: to seats whose time has come, and with answers that have arrived."""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from flask import current_app

from training.calendars.itip.mailboxes import ReceivedMail
from training.calendars.itip.mails import read_mail
from training.calendars.itip.reading import UnreadableError
from training.config import Settings
from training.db import db, transaction
from training.errors import BusyError
from training.registrations import seats
from training.registrations.calendar_replies import KEPT, Taken, take_answer

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
    _remind_of_unnamed(now)
    return settled


def _remind_of_unnamed(now: datetime) -> None:
    """Tell who reserved seats for people to be named later that the deadline comes near."""
    unnamed = seats.unnamed_soon(now=now)
    db.session.rollback()
    if not unnamed:
        return
    try:
        with transaction():
            seats.remind_of_unnamed(unnamed, now=now)
    except BusyError:
        logger.warning("reminders of seats to be named put off")


def take_answers(mails: Iterable[ReceivedMail], *, now: datetime) -> Counter[Taken]:
    """Keep what the mails answer to invitations, each in a transaction of its own.

    A mail is marked as read once its answer is kept, and no other is: who reads the mailbox sees
    the rest. Stopped in between, it is read once more, and counts once.

    :return: how many mails became what.
    :raise MailboxError: the mailbox cannot be read any further.
    :raise BusyError: the database is busy or away.
    """
    taken: Counter[Taken] = Counter()
    for mail in mails:
        became = _taken(mail.data, now)
        if became in KEPT:
            mail.mark_as_read()
        taken[became] += 1
    return taken


def _taken(data: bytes, now: datetime) -> Taken:
    settings: Settings = current_app.extensions["settings"]
    try:
        received = read_mail(data, authserv_id=settings.authserv_id)
        if received is None:
            return Taken.NONE
        with transaction():
            became = take_answer(received, now=now)
    except UnreadableError:
        became = Taken.UNREADABLE
    except BusyError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with one mail, the others go on
        # No traceback: it may quote what people wrote.
        logger.error("calendar answer not read", extra={"error": type(error).__name__})  # noqa: TRY400
        return Taken.UNREADABLE
    if became not in KEPT:
        logger.info("calendar answer dropped", extra={"because": became.value})
    return became
