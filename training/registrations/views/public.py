"""What everybody may see of what is on. The same bytes for all; no cookie."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from urllib.parse import urlencode

from flask import Response, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.registrations.cards import SessionCard
from training.registrations.listings import (
    MAX_WORDS,
    Listing,
    Position,
    Wanted,
    filter_options,
    find_listing,
    running_campaigns,
)
from training.registrations.views.blueprint import bp
from training.sessions.entries import session_slug
from training.sessions.values import Delivery
from training.text import for_display, search_key
from training.web.converters import MAX_ID
from training.web.filters import delivery_label, kept_session_card, language_name, moment
from training.web.filters.locales import current_locale
from training.web.query import text_argument
from training.web.shared_pages import shared_page
from training.web.times import Moment

#: Sessions on the first page of the site.
HOME_CARDS = 12
#: Arguments that narrow a list, in the order in which its addresses have them.
FILTERS = ("q", "campaign", "course", "language", "delivery", "from")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_POSITION = re.compile("([0-9]{1,11})-([0-9]{1,10})", re.ASCII)


@bp.get("/")
@allows(Action.READ_PUBLIC)
def home() -> Response:
    """Show what is on next, and where to look for more."""
    now = utc_now()
    listing = find_listing(Wanted(most=HOME_CARDS), now=now)
    return shared_page(
        listing.validator,
        lambda: render_template(
            "registrations/home.html",
            days=days_of(listing, now),
            has_more=listing.later is not None,
            campaigns=[
                (campaign, url_for("registrations.index", campaign=campaign.slug))
                for campaign in running_campaigns(now=now)
            ],
        ),
    )


@bp.get("/sessions/")
@allows(Action.READ_PUBLIC)
def index() -> Response:
    """List the sessions to come, narrowed as one likes."""
    now = utc_now()
    filters = {name: text_argument(name) for name in FILTERS}
    wanted = _wanted(filters, text_argument("after"))
    listing = find_listing(wanted, now=now)
    return shared_page(
        # Of two texts that find the same, each stands in its own search field.
        f"{filters}\n{listing.validator}",
        lambda: _render_index(filters, wanted, listing, now),
    )


class Spanned(Protocol):
    """A session, as far as its first meeting goes."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def first_ends_at(self) -> datetime: ...
    @property
    def timezone(self) -> str: ...


def when_of(training_session: Spanned) -> Moment:
    """Return the first meeting's time: a span over several would look as if it took weeks."""
    return moment(
        training_session.starts_at, training_session.first_ends_at, training_session.timezone
    )


def shown_date(card: SessionCard) -> tuple[SessionCard, Moment, str]:
    """Return a session as a line that leads to its page: the card, its moment and the address."""
    return card, when_of(card), session_path(card.id, card.title)


@lru_cache(maxsize=4096)
def session_path(training_session_id: int, title: str) -> str:
    """Return the address of a session's page: ``url_for`` 200 times takes longer than the rest."""
    return f"/sessions/{training_session_id}-{session_slug(title)}"


def _render_index(filters: dict[str, str], wanted: Wanted, listing: Listing, now: datetime) -> str:
    options = filter_options(now=now)
    is_filtered = any(filters.values())
    return render_template(
        "registrations/index.html",
        days=days_of(listing, now),
        filters=filters,
        campaigns=_offered(options.campaigns, filters["campaign"]),
        courses=_offered(options.courses, filters["course"]),
        languages=_offered(
            sorted(((code, language_name(code)) for code in options.languages), key=lambda o: o[1]),
            filters["language"],
        ),
        deliveries=[(delivery.value, delivery_label(delivery)) for delivery in Delivery],
        since=filters["from"] if wanted.since else "",
        is_filtered=is_filtered,
        is_first_page=wanted.after is None,
        first_url=_address(filters),
        later_url=_address(filters, listing.later) if listing.later else None,
    )


def _wanted(filters: dict[str, str], after: str) -> Wanted:
    since = _day_of(filters["from"])
    position = _position_of(after)
    return Wanted(
        campaign=filters["campaign"],
        course=filters["course"],
        language=filters["language"],
        delivery=filters["delivery"],
        words=tuple(search_key(filters["q"]).split()[:MAX_WORDS]),
        since=since,
        after=position,
        is_meaningless=bool(filters["from"] and not since) or bool(after and not position),
    )


def _day_of(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:  # the 31st of February
        return None


def _position_of(text: str) -> Position | None:
    found = _POSITION.fullmatch(text)
    if found is None or int(found[2]) > MAX_ID:
        return None
    return Position(datetime.fromtimestamp(int(found[1]), UTC), int(found[2]))


def _address(filters: dict[str, str], after: Position | None = None) -> str:
    arguments = {name: value for name, value in filters.items() if value}
    if after:
        arguments["after"] = f"{int(after.starts_at.timestamp())}-{after.training_session_id}"
    path = url_for("registrations.index")
    return f"{path}?{urlencode(arguments)}" if arguments else path


def _offered(options: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    """Return what a filter offers, with what was chosen even where nothing fits that any more."""
    if chosen and chosen not in {value for value, _label in options}:
        return [*options, (chosen, chosen)]
    return options


class _Shown(NamedTuple):
    """One session as a list shows it."""

    #: The day on which it starts, for sorting and for reading.
    iso_date: str
    date: str
    html: Markup


def days_of(listing: Listing, now: datetime) -> list[tuple[str, str, Markup]]:
    """Return each day on which sessions start: its name, whether that is today, and the cards."""
    locale = current_locale()
    days: dict[str, list[_Shown]] = {}
    for card in listing.cards:
        shown = _shown(card, locale, now.year)
        days.setdefault(shown.iso_date, []).append(shown)
    hints: dict[int | None, str] = {0: _("Today"), 1: _("Tomorrow")}
    # In the order of instants a day may come twice: it begins in Auckland before Lima's is over.
    # Joined as texts: Markup would look at each of them, whether it is one.
    return [
        (
            cards[0].date,
            hints.get(listing.near_days.get(day), ""),
            Markup("\n".join(shown.html for shown in cards)),  # noqa: S704 -- they are
        )
        for day, cards in sorted(days.items())
    ]


@lru_cache(maxsize=4096)
def _shown(card: SessionCard, _locale: str, _year: int) -> _Shown:
    """Return a card in the current locale; kept, because a seat changes one of 200 at a time.

    What it says hangs on the year too: a day of another one is named with it.
    """
    when = when_of(card)
    if card.meetings > 1:
        first = _("%(city)s, first of %(number)s", city=when.city, number=card.meetings)
        when = when._replace(city=first)
    html = kept_session_card(
        url=session_path(card.id, card.title),
        title=for_display(card.title),
        when=when,
        availability=card.availability,
        timezone=card.timezone,
        delivery=card.delivery,
        language=card.language,
        is_for_partners=card.is_for_partners,
        is_on_request=card.is_on_request,
    )
    return _Shown(when.iso_date, when.date, html)
