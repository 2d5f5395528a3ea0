"""The public feed, and the page that says how to subscribe to it."""

from functools import partial

from flask import Blueprint, Response, current_app, render_template

from training.accounts.access import allows
from training.accounts.policy import Action
from training.calendars import service
from training.clock import utc_now
from training.config import Settings
from training.web.ics import calendar_feed
from training.web.shared_pages import shared_page

bp = Blueprint("calendars", __name__, url_prefix="/calendar")


# OPTIONS too is refused: programs ask by it for a calendar server that they could write to.
@bp.get("/sessions.ics", provide_automatic_options=False)
@allows(Action.READ_PUBLIC)
def sessions() -> Response:
    """Answer the programs that subscribe to everything public."""
    settings: Settings = current_app.extensions["settings"]
    now = utc_now()
    state = service.public_feed_state(name=settings.site_name, now=now)
    return calendar_feed(
        filename="sessions.ics",
        etag=state.etag,
        modified_at=state.modified_at,
        read=partial(service.feed_body, state),
        now=now,
    )


@bp.get("/")
@allows(Action.READ_PUBLIC)
def subscribe() -> Response:
    """Say how to subscribe to the public feed."""
    settings: Settings = current_app.extensions["settings"]
    address = f"{settings.base_url}/calendar/sessions.ics"
    return shared_page(
        address,
        lambda: render_template(
            "calendars/subscribe.html",
            address=address,
            webcal=f"webcal:{address.partition(':')[2]}",
        ),
    )
