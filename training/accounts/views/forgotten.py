"""A new password by a mailed link, for whoever forgot theirs."""

from http import HTTPStatus

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts import service
from training.accounts.access import allows
from training.accounts.errors import PasswordError
from training.accounts.forms import ForgotForm, NewPasswordForm
from training.accounts.policy import Action
from training.accounts.service import resets
from training.accounts.views.blueprint import bp
from training.clock import utc_now
from training.db import transaction
from training.errors import TooManyTriesError
from training.web import limits
from training.web.error_pages import headers_of, status_of
from training.web.fields import sentence


@bp.route("/account/forgot", methods=["GET", "POST"])
@allows(Action.SIGN_IN)
def forgot() -> ResponseReturnValue:
    """Ask for a link to a new password; the answer is the same for every address."""
    form = ForgotForm()
    if not form.is_submitted():
        return render_template("accounts/forgot.html", form=form)
    if not form.validate():
        page = render_template("accounts/forgot.html", form=form)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        limits.take(limits.RESET_MAILS)
    except TooManyTriesError as error:
        form.refuse(error)
        page = render_template("accounts/forgot.html", form=form)
        return page, status_of(error), headers_of(error)
    with transaction():
        resets.ask_for_reset(form.email.data, now=utc_now())
    return redirect(url_for("accounts.forgot_sent"), code=303)


@bp.get("/account/forgot/sent")
@allows(Action.SIGN_IN)
def forgot_sent() -> ResponseReturnValue:
    """Say what happens now."""
    return render_template("accounts/forgot_sent.html")


@bp.route("/account/reset/<reset_link>", methods=["GET", "POST"])
@allows(Action.SIGN_IN)
def reset(reset_link: str) -> ResponseReturnValue:
    """Choose a new password. Opening the page uses up nothing, as mail scanners open it."""
    found = resets.get_reset(reset_link, now=utc_now())
    form = NewPasswordForm()
    status = HTTPStatus.OK
    if form.is_submitted():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                new_hash = service.hash_password(form.password.data)
            except PasswordError as error:
                form.password.errors = [sentence(error)]
            else:
                with transaction():
                    resets.reset_password(reset_link, new_hash, now=utc_now())
                session.clear()
                flash(_("Your password is changed. Sign in with the new one."), "ok")
                return redirect(url_for("accounts.sign_in"), code=303)
    return render_template("accounts/reset.html", form=form, reset=found), status
