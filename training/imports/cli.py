"""``training import``: sessions from files that other programs wrote."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup

from training.clock import utc_now
from training.errors import N_, DomainError, InvalidInputError
from training.imports import eventbrite, jobs
from training.imports.rules import refuse_contradictions
from training.imports.values import ImportedSession, Outcome, Refused, Report, Row
from training.strict_json import loads
from training.text import for_display

#: A page of fifty events has about 700 kB.
MAX_FILE_BYTES = 16 * 1024 * 1024

commands = AppGroup("import", help="Bring sessions in from files of other programs.")

Items = list[ImportedSession | Refused]


@commands.command("sessions")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--dry-run", is_flag=True, help="Say what would become of each event; keep nothing.")
@click.option(
    "--keep-going",
    is_flag=True,
    help="Take what can be taken. Otherwise one refused event leaves nothing written.",
)
@click.pass_context
def import_sessions(
    context: click.Context, files: tuple[Path, ...], *, dry_run: bool, keep_going: bool
) -> None:
    """Import sessions from Eventbrite events lists (JSON).

    Give all pages of a list. Run it again when the list has changed: sessions are known by their
    Eventbrite id, and those that are the same already are not touched. The exit status is 1 if
    anything was refused.
    """
    items = refuse_contradictions(item for file in files for item in _read(file))
    try:
        with _watched(items) as watched:
            report = jobs.import_sessions(
                watched, keep_going=keep_going, dry_run=dry_run, now=utc_now()
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
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in Outcome)
    return f"{len(report.rows)} events: {counts}; {report.cleaned} cleaned."
