"""A code that was just made, for the one page that shows it: it is stored nowhere."""

from typing import TypedDict

from flask import current_app, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from training.config import Settings
from training.registrations.code_queries import Offers
from training.registrations.code_service import CodePlan
from training.text import for_display
from training.web.drawn_codes import drawn_code
from training.web.filters import date_time


class MadeCode(TypedDict):
    """What ``registrations/_code_made.html`` takes."""

    #: What is sent to people.
    link: str
    #: The same, for a phone's camera.
    drawing: Markup
    facts_of: list[tuple[str, str]]
    #: Where codes are listed.
    back: str


def made_code(
    code: str, plan: CodePlan, offers: Offers, *, organization_name: str, timezone: str, back: str
) -> MadeCode:
    """Return what the page shows of a code that was just made.

    :param offers: what it could be made for.
    """
    settings: Settings = current_app.extensions["settings"]
    path = (
        url_for("registrations.detail", training_session_id=plan.training_session_id, code=code)
        if plan.training_session_id
        else url_for("registrations.invited", code=code)
    )
    link = f"{settings.base_url}{path}"
    until = date_time(plan.expires_at, timezone) if plan.expires_at else _("Until it is revoked")
    return {
        "link": link,
        "drawing": drawn_code(link),
        "facts_of": [
            (_("Organization"), for_display(organization_name)),
            (_("Name"), for_display(plan.name)),
            (_("Good for"), _what_for(plan, offers)),
            (_("People in one session, at most"), str(plan.most or "")),
            (_("Works until"), str(until)),
        ],
        "back": back,
    }


def _what_for(plan: CodePlan, offers: Offers) -> str:
    for one in offers.sessions:
        if one.id == plan.training_session_id:
            return f"{for_display(one.title)}, {date_time(one.starts_at, one.timezone)}"
    for id_, name in offers.campaigns:
        if id_ == plan.campaign_id:
            return str(_("All sessions of %(campaign)s", campaign=for_display(name)))
    return str(_("All sessions of this organization"))
