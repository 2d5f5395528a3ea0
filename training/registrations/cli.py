"""The commands ``training calendars invitation`` and ``training calendars replies``."""

import sys
import uuid
from collections import Counter
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from training.calendars.itip.mailboxes import ImapServer, MailboxError, mails_in, unread_mails
from training.calendars.itip.values import Method
from training.clock import utc_now
from training.config import Settings
from training.db import db
from training.notifications.transport import BuildError, SetupError, build
from training.notifications.values import MessageFacts, Rendered, Untold
from training.registrations.calendar_replies import Taken
from training.registrations.jobs import take_answers
from training.registrations.letters.invitations import render_invitation
from training.registrations.models import Registration

_UNTOLD = {
    (Method.REQUEST, Untold.OUTDATED): "has no seat in a session to come",
    (Method.CANCEL, Untold.OUTDATED): "was followed by another one of the same person",
}


@click.command("invitation")
@click.argument("registration_id", type=int)
@click.option(
    "--method",
    type=click.Choice(["request", "cancel"]),
    default="request",
    show_default=True,
    help="Bring the session into the calendar, or take it out.",
)
@click.option("--update", "is_update", is_flag=True, help="Say that something changed.")
@click.option(
    "--rsvp/--no-rsvp",
    "wants_answer",
    default=None,
    help="Ask for an answer, or do not.  [default: ask if answers are read]",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="The file to write.  [default: the terminal]",
)
@with_appcontext
def invitation(
    registration_id: int,
    method: str,
    is_update: bool,  # noqa: FBT001 -- click calls it
    wants_answer: bool | None,  # noqa: FBT001 -- the same
    output: Path | None,
) -> None:
    """Write the calendar invitation of a registration, to see what a program makes of it.

    Nothing is sent, and nothing changes. "cancel" for somebody who has a seat writes what would be
    sent if it were given up now.
    """
    data = _mail(
        registration_id,
        Method(method.upper()),
        is_update=is_update,
        wants_answer=wants_answer,
    )
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)
        click.echo(f"Written: {output}.")


def _mail(
    registration_id: int, method: Method, *, is_update: bool, wants_answer: bool | None
) -> bytes:
    settings: Settings = current_app.extensions["settings"]
    now = utc_now()
    registration = db.session.get(Registration, registration_id)
    if registration is None:
        raise click.ClickException(f"There is no registration {registration_id}.")
    facts = MessageFacts(
        kind="registration.invitation",
        recipient_id=registration.person_id,
        registration_id=registration_id,
        training_session_id=registration.training_session_id,
        audit_entry_id=None,
        queued_at=now,
        now=now,
    )
    try:
        rendered = render_invitation(
            facts, method=method, is_update=is_update, wants_answer=wants_answer
        )
        if not isinstance(rendered, Rendered):
            why = _UNTOLD.get((method, rendered), "is of somebody whom no mail reaches")
            raise click.ClickException(f"Registration {registration_id} {why}.")
        envelope = build(
            rendered,
            sender=settings.mail_from,
            message_id=uuid.uuid4().hex,
            now=now,
            reply_to=settings.reply_to,
        )
    except (BuildError, SetupError) as error:
        raise click.ClickException(str(error)) from error
    return envelope.data


@click.command("replies")
@click.option(
    "--mailbox",
    type=click.Path(exists=True, path_type=Path),
    help="An mbox, a Maildir, or a file with one mail. Nothing in it is changed.",
)
@click.option("--imap", "is_imap", is_flag=True, help="The mailbox of TRAINING_IMAP_URL.")
@with_appcontext
def replies(mailbox: Path | None, is_imap: bool) -> None:  # noqa: FBT001 -- click calls it
    """Read what calendar programs answered to invitations.

    May run at any time: an answer counts once. Of a mailbox on a server only mails that nobody has
    read are looked at, and those whose answer was kept are marked as read. Nobody is answered.

    Ends with status 1 only if the mailbox cannot be read.
    """
    if is_imap == (mailbox is not None):
        raise click.UsageError("Give either --mailbox or --imap.")
    settings: Settings = current_app.extensions["settings"]
    if settings.authserv_id is None:
        click.echo("TRAINING_AUTHSERV_ID is not set, so no answer can be verified.", err=True)
    now = utc_now()
    try:
        if mailbox is not None:
            taken = take_answers(mails_in(mailbox), now=now)
        else:
            with unread_mails(ImapServer.of(settings), now=now) as mails:
                taken = take_answers(mails, now=now)
    except MailboxError as error:
        raise click.ClickException(f"The mailbox cannot be read: {error}") from error
    _show(taken)


def _show(taken: Counter[Taken]) -> None:
    click.echo(
        f"Answers kept: {taken[Taken.STORED]}. Not verified: {taken[Taken.UNVERIFIED]}. "
        f"Read before: {taken[Taken.AGAIN]}.\n"
        f"Dropped: to another time {taken[Taken.OUTDATED]}, unknown {taken[Taken.UNKNOWN]}, "
        f"too many {taken[Taken.TOO_MANY]}, not readable {taken[Taken.UNREADABLE]}.\n"
        f"Mails without an answer: {taken[Taken.NONE]}."
    )


#: The application adds them to the group ``calendars``.
COMMANDS = (invitation, replies)
