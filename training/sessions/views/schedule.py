"""The list of all sessions."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

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
from training.sessions.views.blueprint import ROSTER, bp
from training.sessions.words import seats_in_words
from training.text import for_display
from training.web import times
from training.web.filters.availability import SeatsBadge, seats_badge
from training.web.filters.locales import current_locale
from training.web.query import addresses, text_argument, word_argument
from training.web.times import Moment

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
        lines=_lines(page.sessions, now),
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


class _Line(NamedTuple):
    """One session as the page shows it: plain words, so that its template only puts them down."""

    url: str
    title: str
    when: Moment
    #: Of which session the first meeting is, as staff read it.
    place: str
    badge: SeatsBadge
    seats: str
    trainers: str
    clashes: bool
    #: How many are needed, where that presses; "" elsewhere.
    needed: str


def _lines(sessions: Sequence[ListedSession], now: datetime) -> list[_Line]:
    address = addresses(ROSTER, "training_session_id")
    locale = current_locale()
    return [_line(one, address(one.id), locale, now) for one in sessions]


def _line(one: ListedSession, url: str, locale: str, now: datetime) -> _Line:
    when = times.moment(one.starts_at, one.first_ends_at, one.timezone, locale)
    decision, needed = one.decision, ""
    if decision and decision.is_pressing(now):
        needed = ngettext(
            "%(confirmed)s of %(num)s person needed",
            "%(confirmed)s of %(num)s people needed",
            decision.minimum,
            confirmed=decision.confirmed,
        )
    return _Line(
        url=url,
        title=for_display(one.title),
        when=when,
        place=(
            _("%(city)s, first of %(number)s", city=when.city, number=one.meetings)
            if one.meetings > 1
            else when.city
        ),
        badge=seats_badge(one.availability, one.timezone),
        seats=" · ".join(seats_in_words(one.seats, one.overbooked_by)),
        trainers=", ".join(map(for_display, one.trainers)),
        clashes=one.clashes,
        needed=needed,
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
    place = f"{int(listed.starts_at.timestamp())}-{listed.id}"
    return f"{url_for(SCHEDULE)}?{urlencode({**kept, direction: place})}"
