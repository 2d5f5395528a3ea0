"""What the commands do with a CSV file, and what they print of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from training.clock import utc_now
from training.errors import N_, DomainError, NotFoundError
from training.imports import jobs, queries
from training.imports.results import counts_of
from training.imports.table import MAX_BYTES
from training.imports.values import CalendarOptions, Kind, Options, Outcome, Report, Row
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
    click.echo(f"{len(report.rows)} {kind}: {counted(report)}; {report.cleaned} cleaned.")
    say_what_is_kept(report, choices)
    return not report.count(Outcome.REFUSED)


def counted(report: Report) -> str:
    """Return how often there is each outcome."""
    counts = counts_of(Counter(row.outcome for row in report.rows))
    return ", ".join(f"{number} {in_words(outcome)}" for outcome, number in counts.items())


def in_words(outcome: Outcome) -> str:
    """Return what became of something, as the commands say it."""
    return outcome.value.replace("_", " ")


def say_what_is_kept(report: Report, choices: Choices) -> None:
    """Print why nothing was written, if nothing was."""
    if choices.dry_run:
        click.echo("Nothing was written: this was a dry run.")
    elif not report.is_written:
        click.echo(
            "Nothing was written, because something was refused. Correct it, or take the rest "
            "with --keep-going."
        )


def _bring_in(kind: Kind, file: Path, choices: Choices) -> Report:
    with file.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    return bring_in(kind, file.name, content, choices)


def bring_in(
    kind: Kind,
    name: str,
    content: bytes,
    choices: Choices,
    *,
    calendar: CalendarOptions | None = None,
) -> Report:
    """Bring in what a file holds, or foretell it where something is refused or it is a dry run.

    :raise DomainError: it cannot be read, or cannot be brought in just now.
    """
    options = Options(
        actor_id=find_actor(choices.email),
        now=utc_now(),
        leave_out=choices.keep_going,
        may_wait=not choices.no_waiting,
        waives_required=choices.waive_prerequisites,
        calendar=calendar or CalendarOptions(),
    )
    preview = jobs.preview(kind, content, options)
    foretold = Report(rows=preview.rows, is_written=False, unused=preview.unused)
    is_refused = bool(foretold.count(Outcome.REFUSED)) and not choices.keep_going
    if choices.dry_run or is_refused:
        return foretold
    import_id = jobs.receive(kind, name, content, options)
    report = jobs.bring_in_file(import_id, kind, content, options)
    return replace(report, unused=preview.unused)


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
    yield line_of(row, f"row {row.number}  {name}", is_written=is_written)


def line_of(row: Row, name: str, *, is_written: bool) -> str:
    """Return the line of a row that is not refused: what becomes of it, and all that is to say.

    :param name: what the line is about.
    """
    is_done = is_written or row.outcome not in {Outcome.CREATED, Outcome.CHANGED}
    outcome = in_words(row.outcome) if is_done else f"would be {in_words(row.outcome)}"
    details = [", ".join(row.changed)] if row.changed else []
    if row.cleaned:
        details.append(f"cleaned: {', '.join(row.cleaned)}")
    if row.note is not None:
        details.append(str(row.note))
    line = f"{outcome}  {name}"
    return f"{line}  ({'; '.join(details)})" if details else line
