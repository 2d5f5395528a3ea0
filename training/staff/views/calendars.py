"""Who has which time of a session in their calendar, and how the feeds are read as a whole."""

from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.calendars.listed import ago
from training.clock import utc_now
from training.staff import feed_queries
from training.staff.calendar_queries import session_calendars
from training.staff.calendar_values import WRITTEN_TO, GroupHealth, SessionCalendars, Standing
from training.staff.calendar_words import (
    group_label,
    kind_label,
    number_of,
    program_label,
    revision_words,
    standing_badge,
    summary,
    times,
)
from training.staff.feed_queries import MovedSession
from training.staff.views.blueprint import bp
from training.text import for_display

HEALTH, OF_SESSION = "staff.calendar_health", "staff.calendars"


class SubscriberLine(NamedTuple):
    """An address, as its line on the page."""

    name: str
    #: For whom the owner made it; empty: for themselves.
    organization: str
    feed: str
    program: str
    read: str
    times: str
    standing: tuple[str, str]
    revision: str
    told: str


class GroupSection(NamedTuple):
    """A group of readers, as its part of the page."""

    key: str
    label: str
    summary: list[str]
    lines: list[SubscriberLine]


class MovedLine(NamedTuple):
    """A session that moved, as its line on the page."""

    session: MovedSession
    url: str
    #: Who has its old time, and how many programs that are.
    whom: str


@bp.get("/staff/sessions/<id:training_session_id>/calendars")
@allows(Action.SEE_ROSTER)
def calendars(training_session_id: int) -> ResponseReturnValue:
    """Show who subscribes to a session, and who still has an old time of it."""
    now = utc_now()
    session = session_calendars(training_session_id, now=now)
    return render_workplace(
        "staff/calendars.html",
        current=SCHEDULE,
        session=session,
        title=for_display(session.title),
        sections=[_section(group, session, now) for group in session.groups],
        outdated=len(session.recipients(WRITTEN_TO, again=True, now=now)),
        is_over=now >= session.ends_at,
        crumbs=crumbs_of(session),
        now=now,
    )


@bp.get("/staff/calendars")
@allows(Action.SEE_SCHEDULE)
def calendar_health() -> ResponseReturnValue:
    """Show how the feeds are read, and which sessions moved unseen."""
    now = utc_now()
    return render_workplace(
        "staff/calendar_health.html",
        current=SCHEDULE,
        kinds=[(kind_label(one.kind), one) for one in feed_queries.kinds(now=now)],
        programs=[(program_label(one.name), one) for one in feed_queries.programs(now=now)],
        moved=[_moved_line(one) for one in feed_queries.moved_sessions(now=now)],
        crumbs=[(_("Schedule"), url_for(SCHEDULE))],
        now=now,
    )


def crumbs_of(session: SessionCalendars) -> list[tuple[str, str]]:
    """Return the way up from a page about a session's calendars."""
    roster = url_for("registrations.roster", training_session_id=session.id)
    return [(_("Schedule"), url_for(SCHEDULE)), (for_display(session.title), roster)]


def _section(group: GroupHealth, session: SessionCalendars, now: datetime) -> GroupSection:
    was_rescheduled = session.changes.rescheduled_at is not None
    return GroupSection(
        key=group.group.value,
        label=group_label(group.group),
        summary=summary(group, was_rescheduled=was_rescheduled),
        lines=[
            SubscriberLine(
                name=for_display(one.name),
                organization=for_display(one.organization or ""),
                feed=for_display(one.feed_name),
                program=program_label(one.program) if one.count else "",
                read=ago(one.address.fetched_at, now) if one.address.fetched_at else "–",
                times=times(one.count) if one.count else "",
                standing=standing_badge(one.standing),
                revision=revision_words(one, session),
                told=(
                    _("told by mail %(ago)s", ago=ago(one.told_at, now))
                    if one.told_at and one.standing is Standing.OLD_TIME
                    else ""
                ),
            )
            for one in group.subscribers
        ],
    )


def _moved_line(one: MovedSession) -> MovedLine:
    return MovedLine(
        session=one,
        url=url_for(OF_SESSION, training_session_id=one.id),
        whom=", ".join(number_of(group, number) for group, number in one.readers.items()),
    )
