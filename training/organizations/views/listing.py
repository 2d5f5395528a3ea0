"""The list of all organizations."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.organizations.listings import organizations_page
from training.organizations.values import OrganizationStatus
from training.organizations.views.blueprint import INDEX, bp
from training.organizations.words import STATUS_BADGE, country_names, status_label
from training.web.query import neighbours, page_argument, text_argument, word_argument


@bp.get("/staff/organizations/")
@allows(Action.MANAGE_PARTNERS)
def index() -> ResponseReturnValue:
    """Show all partners, those that do not run any more too."""
    q, status = text_argument("q"), word_argument(OrganizationStatus, "status")
    number = page_argument()
    page = organizations_page(q, status, number)
    beside = neighbours(INDEX, number, has_more=page.has_more, q=q, status=status)
    return render_workplace(
        "organizations/index.html",
        current=INDEX,
        organizations=page.organizations,
        q=q,
        status=status,
        statuses=[("", _("Any")), *((one.value, status_label(one)) for one in OrganizationStatus)],
        status_label=status_label,
        status_badge=STATUS_BADGE,
        countries=country_names(),
        earlier=beside.earlier,
        later=beside.later,
    )
