"""Making a person, and changing what we know of one."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError
from training.organizations.queries import active_organizations
from training.people.errors import EmailTakenError, StalePersonError
from training.people.values import PersonPlan
from training.staff import service
from training.staff.forms import NewPersonForm, PersonForm
from training.staff.person_queries import PersonDetails, get_person
from training.staff.views.blueprint import PEOPLE, bp
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import sentence
from training.web.filters import language_name
from training.web.shown import Difference, differing, fingerprint
from training.web.zones import offered_zones


@bp.route("/staff/people/new", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def new_person() -> ResponseReturnValue:
    """Add somebody whom nobody knew yet."""
    form = NewPersonForm()
    form.offer(active_organizations())
    if request.method != "POST":
        return _render_new(form, HTTPStatus.OK)
    if not form.validate():
        return _render_new(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with transaction():
            person_id = service.add_person(
                form.name.data,
                form.email.data or None,
                form.chosen_organization_id,
                actor_id=signed_in().person_id,
                now=utc_now(),
            )
    except (ConflictError, BusyError) as error:
        _show(form, error)
        return _render_new(form, status_of(error))
    flash(_("%(name)s is added.", name=for_display(form.name.data)))
    return redirect(person_url(person_id), code=303)


@bp.route("/staff/people/<id:person_id>/edit", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def edit_person(person_id: int) -> ResponseReturnValue:
    """Change what we know of a person."""
    stored = get_person(person_id)
    form = _form_of(stored)
    if request.method != "POST":
        form.show(stored.plan)
        return _render_edit(form, stored, HTTPStatus.OK)
    if not form.validate():
        return _render_edit(form, stored, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        is_changed = _revise(stored, form)
    except (ConflictError, BusyError) as error:
        _show(form, error)
        if not isinstance(error, StalePersonError):
            return _render_edit(form, stored, status_of(error))
        stored = get_person(person_id)
        form.show(stored.plan)  # what stands now is shown, and may be saved over
        differences = differing(_described(stored.plan), _described(form.to_plan()))
        return _render_edit(form, stored, HTTPStatus.CONFLICT, differences)
    flash(_("Saved.") if is_changed else _("Nothing was changed."))
    return redirect(person_url(person_id), code=303)


def person_url(person_id: int) -> str:
    """Return the address of the page of a person."""
    return url_for("staff.person", person_id=person_id)


def _form_of(stored: PersonDetails) -> PersonForm:
    plan = stored.plan
    data = {
        "name": plan.name,
        "email": plan.email or "",
        "locale": plan.locale,
        "timezone": plan.timezone or "",
    }
    form = PersonForm(data=None if request.method == "POST" else data)
    form.offer(plan)
    return form


def _revise(stored: PersonDetails, form: PersonForm) -> bool:
    if form.shown.data != fingerprint(stored.plan):
        raise StalePersonError
    with transaction():
        return service.revise_person(
            stored.id, form.to_plan(), expected=stored.plan, who=signed_in(), now=utc_now()
        )


def _show(form: NewPersonForm | PersonForm, error: DomainError) -> None:
    """Show a refusal, beside the field if it is about one."""
    if isinstance(error, EmailTakenError):
        form.email.errors = [*form.email.errors, sentence(error)]
    else:
        form.refuse(error)


def _render_new(form: NewPersonForm, status: HTTPStatus) -> ResponseReturnValue:
    page = render_workplace(
        "staff/new_person.html",
        current=PEOPLE,
        form=form,
        crumbs=[(_("People"), url_for(PEOPLE))],
        back=url_for(PEOPLE),
    )
    return page, status, headers_for(status)


def _render_edit(
    form: PersonForm,
    stored: PersonDetails,
    status: HTTPStatus,
    differences: list[Difference] | None = None,
) -> ResponseReturnValue:
    name = for_display(stored.plan.name)
    page = render_workplace(
        "staff/edit_person.html",
        current=PEOPLE,
        form=form,
        zones=offered_zones(),
        name=name,
        may_change_address=service.may_change_address(stored.id, signed_in()),
        differences=differences or [],
        crumbs=[(_("People"), url_for(PEOPLE)), (name, person_url(stored.id))],
        back=person_url(stored.id),
    )
    return page, status, headers_for(status)


def _described(plan: PersonPlan) -> list[tuple[str, str]]:
    return [
        (_("Full name"), plan.name),
        (_("E-mail"), plan.email or ""),
        (_("Language of their mail"), language_name(plan.locale.replace("_", "-"))),
        (_("Time zone"), plan.timezone or ""),
    ]
