"""What ``training import calendar`` does, and what it prints."""

import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from urllib.parse import urlsplit

import click

from training.clock import UnknownZoneError, find_zone
from training.errors import N_, DomainError
from training.imports import fetching
from training.imports.errors import UnreadableFileError
from training.imports.ics import is_calendar
from training.imports.ics.lines import MAX_BYTES
from training.imports.sheet_commands import (
    Choices,
    bring_in,
    counted,
    line_of,
    say_what_is_kept,
)
from training.imports.values import CalendarOptions, Kind, Outcome, Report, Row
from training.sessions.fields import is_language
from training.text import for_display

#: Longest name of a calendar: the column has room for what it stands behind, too.
_MAX_NAME = 40


class _Zone(click.ParamType[str]):
    """A time zone by its name."""

    name = "zone"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return find_zone(value).key
        except UnknownZoneError as error:
            self.fail(str(error), param, ctx)


class _Hours(click.ParamType[tuple[time, time]]):
    """From when to when, such as 09:00-17:00."""

    name = "from-to"

    def convert(
        self,
        value: str | tuple[time, time],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[time, time]:
        if isinstance(value, tuple):
            return value
        begins, _, ends = value.partition("-")
        try:
            hours = time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip())
        except ValueError:
            self.fail("Write it like 09:00-17:00.", param, ctx)
        if hours[0] >= hours[1] or hours[0].tzinfo or hours[1].tzinfo:
            self.fail("Write it like 09:00-17:00; the end must be after the start.", param, ctx)
        return hours


def _language(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not is_language(value):
        raise click.BadParameter("It is no code of a language, such as en or pt-BR.")
    return value


def _name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if len(value) > _MAX_NAME or not value.isprintable():
        raise click.BadParameter(f"It has at most {_MAX_NAME} characters.")
    return value.strip()


def _day(
    _context: click.Context, _parameter: click.Parameter, value: datetime | None
) -> date | None:
    return value.date() if value else None


_DATE = click.DateTime(["%Y-%m-%d"])

OPTIONS = (
    click.option("--timezone", type=_Zone(), help="Of events that say none, or UTC."),
    click.option("--all-day", type=_Hours(), help="When whole days begin and end: 09:00-17:00."),
    click.option("--since", type=_DATE, callback=_day, help="The first day. Else: today."),
    click.option("--until", type=_DATE, callback=_day, help="The last day of events that repeat."),
    click.option(
        "--series",
        "is_series",
        is_flag=True,
        help="An event that repeats is one session with many meetings.",
    ),
    click.option(
        "--update",
        "revises",
        is_flag=True,
        help="Bring drafts up to date that differ from the calendar.",
    ),
    click.option("--language", default="", callback=_language, help="Of all sessions."),
    click.option("--course", default="", help="Of all sessions: its short name, or its title."),
    click.option("--campaign", default="", help="Of all sessions: its short name, or its name."),
    click.option(
        "--name",
        default="",
        callback=_name,
        help="What tells this calendar from others whose events have the same UIDs.",
    ),
)


def run(source: str, choices: Choices, calendar: CalendarOptions) -> bool:
    """Bring a calendar in and print what became of its events.

    :return: whether nothing was refused.
    """
    try:
        content = _content(source)
        if not is_calendar(content):
            raise UnreadableFileError(
                N_("This is no calendar: it does not begin with BEGIN:VCALENDAR.")
            )
        report = bring_in(Kind.SESSIONS, _shown(source), content, choices, calendar=calendar)
    except OSError as error:
        raise click.ClickException(f"{ascii(source)[1:-1]}: {error.strerror}.") from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    _print(report)
    say_what_is_kept(report, choices)
    return not report.count(Outcome.REFUSED)


def _content(source: str) -> bytes:
    """Return what is in a file, at an address, or comes in."""
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    if fetching.is_address(source):
        return fetching.fetch(source)
    with Path(source).open("rb") as opened:
        return opened.read(MAX_BYTES + 1)


def _shown(source: str) -> str:
    """Return what a calendar is called here. The rest of an address may be its secret."""
    if fetching.is_address(source):
        return f"{urlsplit(source).hostname}.ics"
    return "calendar.ics" if source == "-" else Path(source).name


def _print(report: Report) -> None:
    for row in report.rows:
        for line in _lines(row, is_written=report.is_written):
            click.echo(line)
    click.echo(f"{len(report.rows)} dates: {counted(report)}; {report.cleaned} cleaned.")
    if report.unused:
        click.echo(f"Not read: {', '.join(report.unused)}.")


def _lines(row: Row, *, is_written: bool) -> Iterator[str]:
    name = for_display(" ".join(part for part in (row.title, row.name) if part))
    for problem in row.problems:
        field = f"{problem.column}: " if problem.column else ""
        yield f"refused  {name}  ({field}{problem.error})"
    if row.problems:
        return
    yield line_of(row, name, is_written=is_written)
