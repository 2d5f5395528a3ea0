"""``training notifications send``."""

import os
import signal
import threading
from itertools import pairwise

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.notifications.conftest import Outbox
from tests.notifications.servers import SIGTERM, MailServer
from training.db import db
from training.notifications import cli
from training.notifications.cli import pause_after


def invoke(app: Flask, *arguments: str) -> Result:
    db.session.rollback()
    return app.test_cli_runner().invoke(cli.commands, ["send", *arguments])


def test_one_run_says_what_it_did(app: Flask, sending_outbox: Outbox, server: MailServer) -> None:
    server.answers = {"RCPT": ["550 No such user", "450 Greylisted"]}
    sending_outbox.queue("Ana", "Bo", "Cy")

    result = invoke(app)

    assert (result.exit_code, result.stdout) == (
        0,
        "1 sent, 1 put off, 1 not sendable, 0 unknown.\n",
    )


def test_a_limit_is_kept(app: Flask, sending_outbox: Outbox) -> None:
    sending_outbox.queue("Ana", "Bo")

    result = invoke(app, "--limit", "1")

    assert result.stdout == "1 sent, 0 put off, 0 not sendable, 0 unknown.\n"
    assert sending_outbox.statuses() == {"Ana": "sent", "Bo": "queued"}


def test_a_server_that_is_away_ends_a_single_run_with_status_1(app: Flask, outbox: Outbox) -> None:
    server = MailServer()
    with server.running():
        outbox.send_to(server.url)
    outbox.queue("Ana")

    result = invoke(app)

    assert (result.exit_code, result.stderr) == (
        1,
        "The mail server is away (no connection: Connection refused). Mails wait.\n",
    )


def test_a_server_that_does_not_want_us_is_an_alarm_that_names_the_settings(
    app: Flask, sending_outbox: Outbox, server: MailServer
) -> None:
    server.answers = {"RCPT": ["530 Sign in"]}
    sending_outbox.queue("Ana")

    result = invoke(app)

    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the mail server does not accept us (sign-in wanted (530)). Check "
        "TRAINING_SMTP_URL and TRAINING_MAIL_FROM. Mails wait until then.\n"
    )


def test_sigterm_ends_a_run_after_the_mail_it_is_sending(
    app: Flask, sending_outbox: Outbox, server: MailServer
) -> None:
    server.answers = {"DATA": [SIGTERM]}
    sending_outbox.queue("Ana", "Bo")

    result = invoke(app, "--every", "60")

    assert (result.exit_code, result.stdout) == (
        0,
        "1 sent, 0 put off, 0 not sendable, 0 unknown.\n",
    )
    assert sending_outbox.statuses() == {"Ana": "sent", "Bo": "queued"}


def test_sigterm_ends_the_wait_between_two_runs(app: Flask, sending_outbox: Outbox) -> None:
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()

    result = invoke(app, "--every", "60")
    timer.join()

    assert (result.exit_code, result.output) == (0, "")


def test_what_signals_did_before_they_do_afterwards(app: Flask, sending_outbox: Outbox) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]

    invoke(app)

    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


def test_it_survives_a_database_that_is_away_for_a_while(
    app: Flask, sending_outbox: Outbox, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They would meet the first refusal.
    app.extensions["chores"] = app.extensions["timers"] = ()
    server.answers = {"DATA": [SIGTERM]}
    sending_outbox.queue("Ana")
    db.session.remove()
    connect = db.engine.pool.connect
    refusals = iter([True, True])

    def refuse_twice() -> object:
        if next(refusals, False):
            raise sa.exc.TimeoutError("no free connection")
        return connect()

    monkeypatch.setattr(db.engine.pool, "connect", refuse_twice)

    result = invoke(app, "--every", "0.1")

    assert result.exit_code == 0
    assert result.stderr == "The database is busy or away. Mails wait.\n" * 2
    assert server.subjects == ["Letter of Ana"]


def test_the_pause_grows_with_trouble_and_ends_with_it() -> None:
    pauses = [pause_after(failures, every=5) for failures in range(1, 6)]

    assert all(longer > shorter for shorter, longer in pairwise(pauses))
    assert pause_after(0, every=5) == 5
    assert 225 <= pause_after(10_000, every=5) <= 300
    assert 450 <= pause_after(10_000, every=600) <= 600
