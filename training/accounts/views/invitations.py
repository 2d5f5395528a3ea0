"""Invitations as staff see them: who is invited, and inviting colleagues and trainers."""

from collections.abc import Callable
from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts import queries
from training.accounts.access import allows, signed_in
from training.accounts.forms import InviteForm
from training.accounts.policy import Action
from training.accounts.service import invitations as service
from training.accounts.values import StaffRole
from training.accounts.views.blueprint import bp
from training.accounts.words import invitation_state_words, invited_as
from training.accounts.workplace import PEOPLE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import ConflictError
from training.people.service import find_or_make_people
from training.people.values import email_key
from training.web.error_pages import status_of
from training.web.fields import AppForm, sentence

#: The page, for redirects to it.
INVITATIONS = "accounts.invitations"


@bp.route("/staff/invitations", methods=["GET", "POST"])
@allows(Action.INVITE)
def invitations() -> ResponseReturnValue:
    """List who is invited, and invite a trainer or a colleague."""
    form = InviteForm()
    if not form.is_submitted():
        return _render(form)
    if not form.validate():
        return _render(form), HTTPStatus.UNPROCESSABLE_ENTITY
    who = signed_in()
    service.refuse_role_above_own(form.staff_role, who.staff_role)
    try:
        with transaction():
            email = form.email.data
            person_id = find_or_make_people({email: form.name.data})[email_key(email)]
            service.invite(
                person_id,
                staff_role=form.staff_role,
                actor_id=who.person_id,
                actor_role=who.staff_role,
                now=utc_now(),
            )
    except ConflictError as error:
        form.refuse(error)
        return _render(form), status_of(error)
    flash(_("The invitation is on its way to %(email)s.", email=email), "ok")
    return redirect(url_for(INVITATIONS), code=303)


@bp.post("/staff/invitations/<id:invitation_id>/revoke")
@allows(Action.INVITE)
def revoke_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make an invitation worth nothing."""
    said = _("The invitation is revoked: its link opens nothing any more.")
    return _change(invitation_id, service.revoke, said)


@bp.post("/staff/invitations/<id:invitation_id>/send-again")
@allows(Action.INVITE)
def send_invitation_again(invitation_id: int) -> ResponseReturnValue:
    """Mail an invitation once more, good for a week from now."""
    said = _("The invitation is on its way once more.")
    return _change(invitation_id, service.send_again, said)


def _change(invitation_id: int, change: Callable[..., None], said: str) -> ResponseReturnValue:
    who = signed_in()
    try:
        with transaction():
            change(invitation_id, actor_id=who.person_id, actor_role=who.staff_role, now=utc_now())
    except ConflictError as error:
        return _render(InviteForm(None), refusal=sentence(error)), status_of(error)
    flash(said, "ok")
    return redirect(url_for(INVITATIONS), code=303)


def _render(form: InviteForm, refusal: str = "") -> str:
    now = utc_now()
    who = signed_in()
    form.offer_roles(may_invite_admins=who.staff_role == StaffRole.ADMIN)
    return render_workplace(
        "accounts/invitations.html",
        current=PEOPLE,
        invitations=[
            (one, invited_as(one.staff_role, one.organization), *invitation_state_words(one.state))
            for one in queries.invitations(now=now)
        ],
        timezone=who.timezone or "UTC",
        form=form,
        act=AppForm(None),
        people=PEOPLE,
        refusal=refusal,
    )
