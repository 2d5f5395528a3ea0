"""One's own account: name and time zone, password, and where one is signed in."""

from http import HTTPStatus

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts import known_browsers, queries, service
from training.accounts.access import allows, signed_in
from training.accounts.errors import PasswordError, WrongOldPasswordError
from training.accounts.forms import ChangePasswordForm, ProfileForm
from training.accounts.policy import Action
from training.accounts.values import SignedIn
from training.accounts.views.blueprint import bp
from training.accounts.views.navigation import ACCOUNT
from training.accounts.views.signing import count_password_try
from training.accounts.words import browser_words
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import TooManyTriesError
from training.people.errors import StalePersonError
from training.people.service import revise_person
from training.people.values import PersonPlan
from training.web.error_pages import headers_of, status_of
from training.web.fields import AppForm, sentence
from training.web.zones import offered_zones


@bp.route("/account/profile", methods=["GET", "POST"])
@allows(Action.USE_ACCOUNT)
def profile() -> ResponseReturnValue:
    """Show what we know of whoever is signed in, and change it."""
    who = signed_in()
    plan = queries.own_plan(who.person_id)
    form = ProfileForm(data={"name": plan.name, "timezone": plan.timezone or ""})
    status = HTTPStatus.OK
    if form.is_submitted():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                _revise(who.person_id, form.to_plan(plan), plan)
            except StalePersonError as error:  # staff changed the address in this very moment
                form.refuse(error)
                status = status_of(error)
            else:
                flash(_("Your account is saved."), "ok")
                return redirect(url_for("accounts.profile"), code=303)
    page = render_workplace(
        "accounts/profile.html",
        current=ACCOUNT,
        form=form,
        email=plan.email,
        zones=offered_zones(),
    )
    return page, status


def _revise(person_id: int, plan: PersonPlan, expected: PersonPlan) -> None:
    with transaction():
        revise_person(person_id, plan, expected=expected, actor_id=person_id, now=utc_now())


@bp.route("/account/password", methods=["GET", "POST"])
@allows(Action.USE_ACCOUNT)
def password() -> ResponseReturnValue:
    """Change one's password, knowing the old one."""
    form = ChangePasswordForm()
    if not form.is_submitted():
        return _render_password(form)
    if not form.validate():
        return _render_password(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        ended = _change_password(signed_in(), form)
    except PasswordError as error:
        form.password.errors = [sentence(error)]
        return _render_password(form), status_of(error)
    except WrongOldPasswordError as error:
        form.old.errors = [sentence(error)]
        return _render_password(form), status_of(error)
    except TooManyTriesError as error:
        form.refuse(error)
        return _render_password(form), status_of(error), headers_of(error)
    flash(_("Your password is changed.") + (" " + _ended_words(ended) if ended else ""), "ok")
    return redirect(url_for("accounts.profile"), code=303)


def _change_password(who: SignedIn, form: ChangePasswordForm) -> int:
    email = queries.own_plan(who.person_id).email or str(who.account_id)
    new_hash = service.hash_password(form.password.data)  # first: refused, it counts as no try
    count_password_try(known_browsers.allowance_for(email), email)
    checked = service.check_own_password(who, form.old.data)
    with transaction():
        return service.change_password(
            checked, new_hash, keep_sign_in_id=who.sign_in_id, now=utc_now()
        )


def _render_password(form: ChangePasswordForm) -> str:
    return render_workplace("accounts/password.html", current=ACCOUNT, form=form)


@bp.get("/account/sign-ins")
@allows(Action.USE_ACCOUNT)
def sign_ins() -> ResponseReturnValue:
    """List where one is signed in."""
    who = signed_in()
    found = queries.sign_ins_of(who, now=utc_now())
    return render_workplace(
        "accounts/sign_ins.html",
        current=ACCOUNT,
        sign_ins=[(one, browser_words(one.user_agent)) for one in found],
        here=who.sign_in_id,
        timezone=who.timezone or "UTC",
        form=AppForm(None),
    )


@bp.post("/account/sign-ins/<id:sign_in_id>/end")
@allows(Action.USE_ACCOUNT)
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign another browser out, or this one."""
    with transaction():
        service.end_sign_in(sign_in_id, who=signed_in(), now=utc_now())
    flash(_("That browser is signed out."), "ok")
    return redirect(url_for("accounts.sign_ins"), code=303)


@bp.post("/account/sign-ins/end-others")
@allows(Action.USE_ACCOUNT)
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    who = signed_in()
    with transaction():
        ended = service.end_sign_ins(who.account_id, keep=who.sign_in_id, now=utc_now())
    flash(_ended_words(ended), "ok")
    return redirect(url_for("accounts.sign_ins"), code=303)


def _ended_words(ended: int) -> str:
    return str(
        ngettext(
            "%(num)s other browser is signed out.", "%(num)s other browsers are signed out.", ended
        )
    )
