"""Sending what is due: claim one, send it outside any transaction, write down what became of it.

A sender that dies in between loses its claim after a while, and another sends the message again
with the same Message-ID: each message goes out at least once. Only where a connection broke while
the server took a mail does nobody send again by itself, because nobody knows.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from traceback import extract_tb

import sqlalchemy as sa
from flask import current_app

from training import text
from training.config import Settings
from training.db import db, is_away, transaction
from training.errors import BusyError
from training.notifications.models import Message
from training.notifications.transport import (
    Envelope,
    NotSentError,
    RefusedError,
    ServerError,
    SetupError,
    Transport,
    UnknownOutcomeError,
    build,
    connected,
)
from training.notifications.values import (
    MessageFacts,
    MessageStatus,
    Rendered,
    Renderers,
    Untold,
)

#: A claim ends after this. Far longer than one mail can take (see ``smtp.Timeouts``).
LEASE = timedelta(minutes=10)
#: After the first attempt; three times as long after each further one.
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
#: Some five days of attempts, as mail servers give up among themselves (RFC 5321, 4.5.4.1).
MAX_ATTEMPTS = 35
#: Waits between attempts to write down what became of a mail that is out already.
_MARK_PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)

logger = logging.getLogger(__name__)


class Trouble(StrEnum):
    """Why a run stopped before the queue was empty."""

    DATABASE = "database"
    SERVER = "server"
    #: Waiting does not help: somebody must change a setting.
    SETUP = "setup"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What a run did."""

    sent: int = 0
    #: Not sent, to be tried again later.
    put_off: int = 0
    #: Not sent, ever, for a reason that stands with the message.
    dead: int = 0
    #: Handed over when the connection broke.
    unknown: int = 0
    trouble: Trouble | None = None
    #: For staff; no names and no addresses.
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claimed:
    """A message that is ours until ``claimed_until``."""

    id: int
    kind: str
    recipient_id: int
    registration_id: int | None
    training_session_id: int | None
    subject_id: int | None
    audit_entry_id: int | None
    queued_at: datetime
    valid_until: datetime | None
    claimed_until: datetime
    attempts: int
    message_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """What became of an attempt."""

    status: MessageStatus
    reason: str | None = None
    rendered: Rendered | None = None
    #: The trouble that keeps the rest of the queue too, if any.
    stop: ServerError | None = None


@dataclass(slots=True)
class _Run:
    """One run: what it did so far, and what time it is in it."""

    began: datetime
    #: ``time.monotonic()`` then.
    started: float
    ended: Counter[MessageStatus] = field(default_factory=Counter)

    def now(self) -> datetime:
        passed = timedelta(seconds=int(time.monotonic() - self.started))
        return self.began + passed

    def done(self, trouble: Trouble | None = None, detail: str = "") -> Sent:
        return Sent(
            sent=self.ended[MessageStatus.SENT],
            put_off=self.ended[MessageStatus.QUEUED],
            dead=self.ended[MessageStatus.DEAD],
            unknown=self.ended[MessageStatus.UNKNOWN],
            trouble=trouble,
            detail=detail,
        )


# As text, like the index, which the planner then knows to be enough.
_IS_QUEUED = sa.text("message.status = 'queued'")
_IS_DUE = sa.and_(
    _IS_QUEUED,
    Message.due_at <= sa.bindparam("now"),
    sa.or_(Message.claimed_until.is_(None), Message.claimed_until < sa.bindparam("now")),
)
_ANY_DUE = sa.select(Message.id).where(_IS_DUE).limit(1)
_NEXT = (
    sa.select(Message.id)
    .where(_IS_DUE)
    .order_by(Message.priority, Message.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    sa.update(Message)
    .where(Message.id == _NEXT)
    .values(claimed_until=sa.bindparam("until"), attempts=Message.attempts + 1)
    .returning(*(getattr(Message, column.name) for column in fields(_Claimed)))
    .execution_options(synchronize_session=False)
)


def send_due(*, now: datetime, limit: int, is_stopping: Callable[[], bool] = lambda: False) -> Sent:
    """Send what is due, one by one, urgent kinds first. Any number may run at the same time.

    :param now: aware; when this begins. What takes long counts on from there.
    :param limit: the most messages to take.
    :param is_stopping: asked before each message.
    :return: what it did; it never raises because of a mail server, a message or a database that
        is away.
    """
    run = _Run(now, time.monotonic())
    settings: Settings = current_app.extensions["settings"]
    try:
        if not _is_any_due(now):
            return run.done()
        # Before anything is claimed: while the server is away no message counts as tried.
        with connected(settings) as transport:
            for _ in range(limit):
                claimed = None if is_stopping() else _claim(run.now())
                if claimed is None:
                    break
                ended = _send(claimed, transport, settings, run.now())
                _insist(partial(_mark, claimed, ended, run))
                run.ended[ended.status] += 1
                if ended.stop is not None:
                    raise ended.stop
    except ServerError as error:
        needs_somebody = isinstance(error, SetupError)
        level = logging.ERROR if needs_somebody else logging.WARNING
        logger.log(level, "no mail can be sent", extra={"detail": str(error)})
        return run.done(Trouble.SETUP if needs_somebody else Trouble.SERVER, str(error))
    except BusyError:
        logger.warning("database away while sending mail")
        return run.done(Trouble.DATABASE, "the database is busy or away")
    return run.done()


def delay_after(attempts: int, *, spread: float | None = None) -> timedelta:
    """Return how long to wait before the next attempt.

    :param attempts: so far, from 1.
    :param spread: from 0 to 1, at random unless given, so that what failed together does not
        come back together: 0 is three quarters of the time, 1 is five quarters.
    """
    spread = random.random() if spread is None else spread  # noqa: S311 -- no secret
    delay = min(FIRST_DELAY * 3 ** min(attempts - 1, 10), LONGEST_DELAY)
    return timedelta(seconds=int(delay.total_seconds() * (0.75 + spread / 2)))


def _is_any_due(now: datetime) -> bool:
    with _reading():
        return db.session.scalar(_ANY_DUE, {"now": now}) is not None


def _claim(now: datetime) -> _Claimed | None:
    with transaction():
        row = db.session.execute(_CLAIM, {"now": now, "until": now + LEASE}).one_or_none()
        return None if row is None else _Claimed(**row._mapping)  # noqa: SLF001 -- its public name


@contextmanager
def _reading() -> Iterator[None]:
    """Read, and leave no transaction open: sending may take a minute.

    :raise BusyError: the database is busy or away.
    """
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        if is_away(error):
            raise BusyError from error
        raise
    finally:
        db.session.close()


def _send(claimed: _Claimed, transport: Transport, settings: Settings, now: datetime) -> _Ended:
    """Try once; nothing that is wrong with one message may hold up the others."""
    if claimed.attempts > MAX_ATTEMPTS:
        return _dead(f"given up after {MAX_ATTEMPTS} attempts")
    if claimed.valid_until is not None and claimed.valid_until <= now:
        return _dead("too late: it was of use until then and no longer")
    try:
        rendered = _render(claimed, now)
        if isinstance(rendered, Untold):
            return _dead(rendered)
        envelope = build(
            rendered,
            sender=settings.mail_from,
            message_id=claimed.message_id,
            now=now,
            reply_to=settings.reply_to,
        )
    except BusyError:
        raise
    except ServerError as error:
        return _kept_back(error)
    except Exception as error:  # noqa: BLE001 -- the top of the loop: the next message goes on
        where = _place_of(error)
        logger.error(  # noqa: TRY400 -- a traceback may quote what people wrote
            "message cannot be built",
            extra={"outbox_id": claimed.id, "error": type(error).__name__, "at": where},
        )
        return _dead(f"cannot be built: {type(error).__name__} at {where}")
    return _hand_over(envelope, rendered, transport, claimed)


def _render(claimed: _Claimed, now: datetime) -> Rendered | Untold:
    renderers: Renderers = current_app.extensions["renderers"]
    facts = MessageFacts(
        kind=claimed.kind,
        recipient_id=claimed.recipient_id,
        registration_id=claimed.registration_id,
        training_session_id=claimed.training_session_id,
        subject_id=claimed.subject_id,
        audit_entry_id=claimed.audit_entry_id,
        queued_at=claimed.queued_at,
        now=now,
    )
    with _reading():
        return renderers[claimed.kind](facts)


def _hand_over(
    envelope: Envelope, rendered: Rendered, transport: Transport, claimed: _Claimed
) -> _Ended:
    try:
        transport.send(envelope)
    except NotSentError as error:
        ended = _Ended(status=MessageStatus.QUEUED, reason=str(error))
    except RefusedError as error:
        ended = _Ended(status=MessageStatus.DEAD, reason=str(error), rendered=rendered)
    except UnknownOutcomeError as error:
        ended = _Ended(status=MessageStatus.UNKNOWN, reason=str(error), rendered=rendered)
    except ServerError as error:
        ended = _kept_back(error)
    else:
        ended = _Ended(status=MessageStatus.SENT, rendered=rendered)
    if ended.reason:  # some servers quote what they refuse
        ended = replace(ended, reason=_masked(ended.reason, rendered.secrets))
    logger.info("message handed over", extra={"outbox_id": claimed.id, "status": ended.status})
    return ended


def _kept_back(error: ServerError) -> _Ended:
    # The mail waits longer than the rest: if it is what ends the connection, the others pass it.
    return _Ended(status=MessageStatus.QUEUED, reason=str(error), stop=error)


def _dead(reason: str) -> _Ended:
    return _Ended(status=MessageStatus.DEAD, reason=reason)


def _place_of(error: Exception) -> str:
    last = extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def _insist(mark: Callable[[], None]) -> None:
    """Write down what became of a mail, though the database may be away for a while.

    Given up, the message would be sent again when the claim ends.

    :raise BusyError: it was away for too long.
    """
    for pause in _MARK_PAUSES:
        try:
            return mark()
        except BusyError:
            time.sleep(pause)
    return mark()


def _mark(claimed: _Claimed, ended: _Ended, run: _Run) -> None:
    now = run.now()
    is_over = ended.status is not MessageStatus.QUEUED
    values: dict[str, object] = {
        "status": ended.status,
        "claimed_until": None,
        "ended_at": now if is_over else None,
        "reason": text.cleaned_line(ended.reason)[:500] if ended.reason else None,
    }
    if not is_over:
        values["due_at"] = now + delay_after(claimed.attempts)
    if ended.rendered is not None:
        values["subject"] = text.cleaned_line(
            _masked(ended.rendered.subject, ended.rendered.secrets)
        )[:500]
        values["body"] = text.cleaned_lines(_masked(ended.rendered.text, ended.rendered.secrets))
    is_ours = Message.claimed_until == claimed.claimed_until
    with transaction():
        db.session.execute(
            sa.update(Message)
            # What is out is out, even if our claim ended meanwhile and somebody else has it.
            .where(Message.id == claimed.id, _IS_QUEUED, sa.true() if is_over else is_ours)
            .values(values)
            .execution_options(synchronize_session=False)
        )


def _masked(shown: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        shown = shown.replace(secret, "…")
    return shown


def run_timers(*, now: datetime) -> None:
    """Let time do what it does to what the application names as ``timers``.

    Each opens its own transactions. One that always fails stops neither the others nor the mails.
    """
    for timer in current_app.extensions["timers"]:
        try:
            timer(now=now)
        except Exception as error:  # whatever it is, the others and the mails go on
            if is_away(error):
                logger.warning("timer put off", extra={"timer": timer.__name__})
            else:
                logger.exception("timer failed", extra={"timer": timer.__name__})
            db.session.rollback()


def do_chores(*, now: datetime) -> int:
    """Tidy up what the application names as ``chores``, each in a transaction of its own.

    :return: how many were done; one that finds the database busy is done next time.
    """
    done = 0
    for chore in current_app.extensions["chores"]:
        try:
            with transaction():
                chore(now=now)
        except BusyError:
            logger.warning("chore put off", extra={"chore": chore.__name__})
        else:
            done += 1
    return done
