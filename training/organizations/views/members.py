"""Who belongs to an organization: adding people, what they are in it, letting them go."""

from http import HTTPStatus

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.service.invitations import invite as send_invitation
from training.accounts.workplace import render_workplace
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError
from training.organizations import service
from training.organizations.errors import MembershipEndedError
from training.organizations.forms import MemberForm, RoleForm
from training.organizations.listings import (
    MembershipDetails,
    OrganizationDetails,
    get_membership,
    get_organization,
)
from training.organizations.values import MembershipRole
from training.organizations.views.blueprint import INDEX, bp, crumbs, organization_url
from training.people.service import create_person, find_or_make_people
from training.people.values import email_key
from training.text import for_display
from training.web.error_pages import headers_for, status_of
from training.web.fields import AppForm, sentence


@bp.route("/staff/organizations/<id:organization_id>/members/add", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def add_member(organization_id: int) -> ResponseReturnValue:
    """Add somebody, known or new, to an organization."""
    organization = get_organization(organization_id)
    form = MemberForm()
    if request.method != "POST":
        return _render_add(organization, form, HTTPStatus.OK)
    if not form.validate():
        return _render_add(organization, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        _add(organization_id, form)
    except (ConflictError, BusyError) as error:
        form.refuse(error)
        return _render_add(organization, form, status_of(error))
    name = for_display(form.name.data)
    flash(
        _("%(name)s is added, and invited by mail.", name=name)
        if form.is_representative.data
        else _("%(name)s is added.", name=name)
    )
    return redirect(organization_url(organization_id), code=303)


def _add(organization_id: int, form: MemberForm) -> None:
    who, now = signed_in(), utc_now()
    email = form.email.data
    with transaction():
        if email:
            person_id = find_or_make_people({email: form.name.data})[email_key(email)]
        else:
            person_id = create_person(form.name.data, None, actor_id=who.person_id, now=now)
        service.add_member(
            person_id,
            organization_id,
            role=MembershipRole.MEMBER,
            actor_id=who.person_id,
            now=now,
        )
        if form.is_representative.data:
            send_invitation(
                person_id,
                organization_id=organization_id,
                actor_id=who.person_id,
                actor_role=who.staff_role,
                now=now,
            )


@bp.post("/staff/memberships/<id:membership_id>/role")
@allows(Action.MANAGE_PARTNERS)
def change_role(membership_id: int) -> ResponseReturnValue:
    """Let a member act for the organization, or not any more."""
    membership = get_membership(membership_id)
    form = RoleForm()
    role = form.to_role() if form.validate() else None
    if role is None:
        abort(HTTPStatus.BAD_REQUEST)
    with transaction():
        is_changed = service.change_role(
            membership_id, role, actor_id=signed_in().person_id, now=utc_now()
        )
    name, organization = for_display(membership.name), for_display(membership.organization)
    if not is_changed:
        flash(_("Nothing was changed."), "info")
    elif role is MembershipRole.REPRESENTATIVE:
        flash(_("%(name)s acts for %(organization)s now.", name=name, organization=organization))
    else:
        flash(
            _(
                "%(name)s does not act for %(organization)s any more.",
                name=name,
                organization=organization,
            )
        )
    return redirect(organization_url(membership.organization_id), code=303)


@bp.post("/staff/memberships/<id:membership_id>/invite")
@allows(Action.INVITE)
def invite(membership_id: int) -> ResponseReturnValue:
    """Ask a member by mail to act for the organization."""
    membership = get_membership(membership_id)
    if membership.until is not None:
        raise MembershipEndedError
    who = signed_in()
    try:
        with transaction():
            send_invitation(
                membership.person_id,
                organization_id=membership.organization_id,
                actor_id=who.person_id,
                actor_role=who.staff_role,
                now=utc_now(),
            )
    except ConflictError as error:
        flash(sentence(error), "bad")
    else:
        flash(_("%(name)s is invited by mail.", name=for_display(membership.name)))
    return redirect(organization_url(membership.organization_id), code=303)


@bp.route("/staff/memberships/<id:membership_id>/end", methods=["GET", "POST"])
@allows(Action.MANAGE_PARTNERS)
def end_membership(membership_id: int) -> ResponseReturnValue:
    """Let somebody leave an organization, from a page that says what that means."""
    membership = get_membership(membership_id)
    name, organization = for_display(membership.name), for_display(membership.organization)
    form = AppForm()
    back = organization_url(membership.organization_id)
    if form.validate_on_submit():
        with transaction():
            service.end_membership(membership_id, actor_id=signed_in().person_id, now=utc_now())
        flash(_("%(name)s has left %(organization)s.", name=name, organization=organization))
        return redirect(back, code=303)
    if membership.until is not None:
        flash(
            _("%(name)s has left %(organization)s already.", name=name, organization=organization),
            "info",
        )
        return redirect(back, code=303)
    return render_workplace(
        "organizations/end_membership.html",
        current=INDEX,
        form=form,
        name=name,
        organization=organization,
        consequences=_of_leaving(membership),
        crumbs=crumbs((organization, back)),
        back=back,
    )


def _of_leaving(membership: MembershipDetails) -> list[str]:
    """Return what leaving an organization means, each a sentence."""
    name, organization = for_display(membership.name), for_display(membership.organization)
    lines = [
        _(
            "%(name)s is not listed among the people of %(organization)s any more.",
            name=name,
            organization=organization,
        ),
        _("Registrations and attendance stay as they are, and nobody is told by mail."),
    ]
    if membership.role is MembershipRole.REPRESENTATIVE:
        lines.insert(
            0,
            _(
                "%(name)s cannot act for %(organization)s any more, from the next click on, and "
                "the addresses of its calendar that they made are closed.",
                name=name,
                organization=organization,
            ),
        )
    return lines


def _render_add(
    organization: OrganizationDetails, form: MemberForm, status: HTTPStatus
) -> ResponseReturnValue:
    back = organization_url(organization.id)
    page = render_workplace(
        "organizations/add_member.html",
        current=INDEX,
        form=form,
        organization=organization,
        crumbs=crumbs((for_display(organization.name), back)),
        back=back,
    )
    return page, status, headers_for(status)
