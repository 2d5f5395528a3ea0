"""The list of all people."""

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.staff.people_queries import Filters, Kind, organization_choices, people_page
from training.staff.views.blueprint import PEOPLE, bp
from training.staff.words import kind_labels, staff_role_label
from training.text import for_display
from training.web.query import (
    neighbours,
    number_argument,
    page_argument,
    text_argument,
    word_argument,
)


@bp.get("/staff/people/")
@allows(Action.MANAGE_PARTNERS)
def people() -> ResponseReturnValue:
    """Show everybody we know."""
    filters = Filters(
        text=text_argument("q"),
        organization_id=number_argument("organization"),
        kind=word_argument(Kind, "kind"),
    )
    number = page_argument()
    page = people_page(filters, number)
    beside = neighbours(
        PEOPLE,
        number,
        has_more=page.has_more,
        q=filters.text,
        organization=filters.organization_id,
        kind=filters.kind,
    )
    organizations = [(str(id_), for_display(name)) for id_, name in organization_choices()]
    return render_workplace(
        "staff/people.html",
        current=PEOPLE,
        people=page.people,
        filters=filters,
        is_filtered=filters != Filters(),
        organizations=[("", _("Any")), *organizations],
        kinds=kind_labels(),
        staff_role_label=staff_role_label,
        here=url_for(PEOPLE),
        earlier=beside.earlier,
        later=beside.later,
    )
