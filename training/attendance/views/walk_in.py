"""Adding somebody at the door."""

from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, permission
from training.accounts.policy import Action, Scope
from training.accounts.workplace import OWN_SESSIONS, render_workplace
from training.attendance import queries, rules, service
from training.attendance.forms import WalkInForm
from training.attendance.views.blueprint import bp
from training.attendance.views.theirs import get_meeting
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError
from training.organizations.queries import active_organizations
from training.registrations.errors import NoFreeSeatError
from training.submissions.resending import why_refused
from training.submissions.service import Send, is_key
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence


@bp.route("/trainer/meetings/<id:meeting_id>/walk-in", methods=["GET", "POST"])
@allows(Action.ADD_WALK_IN)
def walk_in(meeting_id: int) -> ResponseReturnValue:
    """Give somebody at the door a seat and mark them present; overbook only on purpose."""
    meeting = get_meeting(meeting_id)
    form = WalkInForm()
    form.offer(queries.people_of(meeting.training_session_id).waiting, active_organizations())
    if not form.is_submitted():
        return _render(meeting_id, form, HTTPStatus.OK)
    if not form.validate():
        return _render(meeting_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    send = _send(meeting_id, form)
    try:
        with transaction():
            service.add_walk_in(
                meeting_id,
                form.to_walk_in(),
                send=send,
                actor_id=permission().person_id,
                scope=permission().scope,
                now=utc_now(),
            )
    except (ConflictError, BusyError) as error:
        refusal = why_refused(form, send, error)
        if refusal is not None:
            form.refuse(refusal)
            return _render(meeting_id, form, status_of(refusal), refusal=refusal)
    flash(_("Added, and marked present."))
    return redirect(url_for(".sheet", meeting_id=meeting_id), code=303)


def _send(meeting_id: int, form: WalkInForm) -> Send:
    if not is_key(form.key.data or ""):
        form.renew_key()
    return Send(
        key=form.key.data,
        purpose=f"walk-in:{meeting_id}",
        actor_id=permission().person_id,
        content=form.content,
    )


def _render(
    meeting_id: int, form: WalkInForm, status: HTTPStatus, *, refusal: DomainError | None = None
) -> ResponseReturnValue:
    now = utc_now()
    meeting = get_meeting(meeting_id)
    own = queries.get_own_session(
        meeting.training_session_id, permission().person_id, permission().scope
    )
    closed = rules.why_not(meeting.state, is_staff=permission().scope is Scope.ALL, now=now)
    page = render_workplace(
        "attendance/walk_in.html",
        current=OWN_SESSIONS,
        meeting=meeting,
        own=own,
        form=form,
        closed=sentence(closed) if closed else None,
        is_overbooking=(
            not own.is_seat_free or form.overbook.data or isinstance(refusal, NoFreeSeatError)
        ),
    )
    return page, status, headers_for(status)
