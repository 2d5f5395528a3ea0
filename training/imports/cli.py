"""``training import``: tables that people keep, calendars, and lists of other programs."""

import codecs
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from training.clock import utc_now
from training.errors import N_, DomainError, InvalidInputError
from training.imports import calendar_commands, eventbrite, jobs, sheet_commands
from training.imports.rules import refuse_contradictions
from training.imports.sheet_commands import Choices, find_actor
from training.imports.values import (
    CalendarOptions,
    ImportedSession,
    Kind,
    Outcome,
    Refused,
    Report,
    Row,
)
from training.strict_json import loads
from training.text import for_display

#: A page of fifty events has about 700 kB.
MAX_FILE_BYTES = 16 * 1024 * 1024

commands = AppGroup("import", help="Bring in CSV files, calendars, and lists of Eventbrite events.")

Command = Callable[..., None]
Items = list[ImportedSession | Refused]


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would become of it; keep nothing."
)
_keep_going = click.option(
    "--keep-going",
    is_flag=True,
    help="Take what can be taken. Otherwise one refusal leaves nothing written.",
)
_acting = click.option(
    "--as",
    "email",
    metavar="EMAIL",
    help="The address of a staff account: who brings it in, for the audit trail.",
)


def _with(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """Give a command several options, in the order in which its help shows them."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@commands.command("sessions")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=_FILE)
@_dry_run
@_keep_going
@_acting
@click.pass_context
def import_sessions(
    context: click.Context,
    files: tuple[Path, ...],
    *,
    dry_run: bool,
    keep_going: bool,
    email: str | None,
) -> None:
    """Import sessions: a CSV file, or Eventbrite events lists (JSON).

    The columns of a CSV file are in docs/import.md. Of an events list give all pages. Run it again
    when something has changed: sessions are known by their key or their Eventbrite id, and those
    that are the same already are not touched. The exit status is 1 if anything was refused.
    """
    if not all(_is_json(file) for file in files):
        if len(files) > 1:
            raise click.UsageError("Give one CSV file at a time.")
        choices = Choices(email=email, dry_run=dry_run, keep_going=keep_going)
        _run(context, Kind.SESSIONS, files[0], choices)
        return
    items = refuse_contradictions(item for file in files for item in _read(file))
    try:
        actor_id = find_actor(email)
        with _watched(items) as watched:
            report = jobs.import_sessions(
                watched,
                keep_going=keep_going,
                dry_run=dry_run,
                actor_id=actor_id,
                now=utc_now(),
            )
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for row in report.rows:
        click.echo(_line(row, is_written=report.is_written))
    click.echo(_summary(report))
    refused = report.count(Outcome.REFUSED)
    if dry_run:
        click.echo("Nothing was written: this was a dry run.")
    elif not report.is_written:
        click.echo(
            "Nothing was written, because something was refused. Correct it, or take the rest "
            "with --keep-going."
        )
    if refused:
        context.exit(1)


@commands.command("organizations")
@click.argument("file", type=_FILE)
@_dry_run
@_keep_going
@_acting
@click.pass_context
def import_organizations(context: click.Context, /, file: Path, **options: Any) -> None:
    """Import organizations: a CSV file whose columns are in docs/import.md."""
    _run(context, Kind.ORGANIZATIONS, file, Choices(**options))


@commands.command("people")
@click.argument("file", type=_FILE)
@_dry_run
@_keep_going
@_acting
@click.pass_context
def import_people(context: click.Context, /, file: Path, **options: Any) -> None:
    """Import people and where they belong: a CSV file whose columns are in docs/import.md."""
    _run(context, Kind.PEOPLE, file, Choices(**options))


@commands.command("registrations")
@click.argument("file", type=_FILE)
@_dry_run
@_keep_going
@click.option("--no-waiting", is_flag=True, help="Refuse whoever finds no free seat.")
@click.option(
    "--waive-prerequisites",
    is_flag=True,
    help="Take people who lack a course that the session builds on.",
)
@click.option(
    "--as",
    "email",
    metavar="EMAIL",
    required=True,
    help="The address of a staff account: who registers these people.",
)
@click.pass_context
def import_registrations(context: click.Context, /, file: Path, **options: Any) -> None:
    """Import registrations: a CSV file whose columns are in docs/import.md.

    People get seats in the order of the file, and are told by mail.
    """
    _run(context, Kind.REGISTRATIONS, file, Choices(**options))


@commands.command("calendar")
@click.argument("source", metavar="FILE|URL")
@_with(calendar_commands.OPTIONS)
@_dry_run
@_keep_going
@_acting
@click.pass_context
def import_calendar(
    context: click.Context,
    /,
    source: str,
    *,
    dry_run: bool,
    keep_going: bool,
    email: str | None,
    **options: Any,
) -> None:
    """Import sessions from a calendar: an iCalendar file, - or an address (https).

    Each date becomes a draft. Run it again when the calendar has changed: what differs is told, and
    with --update drafts are brought up to date; what is published stays as it is. docs/import.md
    says how events are understood.
    """
    choices = Choices(email=email, dry_run=dry_run, keep_going=keep_going)
    if not calendar_commands.run(source, choices, CalendarOptions(**options)):
        context.exit(1)


def _run(context: click.Context, kind: Kind, file: Path, choices: Choices) -> None:
    if not sheet_commands.run(kind, file, choices):
        context.exit(1)


def _is_json(file: Path) -> bool:
    """Tell an events list from a table: by its name, or by how it begins."""
    if file.suffix.lower() == ".json":
        return True
    with file.open("rb") as opened:
        return opened.read(1_000).removeprefix(codecs.BOM_UTF8).lstrip()[:1] in {b"{", b"["}


def _read(file: Path) -> Items:
    """Return what a file holds; a file that cannot be read is one refusal."""
    name = ascii(file.name)[1:-1]
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_FILE_BYTES + 1)
        events = eventbrite.events_of(loads(data, max_bytes=MAX_FILE_BYTES))
    except OSError as error:
        reason = InvalidInputError(
            N_("It cannot be read: %(why)s."), why=error.strerror or "unknown"
        )
        return [Refused(name=name, reason=reason)]
    except InvalidInputError as error:
        return [Refused(name=name, reason=error)]
    return eventbrite.read_events(events, file=name)


def is_watched() -> bool:
    """Tell whether somebody looks on, rather than a file or another program."""
    return sys.stdout.isatty()


@contextmanager
def _watched(items: Items) -> Iterator[Iterable[ImportedSession | Refused]]:
    """Show a bar that grows with each item taken, where somebody watches."""
    if not is_watched():
        yield items
        return
    with click.progressbar(items, label="Importing") as bar:
        yield bar


def _line(row: Row, *, is_written: bool) -> str:
    is_done = is_written or row.outcome in {Outcome.UNCHANGED, Outcome.REFUSED}
    outcome = row.outcome.value if is_done else f"would be {row.outcome}"
    details = []
    if row.changed:
        details.append(", ".join(row.changed))
    if row.cleaned:
        details.append(f"cleaned: {', '.join(row.cleaned)}")
    if row.note is not None:
        details.append(str(row.note))
    line = f"{outcome}  {row.name}  {for_display(row.title)}".rstrip()
    return f"{line}  ({'; '.join(details)})" if details else line


def _summary(report: Report) -> str:
    counts = sheet_commands.counted(report)
    return f"{len(report.rows)} events: {counts}; {report.cleaned} cleaned."
