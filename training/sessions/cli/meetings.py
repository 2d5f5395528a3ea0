"""The commands ``training meetings …``: when the wall clocks say that meetings are."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import click
from flask.cli import AppGroup
from tzdata import IANA_VERSION

from training.clock import utc_now
from training.db import db, transaction
from training.sessions import service
from training.sessions.affected import affected_by
from training.sessions.clash_queries import described
from training.sessions.retiming_queries import new_clashes
from training.sessions.rules.clashes import Clash
from training.sessions.rules.retiming import DeadlineKind, Retiming, StoredDeadline, StoredMeeting
from training.sessions.values import SessionStatus

commands = AppGroup("meetings", help="Keep the times of meetings.")

_LABELS = {
    DeadlineKind.OPENS: "registration opens",
    DeadlineKind.CLOSES: "registration closes",
    DeadlineKind.DECIDE: "decision whether it takes place",
    DeadlineKind.RELEASE: "release of held seats",
}


@commands.command("retime")
@click.option("--apply", "is_applied", is_flag=True, help="Do it. Without, it is only shown.")
def retime(is_applied: bool) -> None:  # noqa: FBT001 -- click calls it
    """Bring what is to come in line with its wall clocks, after zone data have changed.

    Shows each session that moves: the time on the wall, which stays, and the instant before and
    after. With --apply each is changed by itself, so nobody waits for long, and it may be stopped
    and started again. What is over stays as it is.

    Ends with status 1 if the clocks skip a time now, or show it twice: such a session is left as it
    is, and a person has to choose another time.
    """
    now = utc_now()
    found = service.find_retimings(now=now)
    clashes = new_clashes(found, now=now)
    done, people = [], 0
    for one in found:
        if is_applied:
            with transaction():
                # What it was a moment ago may be settled by now.
                one = service.retime(one.session.id, now=utc_now())  # noqa: PLW2901 -- see above
        if one.differs:
            count = len(affected_by(one.session.id).people)
            _show(one, count, clashes.get(one.session.id, []))
            done.append(one)
            people += 0 if one.unclear else count
    _sum_up(done, people, is_applied=is_applied)


def outlook(*, now: datetime) -> str | None:
    """Return what an operator should hear of sessions that differ from their wall clocks."""
    found = service.find_retimings(now=now)
    db.session.rollback()
    if not found:
        return None
    return (
        f"Sessions to come whose times are not those of the zone data {IANA_VERSION}: "
        f"{len(found)}. Nothing of them was changed: see `training meetings retime`."
    )


def _show(found: Retiming, people: int, clashes: Sequence[Clash]) -> None:
    session = found.session
    status = "" if session.status is SessionStatus.PUBLISHED else f", {session.status}"
    click.echo(f'{session.id} "{session.title}"{status}, people: {people}')
    for line in (*_moves(found), *_troubles(found), *_clashes(clashes, session.timezone)):
        click.echo(f"    {line}")


def _moves(found: Retiming) -> Iterator[str]:
    for meeting in found.meetings:
        stored, times = meeting.stored, meeting.times
        before = _interval(stored.starts_at, stored.ends_at)
        after = _interval(times.starts_at, times.ends_at)
        yield f"{_label(stored)}: {before} → {after} UTC"
    for deadline in found.deadlines:
        before, after = _time(deadline.stored.instant), _time(deadline.instant)
        yield f"{_label(deadline.stored)}: {before} → {after} UTC"


def _troubles(found: Retiming) -> Iterator[str]:
    for one in found.unclear:
        yield f"needs a person: {_label(one.stored)}: {one.because}"


def _clashes(clashes: Sequence[Clash], timezone: str) -> Iterator[str]:
    for clash in described(clashes, my_timezone=timezone):
        wanted = ", ".join((*clash.trainers, *((clash.place,) if clash.place else ())))
        yield f'clashes then with {clash.training_session_id} "{clash.title}": {wanted}'


def _label(stored: StoredMeeting | StoredDeadline) -> str:
    if isinstance(stored, StoredMeeting):
        return f"{_interval(stored.wall_start, stored.wall_end)} {stored.timezone}"
    wall = f" {_time(stored.wall)}" if stored.wall else ""
    return f"{_LABELS[stored.kind]}{wall}"


def _interval(starts: datetime, ends: datetime) -> str:
    is_one_day = starts.date() == ends.date()
    return f"{_time(starts)} to {f'{ends:%H:%M}' if is_one_day else _time(ends)}"


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _sum_up(done: Sequence[Retiming], people: int, *, is_applied: bool) -> None:
    moved = [one for one in done if not one.unclear]
    unclear = len(done) - len(moved)
    if not done:
        click.echo(f"All that is to come has the times of the zone data {IANA_VERSION}.")
        return
    meetings = sum(len(one.meetings) for one in moved)
    click.echo(
        f"Sessions that {'moved' if is_applied else 'move'} by the zone data {IANA_VERSION}: "
        f"{len(moved)} (meetings: {meetings}, people: {people}). "
        f"Sessions that need a person: {unclear}."
    )
    if not is_applied:
        click.echo("Nothing was changed. To do it: training meetings retime --apply")
    if unclear:
        raise click.ClickException(
            "The clocks skip times of some sessions, or show them twice. These were left as they "
            "are: choose other times on their pages, /staff/sessions/<number>/edit."
        )
