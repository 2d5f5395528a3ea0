"""Accepting an invitation by its mailed link."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts import service
from training.accounts.access import allows, find_signed_in
from training.accounts.errors import (
    AccountExistsError,
    PasswordError,
    SignInFirstError,
)
from training.accounts.forms import NewPasswordForm
from training.accounts.policy import Action
from training.accounts.queries import organization_name
from training.accounts.service import invitations
from training.accounts.service.invitations import OpenInvitation
from training.accounts.views.blueprint import bp
from training.accounts.views.signing import start
from training.accounts.words import invited_as
from training.clock import utc_now
from training.db import transaction
from training.web.error_pages import status_of
from training.web.fields import AppForm, sentence


@bp.route("/account/invitation/<invitation_link>", methods=["GET", "POST"])
@allows(Action.SIGN_IN)
def invitation(invitation_link: str) -> ResponseReturnValue:
    """Accept an invitation. Opening the page uses up nothing, as mail scanners open it."""
    found = invitations.get_invitation(invitation_link, now=utc_now())
    who = find_signed_in()
    form = NewPasswordForm() if found.account_id is None else AppForm()
    if who is not None and who.person_id != found.person_id:
        return _render(invitation_link, found, form, HTTPStatus.FORBIDDEN)
    if not form.is_submitted():
        return _render(invitation_link, found, form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.validate():
        try:
            _accept(invitation_link, form, person_id=who.person_id if who else None)
        except PasswordError as error:
            form.password.errors = [sentence(error)]
        except (SignInFirstError, AccountExistsError) as error:
            # They have an account, perhaps since a moment ago: the page shows the way to sign in.
            found, form = invitations.get_invitation(invitation_link, now=utc_now()), AppForm(None)
            status = status_of(error)
        else:
            flash(_("Welcome. You accepted the invitation."), "ok")
            return redirect(url_for("accounts.home"), code=303)
    return _render(invitation_link, found, form, status)


def _accept(link: str, form: AppForm, *, person_id: int | None) -> None:
    now = utc_now()
    new_hash = service.hash_password(form.password.data) if "password" in form else None
    with transaction():
        account_id = invitations.accept(link, person_id=person_id, password_hash=new_hash, now=now)
        cookie = (
            service.sign_in(account_id, user_agent=request.user_agent.string, now=now)
            if person_id is None
            else None
        )
    if cookie is not None:
        start(cookie)


def _render(
    link: str, found: OpenInvitation, form: AppForm, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    who = find_signed_in()
    organization = organization_name(found.organization_id)
    page = render_template(
        "accounts/invitation.html",
        invitation=found,
        what=invited_as(found.staff_role, organization),
        form=form,
        who=who,
        is_somebody_else=who is not None and who.person_id != found.person_id,
        here=url_for("accounts.invitation", invitation_link=link),
    )
    return page, status
