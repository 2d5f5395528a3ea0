"""MAIL-11: several senders at once, as processes, on both engines."""

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from queue import Empty
from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.apps import create_test_app
from tests.notifications.conftest import RENDERERS, Outbox
from tests.notifications.servers import MailServer
from tests.times import NOW
from training.clock import utc_now
from training.db import db, transaction
from training.notifications import jobs
from training.notifications.jobs import Sent, send_due
from training.notifications.models import Message
from training.notifications.values import MessageStatus

SENDERS = 3
MESSAGES = 90
_spawn = multiprocessing.get_context("spawn")


def claim_in_two_steps(now: datetime) -> Any:
    """Claim as the twin does: look in one transaction, take in another."""
    with transaction():
        found = db.session.scalar(
            sa.select(Message.id)
            .where(Message.status == MessageStatus.QUEUED, Message.claimed_until.is_(None))
            .order_by(Message.id)
            .limit(1)
        )
    time.sleep(0.1)
    with transaction():
        row = db.session.execute(
            sa.update(Message)
            .where(Message.id == found)
            .values(claimed_until=now + jobs.LEASE, attempts=Message.attempts + 1)
            .returning(*(getattr(Message, column.name) for column in fields(jobs._Claimed)))  # noqa: SLF001 -- the twin of what makes it
        ).one_or_none()
        return None if row is None else jobs._Claimed(**row._mapping)  # noqa: SLF001 -- as above


def send_until_empty(
    database_url: str, instance: Path, smtp_url: str, start: Barrier, results: Any
) -> None:
    """Run in a process of its own, with an engine of its own."""
    app = create_test_app(database_url, instance)
    app.extensions["settings"] = replace(app.extensions["settings"], smtp_url=smtp_url)
    app.extensions["renderers"] = RENDERERS
    with app.app_context():
        start.wait()
        results.put(send_due(now=NOW, limit=MESSAGES).sent)
        db.engine.dispose()


def send_carelessly(*arguments: Any) -> None:
    """Run the twin in a process of its own."""
    jobs._claim = claim_in_two_steps  # noqa: SLF001 -- the twin
    send_until_empty(*arguments)


def race(
    app: Flask,
    database_url: str,
    server: MailServer,
    send: Callable[..., None] = send_until_empty,
) -> list[int]:
    """Let the senders go at the same moment; returns how many each sent."""
    start, results = _spawn.Barrier(SENDERS), _spawn.Queue()
    instance = app.extensions["settings"].instance
    senders = [
        _spawn.Process(
            target=send,
            args=(database_url, instance, server.url, start, results),
        )
        for _ in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    try:
        sent = [results.get(timeout=120) for _ in senders]
    except Empty:
        sent = []
    for sender in senders:
        sender.join(timeout=30)
        sender.kill()
        sender.join()
        sender.close()
    results.close()
    results.join_thread()
    return sent


def test_each_message_is_claimed_by_one_sender(
    app: Flask, database_url: str, sending_outbox: Outbox, server: MailServer
) -> None:
    names = [f"P{number}" for number in range(MESSAGES)]
    sending_outbox.queue(*names)
    db.session.rollback()

    sent = race(app, database_url, server)

    assert sum(sent) == MESSAGES
    assert min(sent) > 0, "the senders did not overlap, so nothing was tried"
    assert Counter(server.subjects) == Counter(f"Letter of {name}" for name in names)
    assert sending_outbox.statuses() == dict.fromkeys(names, "sent")
    assert {sending_outbox.message(name).attempts for name in names} == {1}


def test_teeth_a_claim_in_two_steps_sends_twice(
    app: Flask, database_url: str, sending_outbox: Outbox, server: MailServer
) -> None:
    sending_outbox.queue(*(f"P{number}" for number in range(20)))
    db.session.rollback()

    race(app, database_url, server, send_carelessly)

    assert max(Counter(server.subjects).values()) > 1


def test_what_a_killed_sender_had_claimed_goes_out_later(
    app: Flask, database_url: str, sending_outbox: Outbox, server: MailServer
) -> None:
    sending_outbox.queue("Ana", "Bo")
    db.session.rollback()
    server.answers, server.slowness = {"MAIL": ["slow"]}, 60
    start, results = _spawn.Barrier(1), _spawn.Queue()
    instance = app.extensions["settings"].instance
    sender = _spawn.Process(
        target=send_until_empty, args=(database_url, instance, server.url, start, results)
    )
    sender.start()
    while server.tries == 0:
        sender.join(timeout=0.05)
        assert sender.is_alive()
    sender.kill()
    sender.join()
    sender.close()
    results.close()
    results.join_thread()

    # By the clock, as the sender that was killed: the run may have begun long ago.
    now = send_due(now=utc_now(), limit=10)
    later = send_due(now=utc_now() + 2 * jobs.LEASE, limit=10)

    assert (now, later) == (Sent(sent=1), Sent(sent=1))
    assert server.subjects == ["Letter of Bo", "Letter of Ana"]
    assert sending_outbox.message("Ana").attempts == 2
