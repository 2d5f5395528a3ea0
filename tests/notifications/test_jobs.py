"""Sending what is due: each message once, whatever the mail server does."""

import itertools
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.notifications.conftest import TOKEN, Outbox
from tests.notifications.servers import DROP, MailServer
from tests.times import DAY, HOUR, NOW
from training.db import db, transaction
from training.errors import BusyError
from training.notifications import jobs
from training.notifications.jobs import Sent, Trouble, delay_after, send_due
from training.notifications.models import Message
from training.notifications.values import MessageStatus, Priority

MINUTE = timedelta(minutes=1)
PEOPLE = ("Ana", "Bo", "Cy")


def send(**options: object) -> Sent:
    values: dict[str, object] = {"now": NOW, "limit": 100}
    return send_due(**{**values, **options})  # type: ignore[arg-type]  # each test names its own


def change(name: str, **values: object) -> None:
    with transaction():
        db.session.execute(sa.update(Message).where(Message.key == name).values(**values))


def test_messages_are_sent_once_and_kept_with_their_links_masked(
    sending_outbox: Outbox, server: MailServer
) -> None:
    sending_outbox.queue(*PEOPLE)

    first, second = send(), send()

    assert (first, second) == (Sent(sent=3), Sent())
    assert server.recipients == ["ana@example.org", "bo@example.org", "cy@example.org"]
    assert TOKEN in server.mails[0].get_content()
    message = sending_outbox.message("Ana")
    assert (message.status, message.ended_at, message.attempts, message.claimed_until) == (
        MessageStatus.SENT,
        NOW,
        1,
        None,
    )
    assert (message.subject, message.body) == (
        "Letter of Ana",
        "See https://training.example/registrations/…",
    )


def test_without_a_mail_server_mails_become_files(
    outbox: Outbox, files: Callable[[], list[bytes]]
) -> None:
    outbox.queue(*PEOPLE)

    assert send() == Sent(sent=3)
    assert len(files()) == 3


def test_urgent_kinds_overtake(sending_outbox: Outbox, server: MailServer) -> None:
    sending_outbox.queue("Bulk", priority=Priority.BULK)
    sending_outbox.queue("Normal", priority=Priority.NORMAL)
    sending_outbox.queue("Urgent", priority=Priority.URGENT)

    send()

    assert server.subjects == ["Letter of Urgent", "Letter of Normal", "Letter of Bulk"]


def test_a_run_takes_no_more_than_it_was_told(sending_outbox: Outbox) -> None:
    sending_outbox.queue(*PEOPLE)

    assert send(limit=2) == Sent(sent=2)
    assert sending_outbox.statuses() == {"Ana": "sent", "Bo": "sent", "Cy": "queued"}


def test_a_run_stops_between_two_messages(sending_outbox: Outbox, server: MailServer) -> None:
    sending_outbox.queue(*PEOPLE)

    assert send(is_stopping=lambda: len(server.mails) == 1) == Sent(sent=1)
    assert sending_outbox.statuses() == {"Ana": "sent", "Bo": "queued", "Cy": "queued"}


def test_mail_02_while_the_server_is_down_mails_wait_and_then_go_out_once(
    outbox: Outbox,
) -> None:
    server = MailServer()
    with server.running():
        outbox.send_to(server.url)
    outbox.queue(*(f"P{number}" for number in range(40)))

    down = [send(now=NOW + hours * HOUR) for hours in range(6)]
    with server.running():
        up = send(now=NOW + 6 * HOUR)
        again = send(now=NOW + 12 * HOUR)

    assert [result.trouble for result in down] == [Trouble.SERVER] * 6
    assert (up, again) == (Sent(sent=40), Sent())
    assert server.subjects == [f"Letter of P{number}" for number in range(40)]
    assert outbox.message("P0").attempts == 1  # none was counted while nobody could be reached


def test_mail_02_a_mail_put_off_waits_longer_each_time_with_the_same_message_id(
    sending_outbox: Outbox, server: MailServer
) -> None:
    server.answers = {"RCPT": ["450 Greylisted"] * 3}
    sending_outbox.queue("Ana")
    now, waits = NOW, []

    for _ in range(3):
        assert send(now=now) == Sent(put_off=1)
        due_at = sending_outbox.message("Ana").due_at
        waits.append(due_at - now)
        assert send(now=due_at - timedelta(seconds=1)) == Sent()
        now = due_at
    assert sending_outbox.message("Ana").reason == "450 Greylisted"

    assert send(now=now) == Sent(sent=1)
    assert waits == sorted(waits)
    message = sending_outbox.message("Ana")
    assert (message.attempts, message.reason, message.status) == (4, None, MessageStatus.SENT)
    [mail] = server.mails
    assert mail["Message-ID"] == f"<{message.message_id}@127.0.0.1>"


def test_every_attempt_has_the_same_message_id(sending_outbox: Outbox, server: MailServer) -> None:
    sending_outbox.queue("Ana")
    send()
    # As if the sender had died before it could write down that the mail is out.
    change("Ana", status=MessageStatus.QUEUED, claimed_until=NOW - MINUTE)

    assert send() == Sent(sent=1)
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    ("attempts", "shortest", "longest"),
    [
        (1, 45, 75),
        (2, 135, 225),
        (3, 405, 675),
        (6, 10_800, 18_000),
        (35, 10_800, 18_000),
    ],
)
def test_the_delay_grows_and_is_spread(attempts: int, shortest: int, longest: int) -> None:
    spread = [delay_after(attempts, spread=spread).total_seconds() for spread in (0, 1)]

    assert spread == [shortest, longest]
    assert timedelta(seconds=shortest) <= delay_after(attempts) <= timedelta(seconds=longest)


def test_mail_05_a_refused_recipient_is_dead_and_the_others_are_sent(
    sending_outbox: Outbox, server: MailServer
) -> None:
    server.answers = {"RCPT": ["250 OK", "550 5.1.1 No such user"]}
    sending_outbox.queue(*PEOPLE)

    assert send() == Sent(sent=2, dead=1)
    assert sending_outbox.statuses() == {"Ana": "sent", "Bo": "dead", "Cy": "sent"}
    assert sending_outbox.message("Bo").reason == "550 5.1.1 No such user"


@pytest.mark.parametrize("code", [450, 550])
def test_a_link_that_the_server_quotes_is_not_kept(
    sending_outbox: Outbox, server: MailServer, code: int
) -> None:
    server.answers = {"RCPT": [f"{code} Bad address https://training.example/{TOKEN}"]}
    sending_outbox.queue("Ana")

    send()

    reason = f"{code} Bad address https://training.example/…"
    assert sending_outbox.message("Ana").reason == reason


def test_mail_05_a_wrong_password_stops_the_run_after_one_try(
    sending_outbox: Outbox, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = {"MAIL": ["530 5.7.0 Sign in first"] * 100}
    sending_outbox.queue(*PEOPLE)

    result = send()

    assert (result.trouble, result.put_off, server.tries) == (Trouble.SETUP, 1, 1)
    assert [record.levelno for record in caplog.records if record.name == jobs.__name__] == [
        logging.ERROR
    ]
    server.answers = {}
    assert send(now=NOW + DAY) == Sent(sent=3)


def test_mail_05_a_server_that_hangs_up_stops_the_run_and_the_next_mail_is_first(
    sending_outbox: Outbox, server: MailServer
) -> None:
    server.answers = {"RCPT": [DROP]}
    sending_outbox.queue(*PEOPLE)

    first, second, third = send(), send(), send(now=NOW + HOUR)

    assert (first.trouble, first.put_off) == (Trouble.SERVER, 1)
    assert (second, third) == (Sent(sent=2), Sent(sent=1))
    assert server.subjects == ["Letter of Bo", "Letter of Cy", "Letter of Ana"]


def test_mail_04_a_connection_lost_after_data_is_not_sent_again(
    sending_outbox: Outbox, server: MailServer
) -> None:
    server.answers = {"DATA": [DROP]}
    sending_outbox.queue("Ana", "Bo")

    assert send() == Sent(sent=1, unknown=1)
    assert send(now=NOW + DAY) == Sent()
    message = sending_outbox.message("Ana")
    assert message.status is MessageStatus.UNKNOWN
    assert message.reason is not None
    assert message.reason.startswith("connection lost while the mail was handed over")


def test_mail_09_of_fifty_one_that_cannot_be_built_dies_alone(
    sending_outbox: Outbox, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    sending_outbox.queue("Poison", kind="poison")
    sending_outbox.queue(*(f"P{number}" for number in range(49)))

    assert send() == Sent(sent=49, dead=1)
    reason = sending_outbox.message("Poison").reason
    assert reason is not None
    assert reason.startswith("cannot be built: ValueError at conftest.py:")
    assert "example.org" not in caplog.text


def test_mail_09_a_kind_that_nobody_writes_dies_alone(sending_outbox: Outbox) -> None:
    sending_outbox.queue("Nobody", kind="nobody")
    sending_outbox.queue("Ana")

    assert send() == Sent(sent=1, dead=1)
    assert sending_outbox.statuses() == {"Nobody": "dead", "Ana": "sent"}


def test_mail_09_an_address_that_is_none_dies_alone(sending_outbox: Outbox) -> None:
    sending_outbox.queue("Two @s")
    sending_outbox.queue("Ana")

    assert send() == Sent(sent=1, dead=1)
    assert sending_outbox.statuses() == {"Two @s": "dead", "Ana": "sent"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Ana\r\nBcc: x@evil.example", id="mail_01"),
        pytest.param("A\u2028n\x85a\x0b\x0c", id="mail_08"),
    ],
)
def test_mail_01_and_08_what_a_header_cannot_hold_is_cleaned_and_sent(
    sending_outbox: Outbox, server: MailServer, name: str
) -> None:
    sending_outbox.queue("Ana")
    with transaction():
        db.session.execute(sa.text("UPDATE person SET name = :name"), {"name": name})

    assert send() == Sent(sent=1)
    [mail] = server.mails
    assert mail["Bcc"] is None
    assert server.recipients == ["ana@example.org"]
    assert mail["Subject"] == "Letter of " + " ".join(name.split())


def test_what_is_no_longer_true_is_dead_with_its_reason(sending_outbox: Outbox) -> None:
    sending_outbox.queue("Ana", kind="outdated")

    assert send() == Sent(dead=1)
    message = sending_outbox.message("Ana")
    assert (message.reason, message.ended_at) == ("no longer true when it was to be sent", NOW)


def test_what_is_too_late_is_dead_with_its_reason(sending_outbox: Outbox) -> None:
    sending_outbox.queue("Ana", valid_until=NOW)

    assert send() == Sent(dead=1)
    assert sending_outbox.message("Ana").reason == (
        "too late: it was of use until then and no longer"
    )


def test_attempts_end(sending_outbox: Outbox, server: MailServer) -> None:
    sending_outbox.queue("Ana")
    change("Ana", attempts=jobs.MAX_ATTEMPTS)

    assert send() == Sent(dead=1)
    assert sending_outbox.message("Ana").reason == "given up after 35 attempts"
    assert server.mails == []


def test_mail_11_a_dead_senders_claim_ends(sending_outbox: Outbox) -> None:
    sending_outbox.queue("Ana")
    change("Ana", claimed_until=NOW + jobs.LEASE, attempts=1)

    within = send(now=NOW + jobs.LEASE)
    after = send(now=NOW + jobs.LEASE + timedelta(seconds=1))

    assert (within, after) == (Sent(), Sent(sent=1))


def test_the_sender_holds_no_transaction_while_it_sends(
    sending_outbox: Outbox, server: MailServer, app: Flask
) -> None:
    seen: list[bool] = []
    renderer = app.extensions["renderers"]["letter"]
    app.extensions["renderers"] = {"letter": renderer}
    sending_outbox.queue("Ana")

    original = jobs._hand_over  # noqa: SLF001 -- the moment in question

    def look(*args: object) -> object:
        seen.append(db.session().in_transaction())
        return original(*args)  # type: ignore[arg-type]  # handed on as they came

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_hand_over", look)
        assert send() == Sent(sent=1)

    assert seen == [False]


def test_a_database_that_is_away_is_told_and_not_raised(
    sending_outbox: Outbox, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending_outbox.queue("Ana")
    db.session.remove()

    def refuse(*_args: object) -> None:
        raise sa.exc.TimeoutError("no free connection")

    monkeypatch.setattr(db.engine.pool, "connect", refuse)

    assert send().trouble is Trouble.DATABASE


def test_a_busy_database_after_the_sending_does_not_send_again(
    sending_outbox: Outbox, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending_outbox.queue("Ana")
    monkeypatch.setattr(jobs, "_MARK_PAUSES", (0, 0, 0))
    mark, refusals = jobs._mark, iter([True, True])  # noqa: SLF001 -- the step in question

    def refuse_twice(*arguments: Any) -> None:
        if next(refusals, False):
            raise BusyError
        mark(*arguments)

    monkeypatch.setattr(jobs, "_mark", refuse_twice)

    assert send() == Sent(sent=1)
    assert send(now=NOW + DAY) == Sent()
    assert sending_outbox.statuses() == {"Ana": "sent"}


def test_in_a_long_run_each_claim_counts_from_its_own_moment(
    sending_outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending_outbox.queue("Ana", "Bo")
    ticks = itertools.count(step=300)
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: next(ticks)))

    send()

    ended = [sending_outbox.message(name).ended_at for name in ("Ana", "Bo")]
    assert ended == [NOW + 15 * MINUTE, NOW + 30 * MINUTE]


def test_looking_for_work_uses_the_index(sending_outbox: Outbox, engine: str, app: Flask) -> None:
    sending_outbox.queue("Ana")
    claims: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("UPDATE message") and "RETURNING" in statement:
            claims.append((statement, parameters))

    sa.event.listen(db.engine, "before_cursor_execute", note)
    send()
    sa.event.remove(db.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if engine == "sqlite" else "EXPLAIN "
    with db.engine.connect() as connection:
        if engine == "postgresql":  # it would read so small a table whole, or sort one row
            for way in ("seqscan", "bitmapscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        plan = connection.exec_driver_sql(explain + claims[0][0], claims[0][1]).all()

    assert any("ix_message_queued" in step[-1] for step in plan), plan
    assert not any("TEMP B-TREE" in step[-1] or "Sort" in step[-1] for step in plan), plan


def test_settings_of_a_sender_that_cannot_be_written_keep_the_mails(
    sending_outbox: Outbox, app: Flask
) -> None:
    settings = app.extensions["settings"]
    sending_outbox.queue("Ana")
    app.extensions["settings"] = replace(settings, mail_from="träining@example.org")

    assert send().trouble is Trouble.SETUP
    assert sending_outbox.statuses() == {"Ana": "queued"}
