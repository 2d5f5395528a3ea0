"""The history of one person's marks."""

from flask.typing import ResponseReturnValue

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.accounts.workplace import OWN_SESSIONS, render_workplace
from training.attendance import queries
from training.attendance.views.blueprint import bp
from training.attendance.words import mark_label, source_label


@bp.get("/trainer/registrations/<id:registration_id>/marks")
@allows(Action.MARK_ATTENDANCE)
def history(registration_id: int) -> ResponseReturnValue:
    """Show who said what about a person, when and from where, the newest first."""
    found = queries.get_history(registration_id, permission().person_id, permission().scope)
    return render_workplace(
        "attendance/history.html",
        current=OWN_SESSIONS,
        history=found,
        mark_label=mark_label,
        source_label=source_label,
    )
