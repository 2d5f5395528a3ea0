"""The sheet of paper that people sign when they come."""

from typing import NamedTuple

from flask.typing import ResponseReturnValue

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.accounts.workplace import OWN_SESSIONS, SCHEDULE, render_workplace
from training.attendance import queries
from training.attendance.queries import ListedMeeting, OwnPerson
from training.attendance.views.blueprint import bp
from training.text import search_key
from training.web.filters import moment
from training.web.query import number_argument
from training.web.times import Moment

#: Lines for people who come unannounced: as many as stand below a page of names.
BLANK_LINES = 8
MOST_BLANK_LINES = 60


class Sheet(NamedTuple):
    """One meeting on paper."""

    meeting: ListedMeeting
    when: Moment


@bp.get("/staff/sessions/<id:training_session_id>/sign-in-sheet")
@allows(Action.SEE_ROSTER)
def staff_sign_in_sheet(training_session_id: int) -> ResponseReturnValue:
    """Show staff what is printed for people to sign."""
    return _show(training_session_id, current=SCHEDULE, back="registrations.roster")


@bp.get("/trainer/sessions/<id:training_session_id>/sign-in-sheet")
@allows(Action.SEE_OWN_SESSIONS)
def sign_in_sheet(training_session_id: int) -> ResponseReturnValue:
    """Show trainers what is printed for people to sign."""
    return _show(training_session_id, current=OWN_SESSIONS, back="attendance.training_session")


def _show(training_session_id: int, *, current: str, back: str) -> ResponseReturnValue:
    own = queries.get_own_session(training_session_id, permission().person_id, permission().scope)
    blank = number_argument("blank", most=MOST_BLANK_LINES)
    return render_workplace(
        "attendance/sign_in_sheet.html",
        current=current,
        back=back,
        own=own,
        sheets=[
            Sheet(
                one.meeting,
                moment(one.meeting.starts_at, one.meeting.ends_at, one.meeting.timezone),
            )
            for one in queries.meetings_of(training_session_id)
            if not one.meeting.is_cancelled
        ],
        people=_expected(queries.people_of(training_session_id).seated),
        blank=BLANK_LINES if blank is None else blank,
    )


def _expected(people: tuple[OwnPerson, ...]) -> list[OwnPerson]:
    """Return those who have a seat, as they are looked for in a list."""
    return sorted(people, key=lambda one: (search_key(one.name), one.registration_id))
