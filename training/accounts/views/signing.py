"""Signing in and out, and the way from the account to where one works."""

from functools import partial
from http import HTTPStatus

from flask import (
    Response,
    after_this_request,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue

from training.accounts import access, known_browsers, service
from training.accounts.access import allows, signed_in
from training.accounts.errors import WrongPasswordError
from training.accounts.forms import SignInForm
from training.accounts.policy import Action
from training.accounts.service.tries import Allowance, count_try, forget_sign_in_tries
from training.accounts.views.blueprint import bp
from training.accounts.workplace import ways
from training.clock import utc_now
from training.db import transaction
from training.errors import TooManyTriesError
from training.web import limits
from training.web.error_pages import headers_of, status_of
from training.web.fields import AppForm
from training.web.redirects import is_own_page


@bp.get("/account/")
@allows(Action.USE_ACCOUNT)
def home() -> ResponseReturnValue:
    """Lead whoever is signed in to where they work."""
    return redirect(_home(), code=303)


@bp.route("/account/sign-in", methods=["GET", "POST"])
@allows(Action.SIGN_IN)
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail and password."""
    form = SignInForm()
    if not form.is_submitted():
        return _render(form)
    if not form.validate():
        return _render(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _sign_in(form.email.data, form.password.data)
    except (WrongPasswordError, TooManyTriesError) as error:
        form.refuse(error)
        return _render(form), status_of(error), headers_of(error)
    return redirect(_following(), code=303)


def _sign_in(email: str, password: str) -> None:
    """Sign this browser in.

    :raise WrongPasswordError: address and password open nothing.
    :raise TooManyTriesError: too many did not, for this address or from this network.
    """
    now = utc_now()
    limits.refuse_if_spent(limits.WRONG_PASSWORDS)
    count_password_try(known_browsers.allowance_for(email), email)
    try:
        checked = service.check_password(email, password)
    except WrongPasswordError:
        limits.take(limits.WRONG_PASSWORDS)
        raise
    with transaction():
        token = service.sign_in(
            checked.account_id,
            password_hash=checked.password_hash,
            user_agent=request.user_agent.string,
            now=now,
        )
        forget_sign_in_tries(email)
    start(token)


def count_password_try(allowance: Allowance, email: str) -> None:
    """Count a password that is about to be tried for an address.

    :raise TooManyTriesError: too many were wrong.
    """
    with transaction():
        wait = count_try(allowance, email, now=utc_now())
    if wait is not None:
        raise TooManyTriesError(wait)


def start(token: str) -> None:
    """Have this browser hold a sign-in that was just opened."""
    who = service.find_signed_in(token, now=utc_now())
    if who is None:  # ended in this very moment
        raise WrongPasswordError
    access.start(token, who)
    after_this_request(partial(_remember_browser, person_id=who.person_id))


def _remember_browser(response: Response, person_id: int) -> Response:
    known_browsers.remember(response, person_id)
    return response


def _render(form: SignInForm) -> str:
    return render_template("accounts/sign_in.html", form=form)


@bp.post("/account/sign-out")
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
