"""The audit trail: of one session, and of everything."""

import re
from datetime import date
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.errors import NotFoundError
from training.sessions.fields import YEARS
from training.sessions.queries import get_session
from training.staff.act_words import GROUPS, group_labels
from training.staff.audit_queries import Filters, TrailPage, trail
from training.staff.person_queries import get_person
from training.staff.views.blueprint import PEOPLE, bp
from training.staff.views.lines import AUDIT, HISTORY, lines
from training.text import for_display
from training.web.query import number_argument, text_argument

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@bp.get("/staff/sessions/<id:training_session_id>/history")
@allows(Action.SEE_AUDIT)
def history(training_session_id: int) -> ResponseReturnValue:
    """Show everything that was done to a session, the newest first."""
    training_session = get_session(training_session_id, now=utc_now())
    zone = training_session.timezone
    page = trail(
        Filters(training_session_id=training_session_id), before_id=number_argument("before")
    )
    title = for_display(training_session.title)
    roster = url_for("registrations.roster", training_session_id=training_session_id)
    return render_workplace(
        "staff/history.html",
        current=SCHEDULE,
        title=title,
        entries=lines(page, zone),
        timezone=zone,
        crumbs=[(_("Schedule"), url_for(SCHEDULE)), (title, roster)],
        newest=_newest(HISTORY, training_session_id=training_session_id),
        older=_older(page, HISTORY, training_session_id=training_session_id),
    )


@bp.get("/staff/audit")
@allows(Action.SEE_AUDIT)
def audit() -> ResponseReturnValue:
    """Show everything that anybody did, the newest first."""
    group = request.args.get("group", "")
    group = group if group in GROUPS else ""
    day, zone = _day(), signed_in().timezone or "UTC"
    person_id, person = number_argument("person"), text_argument("q")
    filters = Filters(
        person_id=person_id,
        person=person,
        prefixes=GROUPS.get(group, ()),
        day=day,
        timezone=zone,
    )
    page = trail(filters, before_id=number_argument("before"))
    kept = {"person": person_id, "q": person, "group": group, "day": day}
    return render_workplace(
        "staff/audit.html",
        current=PEOPLE,
        entries=lines(page, zone),
        timezone=zone,
        q=person,
        person_id=person_id,
        person_name=_name_of(person_id),
        group=group,
        groups=[("", _("Everything")), *group_labels().items()],
        day=day.isoformat() if day else "",
        is_filtered=any(kept.values()),
        here=url_for(AUDIT),
        crumbs=[(_("People"), url_for(PEOPLE))],
        newest=_newest(AUDIT, **kept),
        older=_older(page, AUDIT, **kept),
    )


def _newest(endpoint: str, **kept: Any) -> str | None:
    """Return the way back to the newest entries from a page of older ones."""
    given = {name: value for name, value in kept.items() if value}
    return url_for(endpoint, **given) if number_argument("before") else None


def _older(page: TrailPage, endpoint: str, **kept: Any) -> str | None:
    given = {name: value for name, value in kept.items() if value}
    if not page.has_older:
        return None
    return url_for(endpoint, **given, before=page.entries[-1].id)


def _day() -> date | None:
    """Return the day that an address asks for; what is none asks for all."""
    typed = request.args.get("day", "")
    try:
        day = date.fromisoformat(typed) if _DAY.fullmatch(typed) else None
    except ValueError:  # such as the 31st of June
        return None
    return day if day and day.year in YEARS else None


def _name_of(person_id: int | None) -> str:
    if person_id is None:
        return ""
    try:
        return for_display(get_person(person_id).plan.name)
    except NotFoundError:
        return str(_("somebody who was erased"))
