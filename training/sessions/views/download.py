"""The calendar file of one session."""

from flask import Response

from training.accounts.access import allows
from training.accounts.policy import Action
from training.calendars.service import calendar_of
from training.calendars.values import Variant
from training.clock import utc_now
from training.errors import NotFoundError
from training.sessions import queries
from training.sessions.views.blueprint import bp
from training.web.ics import calendar_file


@bp.get("/calendar/sessions/<id:training_session_id>.ics")
@allows(Action.READ_PUBLIC)
def download(training_session_id: int) -> Response:
    """Answer with the meetings of a public session, for whoever takes them home."""
    uids = queries.public_meeting_uids(training_session_id)
    body = calendar_of(uids, variant=Variant.PUBLIC) if uids else None
    if body is None:
        raise NotFoundError
    return calendar_file(body, filename=f"session-{training_session_id}.ics", now=utc_now())
