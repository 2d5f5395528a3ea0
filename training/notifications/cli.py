"""Commands of the outbox."""

import random
import signal
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Self

import click
from flask.cli import AppGroup

from training.clock import utc_now
from training.notifications import jobs
from training.notifications.jobs import Sent, Trouble

#: A run without --limit takes this many, then looks at the clock and at signals anew.
_BATCH = 1_000
#: What the application has to tidy up now and then is done by whoever keeps sending.
_BETWEEN_CHORES = timedelta(hours=1)
#: How long an offer that ended may keep its seat from whoever waits next.
_BETWEEN_TIMERS = timedelta(seconds=20)
#: Seconds between runs while the mail server or the database is away, at most.
_LONGEST_PAUSE = 300.0

#: What the application registers.
commands = AppGroup("notifications", help="Mails waiting to be sent.")


class _Signals:
    """SIGTERM and SIGINT, taken note of inside ``with``; a second one ends the process at once.

    A SimpleQueue, because a handler may put into it at any moment; an Event could wait for itself.
    """

    _NUMBERS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self._came: SimpleQueue[int] = SimpleQueue()

    def __enter__(self) -> Self:
        self._before = [signal.signal(number, self._take) for number in self._NUMBERS]
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in zip(self._NUMBERS, self._before, strict=True):
            signal.signal(number, handler)

    def _take(self, number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        self._came.put(number)

    def is_stopping(self) -> bool:
        return not self._came.empty()

    def wait(self, seconds: float) -> None:
        """Wait, but not once a signal has come."""
        try:
            self._came.put(self._came.get(timeout=seconds))
        except Empty:
            return


@commands.command("send")
@click.option(
    "--every",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Do not end: look for new mails this often, until SIGTERM or Ctrl-C.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_BATCH,
    show_default=True,
    help="The most mails to send in one go.",
)
def send(every: float | None, limit: int) -> None:
    """Send the mails that are due. May run at any time, and several times at once.

    Ends with status 1 if the mail server or the database kept it from sending.
    """
    with _Signals() as signals:
        if every is None:
            jobs.run_timers(now=utc_now())
            result = jobs.send_due(now=utc_now(), limit=limit, is_stopping=signals.is_stopping)
            _show(result)
            raise SystemExit(1 if result.trouble else 0)
        _keep_sending(every, limit, signals)


def _keep_sending(every: float, limit: int, signals: _Signals) -> None:
    failures = 0
    chores_due_at = timers_due_at = utc_now()
    while not signals.is_stopping():
        if utc_now() >= chores_due_at:
            jobs.do_chores(now=utc_now())
            chores_due_at = utc_now() + _BETWEEN_CHORES
        if utc_now() >= timers_due_at:
            jobs.run_timers(now=utc_now())
            timers_due_at = utc_now() + _BETWEEN_TIMERS
        result = jobs.send_due(now=utc_now(), limit=limit, is_stopping=signals.is_stopping)
        if result != Sent():
            _show(result)
        failures = failures + 1 if result.trouble else 0
        signals.wait(pause_after(failures, every=every))


def pause_after(failures: int, *, every: float) -> float:
    """Return the seconds to wait after so many runs in a row that ended in trouble."""
    if failures == 0:
        return every
    longest = max(_LONGEST_PAUSE, every)
    # Doubled each time, and spread, so that many senders do not come back together.
    return min(every * 2.0 ** min(failures, 16), longest) * random.uniform(0.75, 1)  # noqa: S311


def _show(result: Sent) -> None:
    click.echo(
        f"{result.sent} sent, {result.put_off} put off, {result.dead} not sendable, "
        f"{result.unknown} unknown."
    )
    match result.trouble:
        case Trouble.SETUP:
            click.echo(
                f"Error: the mail server does not accept us ({result.detail}). Check "
                "TRAINING_SMTP_URL and TRAINING_MAIL_FROM. Mails wait until then.",
                err=True,
            )
        case Trouble.SERVER:
            click.echo(f"The mail server is away ({result.detail}). Mails wait.", err=True)
        case Trouble.DATABASE:
            click.echo("The database is busy or away. Mails wait.", err=True)
