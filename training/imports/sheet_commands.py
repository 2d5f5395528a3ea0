"""What the commands do with a CSV file, and what they print of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from training.clock import utc_now
from training.errors import N_, DomainError, NotFoundError
from training.imports import jobs, queries
from training.imports.table import MAX_BYTES
from training.imports.values import Kind, Options, Outcome, Report, Row
from training.text import for_display


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What whoever calls a command chose."""

    #: Of a staff account; None: the command itself brings things in.
    email: str | None
    dry_run: bool
    keep_going: bool
    no_waiting: bool = False
    waive_prerequisites: bool = False


def run(kind: Kind, file: Path, choices: Choices) -> bool:
    """Bring a file in and print what became of its rows.

    :return: whether nothing was refused.
    """
    try:
        report = _bring_in(kind, file, choices)
    except OSError as error:
        raise click.ClickException(f"{ascii(file.name)[1:-1]}: {error.strerror}.") from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    for row in report.rows:
        for line in _lines(row, is_written=report.is_written):
            click.echo(line)
    counts = ", ".join(f"{report.count(outcome)} {outcome}" for outcome in Outcome)
    click.echo(f"{len(report.rows)} {kind}: {counts}; {report.cleaned} cleaned.")
    refused = report.count(Outcome.REFUSED)
    if choices.dry_run:
        click.echo("Nothing was written: this was a dry run.")
    elif not report.is_written:
        click.echo(
            "Nothing was written, because something was refused. Correct it, or take the rest "
            "with --keep-going."
        )
    return not refused


def _bring_in(kind: Kind, file: Path, choices: Choices) -> Report:
    options = Options(
        actor_id=find_actor(choices.email),
        now=utc_now(),
        leave_out=choices.keep_going,
        may_wait=not choices.no_waiting,
        waives_required=choices.waive_prerequisites,
    )
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    foretold = Report(rows=jobs.preview(kind, content, options).rows, is_written=False)
    is_refused = bool(foretold.count(Outcome.REFUSED)) and not choices.keep_going
    if choices.dry_run or is_refused:
        return foretold
    import_id = jobs.receive(kind, file.name, content, options)
    return jobs.bring_in_file(import_id, kind, content, options)


def find_actor(email: str | None) -> int | None:
    """Return who brings things in, by the address of a staff account; None: the command itself.

    :raise NotFoundError: no staff account has it.
    """
    if email is None:
        return None
    person_id = queries.find_staff(email)
    if person_id is None:
        raise NotFoundError(N_("No staff account has this address."))
    return person_id


def _lines(row: Row, *, is_written: bool) -> Iterator[str]:
    name = for_display(row.name)
    for problem in row.problems:
        place = f"row {problem.row}, {for_display(problem.column)}".removesuffix(", ")
        yield f"refused  {place}  {name}  ({problem.error})"
    if row.problems:
        return
    is_done = is_written or row.outcome in {Outcome.UNCHANGED, Outcome.REFUSED}
    outcome = row.outcome.value if is_done else f"would be {row.outcome}"
    details = [", ".join(row.changed)] if row.changed else []
    if row.cleaned:
        details.append(f"cleaned: {', '.join(row.cleaned)}")
    if row.note is not None:
        details.append(str(row.note))
    line = f"{outcome}  row {row.number}  {name}"
    yield f"{line}  ({'; '.join(details)})" if details else line
