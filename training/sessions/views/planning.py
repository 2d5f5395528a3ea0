"""What the forms of a new session and of a changed one have in common."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request, url_for

from training.accounts.access import signed_in
from training.accounts.workplace import SCHEDULE, render_workplace
from training.sessions.catalogue_queries import CourseTemplate
from training.sessions.clash_queries import DescribedClash, described
from training.sessions.errors import ClashReasonMissingError, NotConfirmedError
from training.sessions.fields import is_language
from training.sessions.forms import MOST_MEETINGS, PlanForm
from training.sessions.meeting_form import blank_meeting
from training.sessions.queries import Choices
from training.web.zones import offered_zones

#: Carries the key of what was seen of clashes and of people who are moved.
SEEN = "seen"

#: Shown where the length is known and the time is not.
_USUAL_START = time(10)

#: What is not saved until somebody has seen what it does, and says why.
Unconfirmed = NotConfirmedError | ClashReasonMissingError


def seen() -> str:
    """Return what the form says was seen; empty: nothing."""
    return request.form.get(SEEN, "")[:64]


def clashes_in(error: Unconfirmed) -> list[DescribedClash]:
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
    refused: Unconfirmed | None = None,
    editing: int | None = None,
    **values: Any,
) -> str:
    """Render the form of a session.

    :param refused: shown with its clashes, and a box to save all the same.
    :param editing: the session that is changed; None: a new one.
    """
    form.ask_folds()
    return render_workplace(
        template,
        current=SCHEDULE,
        form=form,
        blank=blank_meeting(),
        most_meetings=MOST_MEETINGS,
        zones=offered_zones(),
        clashes_url=url_for("sessions.clashes", session=editing),
        venues=choices.venues,
        rooms=choices.rooms,
        clashes=clashes_in(refused) if refused else [],
        seen=(SEEN, refused.key if refused else seen()),
        is_seen=isinstance(refused, ClashReasonMissingError) or (not refused and bool(seen())),
        **values,
    )


def begun_as(course: CourseTemplate) -> dict[str, Any]:
    """Return what a new session takes from its course, as its form knows it."""
    defaults = course.session_defaults
    known = ("delivery", "audience", "capacity", "waitlist_capacity")
    beginning = {
        "course_id": str(course.id),
        "title": course.title,
        "description": course.description,
        "for_whom": course.for_whom,
        "language": defaults.get("language", course.language),
        **{name: defaults[name] for name in known if name in defaults},
    }
    if "minutes" in defaults:
        starts = datetime.combine(date.min, _USUAL_START)
        ends = starts + timedelta(minutes=defaults["minutes"])
        beginning["meetings"] = [{"start": starts.time(), "end": ends.time()}]
    return beginning


def defaults_of(campaign: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a campaign's sessions start with, as the form of a new one knows it.

    :param campaign: ``Campaign.session_defaults``.
    """
    known = ("timezone", "language", "delivery", "audience", "capacity", "closes_hours_before")
    return {name: campaign[name] for name in known if campaign.get(name) not in {None, ""}}
