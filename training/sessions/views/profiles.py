"""What people see of somebody who trains: changed by themselves, or by staff for them."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import PEOPLE, render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError
from training.sessions import service
from training.sessions.errors import StaleProfileError
from training.sessions.profile_forms import ProfileForm, TheirProfileForm
from training.sessions.profile_queries import ShownProfile, get_profile
from training.sessions.values import ProfilePlan
from training.sessions.views.blueprint import bp
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.shown import Difference, differing, fingerprint


@bp.route("/account/public", methods=["GET", "POST"])
@allows(Action.USE_ACCOUNT)
def own_profile() -> ResponseReturnValue:
    """Show what people see of whoever is signed in, and change it."""
    who = signed_in()
    stored = get_profile(who.person_id)
    data = {"is_public": stored.plan.is_public, "about": stored.plan.about}
    form = ProfileForm(data=None if request.method == "POST" else data)
    return _answer(form, stored, back=url_for("accounts.profile"), is_own=True)


@bp.route("/staff/people/<id:person_id>/public", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def trainer_profile(person_id: int) -> ResponseReturnValue:
    """Show what people see of a trainer, and change it for them."""
    stored = get_profile(person_id)
    data = {"is_public": stored.plan.is_public, "about": stored.plan.about}
    form = TheirProfileForm(data=None if request.method == "POST" else data)
    back = url_for("staff.person", person_id=person_id)
    return _answer(form, stored, back=back, is_own=False)


def _answer(
    form: ProfileForm, stored: ShownProfile, *, back: str, is_own: bool
) -> ResponseReturnValue:
    if request.method != "POST":
        form.show(stored.plan)
        return _render(form, stored, back=back, is_own=is_own)
    if not form.validate():
        return _render(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY, back=back, is_own=is_own)
    if "preview" in request.form:
        return _render(form, stored, back=back, is_own=is_own)
    try:
        is_changed = _revise(form, stored)
    except (StaleProfileError, BusyError) as error:
        form.refuse(error)
        differences: list[Difference] = []
        if isinstance(error, StaleProfileError):
            stored = get_profile(stored.person_id)
            form.show(stored.plan)  # what stands now is shown, and may be saved over
            differences = differing(_described(stored.plan), _described(form.to_plan()))
        return _render(form, stored, status_of(error), differences, back=back, is_own=is_own)
    flash(_("Saved.") if is_changed else _("Nothing was changed."))
    return redirect(request.path, code=303)


def _revise(form: ProfileForm, stored: ShownProfile) -> bool:
    if form.shown.data != fingerprint(stored.plan):
        raise StaleProfileError
    with transaction():
        return service.revise_profile(
            stored.person_id,
            form.to_plan(),
            expected=stored.plan,
            actor_id=signed_in().person_id,
            now=utc_now(),
        )


def _render(
    form: ProfileForm,
    stored: ShownProfile,
    status: HTTPStatus = HTTPStatus.OK,
    differences: list[Difference] | None = None,
    *,
    back: str,
    is_own: bool,
) -> ResponseReturnValue:
    name = for_display(stored.name)
    page = render_workplace(
        "sessions/profile.html",
        current="accounts.profile" if is_own else PEOPLE,
        form=form,
        name=name,
        is_own=is_own,
        differences=differences or [],
        crumbs=[(_("My account"), back)]
        if is_own
        else [(_("People"), url_for(PEOPLE)), (name, back)],
        back=back,
    )
    return page, status, headers_for(status)


def _described(plan: ProfilePlan) -> list[tuple[str, str]]:
    return [
        (_("Shown to everybody"), _("Yes") if plan.is_public else _("No")),
        (_("About"), plan.about),
    ]
