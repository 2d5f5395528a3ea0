"""What the forms of a new session and of a changed one have in common."""

from collections.abc import Mapping
from typing import Any

from flask import request

from training.accounts.access import signed_in
from training.accounts.workplace import SCHEDULE, render_workplace
from training.sessions.clash_queries import DescribedClash, described
from training.sessions.errors import NotConfirmedError
from training.sessions.fields import is_language
from training.sessions.forms import MOST_MEETINGS, PlanForm
from training.sessions.meeting_form import blank_meeting
from training.sessions.queries import Choices
from training.web.zones import offered_zones

#: Carries the key of what was seen of clashes and of people who are moved.
SEEN = "seen"


def seen() -> str:
    """Return what the form says was seen; empty: nothing."""
    return request.form.get(SEEN, "")[:64]


def clashes_in(error: NotConfirmedError) -> list[DescribedClash]:
    """Return the clashes that kept something from being saved, as a page names them."""
    return described(error.clashes, my_timezone=request.form.get("timezone", ""))


def own_language() -> str:
    """Return the tag of the language in which somebody reads these pages."""
    return signed_in().locale.replace("_", "-")


def begun(timezone: str, language: str) -> dict[str, Any]:
    """Return how a new form begins: in a zone and a language."""
    return {
        "timezone": timezone,
        "language": language if is_language(language) else own_language(),  # imports take any
    }


def render_plan(
    template: str,
    form: PlanForm,
    choices: Choices,
    *,
    refused: NotConfirmedError | None = None,
    **values: Any,
) -> str:
    """Render the form of a session.

    :param refused: shown with its clashes, and a box to save all the same.
    """
    form.ask_folds()
    return render_workplace(
        template,
        current=SCHEDULE,
        form=form,
        blank=blank_meeting(),
        most_meetings=MOST_MEETINGS,
        zones=offered_zones(),
        venues=choices.venues,
        rooms=choices.rooms,
        clashes=clashes_in(refused) if refused else [],
        seen=(SEEN, refused.key) if refused else None,
        **values,
    )


def defaults_of(campaign: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a campaign's sessions start with, as the form of a new one knows it.

    :param campaign: ``Campaign.session_defaults``.
    """
    known = ("timezone", "language", "delivery", "audience", "capacity", "closes_hours_before")
    return {name: campaign[name] for name in known if campaign.get(name) not in {None, ""}}
