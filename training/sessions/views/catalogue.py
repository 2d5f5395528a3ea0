"""What the pages of campaigns, courses and venues have in common."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import NamedTuple

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.workplace import render_workplace
from training.db import transaction
from training.errors import BusyError, ConflictError, DomainError, InvalidInputError
from training.sessions.catalogue_forms import CatalogueForm
from training.web.error_pages import status_of
from training.web.fields import AppForm, sentence
from training.web.query import text_argument

#: What of a list is asked for that is archived.
ARCHIVED = "archived"


class Wanted(NamedTuple):
    """What of a list is to be shown."""

    text: str
    is_archived: bool


def wanted() -> Wanted:
    """Return what the address asks for."""
    return Wanted(text_argument("q"), request.args.get("show") == ARCHIVED)


def shows() -> list[tuple[str, str]]:
    """Return which parts of a list can be shown: value and label."""
    return [("", _("In use")), (ARCHIVED, _("Archived"))]


def attempt(
    form: CatalogueForm,
    act: Callable[[], object],
    field_of: Mapping[type[DomainError], str],
    *,
    stale: type[ConflictError],
) -> HTTPStatus | None:
    """Do it in a transaction; a refusal is shown in the form, beside the field that it is about.

    :return: the status of the page to show again; None: it is done, and was said so.
    :raise ConflictError: of the kind ``stale``; nothing is shown of it yet.
    """
    try:
        with transaction():
            is_changed = act()
    except (ConflictError, InvalidInputError, BusyError) as error:
        if isinstance(error, stale):
            raise
        name = field_of.get(type(error))
        if name is None:
            form.refuse(error)
        else:
            form[name].errors = [*form[name].errors, sentence(error)]
        return status_of(error)
    flash(_("Saved.") if is_changed else _("Nothing was changed."))
    return None


def confirm_deletion(
    act: Callable[[], None], *, name: str, list_of: str, list_label: str, page: str
) -> ResponseReturnValue:
    """Show what deleting does, or do it.

    :param list_of: endpoint of the list; :param page: address of what is to be deleted.
    """
    form = AppForm()
    if form.validate_on_submit():
        with transaction():
            act()
        flash(_("Deleted."))
        return redirect(url_for(list_of), code=303)
    return render_workplace(
        "sessions/delete.html",
        current=list_of,
        form=form,
        name=name,
        crumbs=[(list_label, url_for(list_of)), (name, page)],
        page=page,
    )
