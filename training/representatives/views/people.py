"""The people of an organization: finding, adding, renaming them, and letting them leave."""

from http import HTTPStatus

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.representatives import service
from training.representatives.errors import (
    AlreadyAmongYourPeopleError,
    NamesakeError,
    RepresentativeStaysError,
)
from training.representatives.forms import NameForm, PersonForm
from training.representatives.queries.people import (
    OwnMember,
    OwnPerson,
    find_member,
    get_person,
    list_members,
)
from training.representatives.queries.scope import OwnOrganization
from training.representatives.views.blueprint import (
    acting_for,
    active_organization,
    bp,
    own_organization,
    render,
)
from training.text import for_display
from training.web.fields import AppForm, sentence
from training.web.query import neighbours, page_argument, text_argument


@bp.get("/people/")
@allows(Action.REPRESENT)
def people(organization_slug: str) -> ResponseReturnValue:
    """List the organization's people, narrowed by words of their names."""
    organization = own_organization(organization_slug)
    q = text_argument("q")
    page = page_argument()
    found = list_members(organization.id, q, page, now=utc_now())
    return render(
        "people.html",
        organization,
        "people",
        found=found,
        q=q,
        pages=neighbours(
            "representatives.people",
            page,
            has_more=found.has_more,
            organization_slug=organization.slug,
            q=q,
        ),
    )


@bp.route("/people/add", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def add_person(organization_slug: str) -> ResponseReturnValue:
    """Make somebody one of the organization's people."""
    organization = active_organization(organization_slug)
    form = PersonForm()
    status = HTTPStatus.OK
    if request.method == "POST":
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.validate():
            try:
                with acting_for(organization_slug) as actor:
                    person_id = service.add_person(form.to_newcomer(), actor)
            except AlreadyAmongYourPeopleError as error:
                form.email.errors = [sentence(error)]
            except NamesakeError as error:
                form.name.errors = [sentence(error)]
            else:
                name = for_display(form.name.data)
                flash(_("%(name)s is one of your people now.", name=name))
                return redirect(person_url(organization_slug, person_id), code=303)
    return render("add_person.html", organization, "people", form=form), status


@bp.get("/people/<id:person_id>")
@allows(Action.REPRESENT)
def person(organization_slug: str, person_id: int) -> ResponseReturnValue:
    """Show one of the organization's people: what they go and went to for it."""
    organization = own_organization(organization_slug)
    now = utc_now()
    found = get_person(organization.id, person_id, now=now)
    return render(
        "person.html",
        organization,
        "people",
        person=found,
        coming=found.coming(now),
        past=found.past(now),
        now=now,
    )


@bp.route("/people/<id:person_id>/edit", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def edit_person(organization_slug: str, person_id: int) -> ResponseReturnValue:
    """Change what the organization calls somebody."""
    organization = active_organization(organization_slug)
    member = _member(organization, person_id)
    if member is None:
        return _has_left(organization_slug, person_id)
    form = NameForm(data={"name": member.name, "shown": member.name})
    status = HTTPStatus.OK
    if request.method == "POST":
        if not form.validate():
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        elif member.name not in {form.shown.data, form.name.data}:
            status = HTTPStatus.CONFLICT
            form.name.errors = [
                _(
                    "A colleague changed this name to “%(name)s” meanwhile. "
                    "Save again to keep what you typed.",
                    name=for_display(member.name),
                )
            ]
            form.shown.data = member.name
        else:
            with acting_for(organization_slug) as actor:
                service.rename(person_id, form.name.data, actor)
            flash(_("Saved."))
            return redirect(person_url(organization_slug, person_id), code=303)
    return render("edit_person.html", organization, "people", form=form, member=member), status


@bp.route("/people/<id:person_id>/leave", methods=["GET", "POST"])
@allows(Action.REPRESENT)
def end_membership(organization_slug: str, person_id: int) -> ResponseReturnValue:
    """Let somebody leave the organization, from a page that says what that means."""
    organization = active_organization(organization_slug)
    now = utc_now()
    found = get_person(organization.id, person_id, now=now)
    if found.member is None:
        return _has_left(organization_slug, person_id)
    if found.member.is_representative:
        raise RepresentativeStaysError
    if request.method == "POST":
        with acting_for(organization_slug) as actor:
            service.end_membership(person_id, actor)
        flash(_("%(name)s is not among your people any more.", name=for_display(found.name)))
        address = url_for("representatives.people", organization_slug=organization_slug)
        return redirect(address, code=303)
    return render(
        "end_membership.html",
        organization,
        "people",
        person=found,
        consequences=_of_leaving(found, len(found.coming(now))),
        form=AppForm(),
    )


def person_url(organization_slug: str, person_id: int) -> str:
    """Return the address of the page of a person."""
    return url_for(
        "representatives.person", organization_slug=organization_slug, person_id=person_id
    )


def _member(organization: OwnOrganization, person_id: int) -> OwnMember | None:
    """Return one of the organization's people, or None: they have left.

    :raise NotFoundError: they never were one of them.
    """
    member = find_member(organization.id, person_id)
    if member is None:
        get_person(organization.id, person_id, now=utc_now())
    return member


def _has_left(organization_slug: str, person_id: int) -> ResponseReturnValue:
    flash(_("This person is not among your people any more. Nothing was changed."), "info")
    return redirect(person_url(organization_slug, person_id), code=303)


def _of_leaving(found: OwnPerson, coming: int) -> list[str]:
    """Return what follows when somebody leaves, each a sentence."""
    name = for_display(found.name)
    lines = [
        _("%(name)s is no longer offered when you register people.", name=name),
        _("What %(name)s took part in stays in your lists.", name=name),
    ]
    if coming:
        lines.append(
            ngettext(
                "%(name)s stays registered for %(num)s session to come. Cancel it there if nobody "
                "is to go.",
                "%(name)s stays registered for %(num)s sessions to come. Cancel them there if "
                "nobody is to go.",
                coming,
                name=name,
            )
        )
    return lines
