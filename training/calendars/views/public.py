"""What is public, whole or in part, and the page that says how to subscribe to it."""

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import urlencode

from flask import Response, current_app, render_template, request
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.calendars import service
from training.calendars.service import FeedState
from training.calendars.sources import PublicParts
from training.calendars.subscribing import ways_into
from training.calendars.views.blueprint import bp
from training.clock import utc_now
from training.config import Settings
from training.web.filters import delivery_label, language_name
from training.web.ics import calendar_feed, no_calendar
from training.web.shared_pages import shared_page

#: Arguments that narrow the feed, in the order in which its addresses have them.
FILTERS = ("campaign", "course", "language", "delivery")


# OPTIONS too is refused: programs ask by it for a calendar server that they could write to.
@bp.get("/calendar/sessions.ics", provide_automatic_options=False)
@allows(Action.READ_PUBLIC)
def sessions() -> Response:
    """Answer the programs that subscribe to what is public, or to a part of it."""
    now = utc_now()
    state = _find_state({name: request.args.get(name, "") for name in FILTERS})
    if state is None:
        return no_calendar()
    return calendar_feed(
        filename="sessions.ics",
        etag=state.etag,
        modified_at=state.modified_at,
        read=partial(service.feed_body, state),
        now=now,
    )


@bp.get("/calendar/")
@allows(Action.READ_PUBLIC)
def subscribe() -> Response:
    """Say how to subscribe to what is public, or to a part of it."""
    options = _options()
    wanted = {
        name: value
        for name, offered in options.items()
        if (value := request.args.get(name, "")) in dict(offered)
    }
    address = _address(wanted)
    return shared_page(
        f"{address}\n{options}",
        lambda: render_template(
            "calendars/subscribe.html",
            ways=ways_into(address, name=_name(options, wanted), is_secret=False),
            plain=_address({**wanted, "gzip": "no"}),
            options=options,
            wanted=wanted,
        ),
    )


def _find_state(asked: dict[str, str]) -> FeedState | None:
    settings: Settings = current_app.extensions["settings"]
    parts: PublicParts = current_app.extensions["public_parts"]
    now = utc_now()
    asked = {name: value for name, value in asked.items() if value}
    if not asked:
        return service.public_feed_state(name=settings.site_name, now=now)
    narrowing = parts.narrow(asked)
    if narrowing is None:
        return None
    return service.find_narrowed_feed_state(narrowing, name=settings.site_name, now=now)


def _options() -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers: value and label, in the reader's language."""
    parts: PublicParts = current_app.extensions["public_parts"]
    found = parts.options(now=utc_now())
    languages = [(code, language_name(code)) for code in found.languages]
    return {
        "campaign": found.campaigns,
        "course": found.courses,
        "language": sorted(languages, key=lambda option: option[1]),
        "delivery": [(value, delivery_label(value)) for value in parts.deliveries],
    }


def _name(options: Mapping[str, Sequence[tuple[str, str]]], wanted: Mapping[str, str]) -> str:
    """Return what the feed calls itself: the site, and which part of its sessions."""
    settings: Settings = current_app.extensions["settings"]
    parts = [dict(options[name])[value] for name, value in wanted.items()]
    if not parts:
        return settings.site_name
    return str(_("%(feed)s: %(part)s", feed=settings.site_name, part=", ".join(parts)))


def _address(arguments: dict[str, str]) -> str:
    settings: Settings = current_app.extensions["settings"]
    query = urlencode({name: value for name, value in arguments.items() if value})
    return f"{settings.base_url}/calendar/sessions.ics{'?' if query else ''}{query}"
