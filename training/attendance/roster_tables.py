"""The people of a session as a table to take home: its columns, and how their cells read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from flask_babel import gettext as _

from training.attendance.queries import MeetingToMark
from training.attendance.values import AttendanceStatus
from training.clock import find_zone, utc_to_wall
from training.registrations.answer_queries import Answers
from training.registrations.answers_queries import AnswerColumn
from training.registrations.note_queries import WrittenNote
from training.registrations.roster_filters import Column
from training.registrations.roster_queries import RosterRow
from training.registrations.words import answer_words, claim_words
from training.web.filters import attendance_label, city, registration_label
from training.web.spreadsheets import Cell, Row

#: Registration → meeting → how they stand there.
Came = Mapping[int, Mapping[int, AttendanceStatus]]
#: What of a registration stands in a column: its head, and the cell of a row.
_Column = tuple[str, Callable[[RosterRow], Cell]]


class Table(NamedTuple):
    """What a file is made of."""

    header: list[str]
    rows: list[Row]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What stands in the table beside the registrations themselves."""

    answers: Answers
    came: Came
    #: Ids and heads of the meetings that were not cancelled.
    meetings: Sequence[tuple[int, str]]
    questions: Sequence[AnswerColumn]
    #: Registration → question → answer.
    given: Mapping[int, Mapping[int, str]]
    #: What staff wrote, by registration; None: they do not want it in the file.
    notes: Mapping[int, Sequence[WrittenNote]] | None


def roster_table(
    people: Sequence[RosterRow], known: Known, *, columns: Sequence[Column], timezone: str
) -> Table:
    """Return what staff know of people, a line for each.

    :param columns: those that were chosen; none: all, and what only a program asks for.
    """
    groups: dict[Column, list[_Column]] = {
        Column.EMAIL: [(_("E-mail"), lambda row: row.email)],
        Column.ORGANIZATION: _of_organization(),
        Column.REGISTERED: _of_registering(timezone),
        Column.CALENDAR: [(_("Answer in their calendar"), _answer_in(known.answers))],
        Column.ATTENDANCE: [
            (head, _mark_at(known.came, meeting_id)) for meeting_id, head in known.meetings
        ],
        Column.ANSWERS: [(one.label, _given_to(known.given, one)) for one in known.questions],
    }
    name: _Column = (_("Name"), lambda row: row.name)
    standing: list[_Column] = [
        (_("Status"), lambda row: registration_label(row.status)),
        (_("Ticket"), lambda row: row.ticket),
        (_("Place in line"), lambda row: row.rank),
    ]
    chosen = [one for one in groups if not columns or one in columns]
    before = [one for one in chosen if one in {Column.EMAIL, Column.ORGANIZATION}]
    after = [one for one in chosen if one not in before]
    cells = [
        name,
        *(cell for one in before for cell in groups[one]),
        *(standing[:1] if columns else standing),
        *(cell for one in after for cell in groups[one]),
    ]
    if known.notes is not None:
        written = known.notes
        cells.append((_("Notes"), lambda row: _joined(written.get(row.id, ()))))
    return Table(
        header=[head for head, _cell in cells],
        rows=[[cell(row) for _head, cell in cells] for row in people],
    )


def heading(one: MeetingToMark) -> str:
    """Return the head of the column of a meeting."""
    when = wall_minute(one.meeting.starts_at, one.meeting.timezone)
    return str(_("Attendance %(when)s", when=when))


def mark_labels(came: Came, registration_id: int, meeting_ids: Sequence[int]) -> list[str]:
    """Return how somebody stands at each meeting, in words."""
    status_at = came.get(registration_id, {})
    return [attendance_label(status_at.get(meeting_id)) for meeting_id in meeting_ids]


def wall_minute(instant: datetime, timezone: str) -> str:
    """Return what the wall clock shows, in a form that programs sort and spreadsheets know."""
    wall, _fold = utc_to_wall(instant, find_zone(timezone))
    return f"{wall:%Y-%m-%d %H:%M}"


def _of_organization() -> list[_Column]:
    claims = claim_words()
    return [
        (_("Organization"), lambda row: row.organization),
        (_("Why we believe it"), lambda row: claims[row.claim] if row.organization else None),
    ]


def _of_registering(timezone: str) -> list[_Column]:
    return [
        (
            _("Registered (%(city)s)", city=city(timezone)),
            lambda row: wall_minute(row.registered_at, timezone),
        ),
        (_("Registered (ISO 8601)"), lambda row: row.registered_at.astimezone(UTC).isoformat()),
    ]


def _answer_in(answers: Answers) -> Callable[[RosterRow], Cell]:
    labels = answer_words()
    return lambda row: next(
        (labels[one.answer] for one in answers.get(row.id, ()) if one.counts), None
    )


def _mark_at(came: Came, meeting_id: int) -> Callable[[RosterRow], Cell]:
    return lambda row: attendance_label(came.get(row.id, {}).get(meeting_id))


def _given_to(
    given: Mapping[int, Mapping[int, str]], question: AnswerColumn
) -> Callable[[RosterRow], Cell]:
    return lambda row: given.get(row.id, {}).get(question.question_id)


def _joined(notes: Sequence[WrittenNote]) -> str:
    return "\n".join(one.text for one in notes)
