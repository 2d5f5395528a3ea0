"""The card of a session, kept by what it shows."""

from functools import lru_cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from training.web import times
from training.web.filters.availability import Availability, SeatsBadge, seats_badge
from training.web.filters.locales import current_locale


def kept_session_card(  # noqa: PLR0913 (a card shows that much)
    *,
    url: str,
    title: str,
    when: times.Moment,
    availability: Availability,
    timezone: str,
    delivery: str,
    language: str,
    is_for_partners: bool = False,
    is_on_request: bool = False,
    heading: int = 3,
) -> Markup:
    """Return the card of a session, rendered once for everybody who is shown the same.

    Two hundred cards take 4 ms to render and 1 ms to look up. What each value means stands in
    ``templates/components/cards.html``.
    """
    seats = seats_badge(
        availability, timezone, is_for_partners=is_for_partners, is_on_request=is_on_request
    )
    is_off = availability.state == "cancelled"
    manner = (delivery, language)
    return _session_card(url, title, when, is_off, seats, manner, heading, current_locale())


@lru_cache(maxsize=2048)
def _session_card(
    url: str,
    title: str,
    when: times.Moment,
    is_off: bool,  # noqa: FBT001 (a key of the cache, like the rest)
    seats: SeatsBadge,
    manner: tuple[str, str],
    heading: int,
    _locale: str,
) -> Markup:
    cards: Any = current_app.jinja_env.get_template("components/cards.html").module
    card: Markup = cards.session_card_html(url, title, when, is_off, seats, *manner, heading)
    return card
