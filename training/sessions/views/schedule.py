"""All sessions as a list."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from flask import current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.sessions.schedule_filters import is_narrowed
from training.sessions.schedule_queries import ListedSession, Place, schedule_page
from training.sessions.views.blueprint import ROSTER, bp
from training.sessions.views.schedule_address import Address, address
from training.sessions.views.schedule_calendar import render_calendar
from training.sessions.views.schedule_parts import parts_of
from training.sessions.words import seats_in_words
from training.text import for_display
from training.web import times
from training.web.filters.availability import SeatsBadge, seats_badge
from training.web.filters.locales import current_locale
from training.web.query import addresses
from training.web.times import Moment

#: Seconds since 1970, and the session's key.
_PLACE = re.compile(r"(-?[0-9]{1,11})-([0-9]{1,9})", re.ASCII)


@bp.get("/staff/schedule/")
@allows(Action.SEE_SCHEDULE)
def schedule() -> ResponseReturnValue:
    """Show all sessions, drafts too: as a list, a week or a month."""
    asked = address()
    return render_calendar(asked) if asked.layout else _render_list(asked)


def _render_list(asked: Address) -> str:
    now = utc_now()
    filters = asked.filters
    page = schedule_page(filters, _place(), person_id=signed_in().person_id, now=now)
    return render_workplace(
        "sessions/schedule.html",
        current=SCHEDULE,
        rows=_rows(page.sessions, now),
        is_filtered=is_narrowed(filters),
        # A page of what clashes may be empty though the next is not.
        earlier=page.earlier and _address_beside(asked, "before", page.earlier),
        later=page.later and _address_beside(asked, "after", page.later),
        **parts_of(asked, page.offered),
    )


class _Line(NamedTuple):
    """One session as the page shows it: plain words, so that its template only puts them down."""

    id: int
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


def _rows(sessions: Sequence[ListedSession], now: datetime) -> Markup:
    address_of = addresses(ROSTER, "training_session_id")
    locale = current_locale()
    # Joined as texts: Markup would look at each of them, whether it is one.
    rows = "\n".join(_row(_line(one, address_of(one.id), locale, now), locale) for one in sessions)
    return Markup(rows)  # noqa: S704 -- they are


@lru_cache(maxsize=1024)
def _row(line: _Line, _locale: str) -> str:
    """Return a row, rendered once for everybody: of fifty few change from one look to the next."""
    template = current_app.jinja_env.get_template("sessions/_schedule_row.html")
    return str(template.module.schedule_row(line))  # type: ignore[attr-defined]  # its macro


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
        id=one.id,
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


def _address_beside(asked: Address, direction: str, place: Place) -> str:
    return asked.url(**{direction: f"{int(place.starts_at.timestamp())}-{place.id}"})
