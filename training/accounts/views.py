"""Signing in and out, and the way from the account to where one works."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue

from training.accounts import access, service
from training.accounts.access import allows, signed_in
from training.accounts.forms import SignInForm
from training.accounts.policy import Action
from training.accounts.service import WrongPasswordError
from training.accounts.workplace import ways
from training.clock import utc_now
from training.db import transaction
from training.web.fields import AppForm
from training.web.redirects import is_own_page

bp = Blueprint("accounts", __name__, url_prefix="/account")


@bp.get("/")
@allows(Action.USE_ACCOUNT)
def home() -> ResponseReturnValue:
    """Lead whoever is signed in to where they work."""
    return redirect(_home(), code=303)


@bp.route("/sign-in", methods=["GET", "POST"])
@allows(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail and password."""
    form = SignInForm()
    status = 200
    if form.validate_on_submit():
        now = utc_now()
        try:
            account_id = service.check_password(form.email.data, form.password.data)
        except WrongPasswordError as error:
            form.refuse(error)
            status = 422
        else:
            with transaction():
                token = service.sign_in(account_id, now=now)
            who = service.find_signed_in(token, now=now)
            if who is not None:
                access.start(token, who)
                return redirect(_following(), code=303)
    elif form.errors:
        status = 422
    return render_template("accounts/sign_in.html", form=form), status


@bp.post("/sign-out")
@allows(Action.USE_ACCOUNT)
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in, here and in the database."""
    form = AppForm()
    if form.validate_on_submit():
        with transaction():
            service.sign_out(signed_in(), now=utc_now())
        session.clear()
    return redirect(url_for("registrations.index"), code=303)


def _following() -> str:
    target = request.args.get("next", "")
    adapter = request_ctx.url_adapter
    if target and adapter is not None and is_own_page(target, adapter):
        return target
    return _home()


def _home() -> str:
    return next(ways()).url
