"""What somebody trains: the list of meetings, and one session with its people."""

from flask.typing import ResponseReturnValue

from training.accounts.access import allows, permission
from training.accounts.policy import Action, Scope
from training.accounts.workplace import OWN_SESSIONS, render_workplace
from training.attendance import queries, rules
from training.attendance.views.blueprint import bp
from training.clock import utc_now
from training.registrations import answer_queries
from training.registrations.words import answer_words


@bp.get("/trainer/")
@allows(Action.SEE_OWN_SESSIONS)
def sessions() -> ResponseReturnValue:
    """List the meetings that whoever is signed in marks: those of today, then what is left."""
    now = utc_now()
    own = queries.own_meetings(permission().person_id, permission().scope, now=now)
    return render_workplace(
        "attendance/sessions.html",
        current=OWN_SESSIONS,
        own=own,
        now=now,
        opens_at=rules.opens_at,
        is_everybodys=permission().scope is Scope.ALL,
    )


@bp.get("/trainer/sessions/<id:training_session_id>")
@allows(Action.SEE_OWN_SESSIONS)
def training_session(training_session_id: int) -> ResponseReturnValue:
    """Show a session to its trainers: its meetings, who is coming, who waits. No addresses.

    Of what their calendars answered not what people wrote: that was meant for staff.
    """
    now = utc_now()
    own = queries.get_own_session(training_session_id, permission().person_id, permission().scope)
    return render_workplace(
        "attendance/session.html",
        current=OWN_SESSIONS,
        own=own,
        meetings=queries.meetings_of(training_session_id),
        people=queries.people_of(training_session_id),
        answers=answer_queries.answers_of(training_session_id),
        answer_words=answer_words(),
        now=now,
        opens_at=rules.opens_at,
    )
