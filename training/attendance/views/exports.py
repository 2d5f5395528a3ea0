"""Lists to take home. By POST: each leaves an entry in the audit trail."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.attendance import queries, service
from training.attendance.queries import MeetingToMark, OwnSession
from training.attendance.values import AttendanceStatus
from training.attendance.views.blueprint import bp
from training.clock import find_zone, utc_now, utc_to_wall
from training.db import transaction
from training.registrations import answer_queries, roster_queries
from training.registrations.words import answer_words, claim_words
from training.web.filters import attendance_label, city, registration_label
from training.web.spreadsheets import FORMATS, Row


@bp.post("/staff/sessions/<id:training_session_id>/roster.<any(csv, xlsx):ending>")
@allows(Action.EXPORT_ROSTER)
def export_roster(training_session_id: int, ending: str) -> ResponseReturnValue:
    """Send all that staff know of a session's people and of who came."""
    own = _get_session(training_session_id)
    meetings = _held(training_session_id)
    came = queries.attendance_of(training_session_id)
    roster = roster_queries.roster(training_session_id)
    claims = claim_words()
    answers, answer_labels = answer_queries.answers_of(training_session_id), answer_words()
    header = [
        _("Name"),
        _("E-mail"),
        _("Organization"),
        _("Why we believe it"),
        _("Status"),
        _("Ticket"),
        _("Place in line"),
        _("Registered (%(city)s)", city=city(own.timezone)),
        _("Registered (ISO 8601)"),
        _("Answer in their calendar"),
        *_headings(meetings),
    ]
    rows: list[Row] = [
        [
            one.name,
            one.email,
            one.organization,
            claims[one.claim] if one.organization else None,
            registration_label(one.status),
            one.ticket,
            one.rank,
            _wall(one.registered_at, own.timezone),
            one.registered_at.astimezone(UTC).isoformat(),
            next((answer_labels[it.answer] for it in answers.get(one.id, ()) if it.counts), None),
            *_marks(came, one.id, meetings),
        ]
        for one in (*roster.seated, *roster.requested, *roster.waiting, *roster.ended)
    ]
    name = _(
        "%(title)s %(day)s roster", title=own.title, day=_wall(own.starts_at, own.timezone)[:10]
    )
    return _taken_home(own, service.ROSTER, ending, name=name, header=header, rows=rows)


@bp.post("/trainer/sessions/<id:training_session_id>/attendance.<any(csv, xlsx):ending>")
@allows(Action.EXPORT_ATTENDANCE)
def export_attendance(training_session_id: int, ending: str) -> ResponseReturnValue:
    """Send trainers who is coming and who came: names and organizations, no addresses."""
    own = _get_session(training_session_id)
    meetings = _held(training_session_id)
    came = queries.attendance_of(training_session_id)
    people = queries.people_of(training_session_id)
    header = [
        _("Name"),
        _("Organization"),
        _("Status"),
        _("Place in line"),
        *_headings(meetings),
    ]
    rows: list[Row] = [
        [
            one.name,
            one.organization,
            registration_label(one.status),
            one.rank,
            *_marks(came, one.registration_id, meetings),
        ]
        for one in (*people.seated, *people.offered, *people.waiting)
    ]
    name = _(
        "%(title)s %(day)s attendance", title=own.title, day=_wall(own.starts_at, own.timezone)[:10]
    )
    return _taken_home(own, service.ATTENDANCE, ending, name=name, header=header, rows=rows)


def _get_session(training_session_id: int) -> OwnSession:
    return queries.get_own_session(training_session_id, permission().person_id, permission().scope)


def _held(training_session_id: int) -> list[MeetingToMark]:
    """Return the meetings that have a column: those that were not cancelled."""
    return [one for one in queries.meetings_of(training_session_id) if not one.meeting.is_cancelled]


def _headings(meetings: Sequence[MeetingToMark]) -> list[str]:
    return [
        _("Attendance %(when)s", when=_wall(one.meeting.starts_at, one.meeting.timezone))
        for one in meetings
    ]


def _marks(
    came: Mapping[int, Mapping[int, AttendanceStatus]],
    registration_id: int,
    meetings: Sequence[MeetingToMark],
) -> list[str]:
    status_at = came.get(registration_id, {})
    return [attendance_label(status_at.get(one.meeting.id)) for one in meetings]


def _wall(instant: datetime, timezone: str) -> str:
    """Return what the wall clock shows, in a form that programs sort and spreadsheets know."""
    wall, _fold = utc_to_wall(instant, find_zone(timezone))
    return f"{wall:%Y-%m-%d %H:%M}"


def _taken_home(
    own: OwnSession,
    action: str,
    ending: str,
    *,
    name: str,
    header: Sequence[str],
    rows: Sequence[Row],
) -> Response:
    """Note that the list is taken home, then send it."""
    with transaction():
        service.record_export(
            own.id,
            action,
            rows=len(rows),
            ending=ending,
            actor_id=permission().person_id,
            now=utc_now(),
        )
    return FORMATS[ending](f"{name}.{ending}", header, rows)
