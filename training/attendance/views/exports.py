"""Lists to take home. By POST: each leaves an entry in the audit trail."""

from collections.abc import Sequence

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.attendance import queries, service
from training.attendance.queries import MeetingToMark, OwnSession
from training.attendance.roster_tables import Known, heading, mark_labels, roster_table, wall_minute
from training.attendance.views.blueprint import bp
from training.clock import utc_now
from training.db import transaction
from training.registrations import answer_queries, answers_queries, roster_queries
from training.registrations.note_queries import notes_of
from training.registrations.roster_address import YES, asked
from training.registrations.words import shown_answers
from training.web.filters import registration_label
from training.web.spreadsheets import FORMATS, Row


@bp.post("/staff/sessions/<id:training_session_id>/roster.<any(csv, xlsx):ending>")
@allows(Action.EXPORT_ROSTER)
def export_roster(training_session_id: int, ending: str) -> ResponseReturnValue:
    """Send what staff know of a session's people and of who came: of whom the address asks for.

    What staff wrote about people stands in it only if they say so.
    """
    own = _get_session(training_session_id)
    meetings = _held(training_session_id)
    view = asked()
    came = queries.attendance_of(training_session_id)
    answers = answer_queries.answers_of(training_session_id)
    found = roster_queries.roster(
        training_session_id,
        view,
        beside=roster_queries.beside_of(
            view.filters,
            answers=answers,
            marks=came,
            meeting_ids=[one.meeting.id for one in meetings],
            timezone=own.timezone,
        ),
    )
    ids = [row.id for row in found.rows]
    given = answers_queries.answers_of(ids)
    questions = answers_queries.shown_columns(answers_queries.columns(training_session_id), given)
    has_notes = request.form.get("notes") == YES
    known = Known(
        answers=answers,
        came=came,
        meetings=[(one.meeting.id, heading(one)) for one in meetings],
        questions=questions,
        given=shown_answers(questions, given),
        notes=notes_of(ids) if has_notes else None,
    )
    table = roster_table(found.rows, known, columns=view.columns, timezone=own.timezone)
    name = _(
        "%(title)s %(day)s roster",
        title=own.title,
        day=wall_minute(own.starts_at, own.timezone)[:10],
    )
    return _taken_home(own, service.ROSTER, ending, name=name, header=table.header, rows=table.rows)


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
        *(heading(one) for one in meetings),
    ]
    rows: list[Row] = [
        [
            one.name,
            one.organization,
            registration_label(one.status),
            one.rank,
            *mark_labels(came, one.registration_id, [it.meeting.id for it in meetings]),
        ]
        for one in (*people.seated, *people.offered, *people.waiting)
    ]
    name = _(
        "%(title)s %(day)s attendance",
        title=own.title,
        day=wall_minute(own.starts_at, own.timezone)[:10],
    )
    return _taken_home(own, service.ATTENDANCE, ending, name=name, header=header, rows=rows)


def _get_session(training_session_id: int) -> OwnSession:
    return queries.get_own_session(training_session_id, permission().person_id, permission().scope)


def _held(training_session_id: int) -> list[MeetingToMark]:
    """Return the meetings that have a column: those that were not cancelled."""
    return [one for one in queries.meetings_of(training_session_id) if not one.meeting.is_cancelled]


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
