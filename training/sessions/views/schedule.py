"""The list of all sessions."""

import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.sessions.schedule_queries import (
    Filters,
    ListedSession,
    Period,
    Place,
    schedule_page,
)
from training.sessions.values import SessionStatus
from training.sessions.views.blueprint import bp
from training.sessions.words import seats_in_words
from training.web.query import text_argument, word_argument

#: Seconds since 1970, and the session's key.
_PLACE = re.compile(r"(-?[0-9]{1,11})-([0-9]{1,9})", re.ASCII)


@bp.get("/staff/")
@allows(Action.SEE_SCHEDULE)
def home() -> ResponseReturnValue:
    """Lead staff to where they begin."""
    return redirect(url_for(SCHEDULE), code=303)


@bp.get("/staff/schedule/")
@allows(Action.SEE_SCHEDULE)
def schedule() -> ResponseReturnValue:
    """Show all sessions, drafts too."""
    filters = Filters(
        period=word_argument(Period, "period") or Period.COMING,
        status=word_argument(SessionStatus, "status"),
        text=text_argument("q"),
    )
    now = utc_now()
    page = schedule_page(filters, _place(), now=now)
    return render_workplace(
        "sessions/schedule.html",
        current=SCHEDULE,
        sessions=page.sessions,
        seats_in_words=seats_in_words,
        now=now,
        filters=filters,
        is_filtered=filters != Filters(),
        periods=[
            (Period.COMING.value, _("Coming")),
            (Period.PAST.value, _("Past")),
            (Period.ALL.value, _("All")),
        ],
        statuses=[
            ("", _("Any")),
            (SessionStatus.DRAFT.value, _("Drafts")),
            (SessionStatus.PUBLISHED.value, _("Published")),
            (SessionStatus.CANCELLED.value, _("Cancelled")),
        ],
        earlier=_beside(page.sessions[0], "before") if page.has_earlier and page.sessions else None,
        later=_beside(page.sessions[-1], "after") if page.has_later and page.sessions else None,
    )


def _place() -> Place | None:
    for name in ("after", "before"):
        found = _PLACE.fullmatch(request.args.get(name, ""))
        if found:
            try:
                starts_at = datetime.fromtimestamp(int(found[1]), UTC)
            except (ValueError, OverflowError, OSError):
                continue
            return Place(starts_at=starts_at, id=int(found[2]), is_backwards=name == "before")
    return None


def _beside(listed: ListedSession, direction: str) -> str:
    kept = {name: value for name in ("period", "status", "q") if (value := request.args.get(name))}
    place = f"{int(listed.clock.starts_at.timestamp())}-{listed.id}"
    return f"{url_for(SCHEDULE)}?{urlencode({**kept, direction: place})}"
