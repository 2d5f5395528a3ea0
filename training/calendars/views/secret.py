"""Feeds at secret addresses: whoever knows the address may read, no matter who asks."""

from functools import partial

from flask import Response, current_app, request

from training.accounts.access import allows
from training.accounts.policy import Action
from training.calendars import service
from training.calendars.programs import program_of
from training.calendars.service.fetches import Fetch
from training.calendars.views import fetching
from training.calendars.views.blueprint import bp
from training.clock import utc_now
from training.config import Settings
from training.errors import TooManyTriesError
from training.web.ics import calendar_feed, no_calendar
from training.web.limits import Limit, take

#: Only wrong addresses are counted, and right ones never refused: thousands of people read their
#: calendars through the few machines of one provider, who goes on asking for what was revoked.
WRONG_ADDRESSES = Limit(name="wrong-feed-addresses", most=3_000, minutes=10)


# OPTIONS too is refused: programs ask by it for a calendar server that they could write to.
@bp.get("/calendar/<feed_token>.ics", provide_automatic_options=False)
@allows(Action.READ_PUBLIC)
def secret(feed_token: str) -> Response:
    """Answer the programs that were given a secret address.

    An address that was never made, was revoked, or whose owner may no longer read what it showed:
    all are answered alike.
    """
    found = service.find_feed(feed_token)
    if found is None:
        return _refused()
    settings: Settings = current_app.extensions["settings"]
    now = utc_now()
    state = service.secret_feed_state(found, name=settings.site_name, now=now)
    program = program_of(request.user_agent.string)
    fetching.note(found, Fetch(at=now, program=program, etag=state.etag))
    return calendar_feed(
        filename=f"{found.kind}.ics",
        etag=state.etag,
        modified_at=state.modified_at,
        read=partial(service.feed_body, state),
        now=now,
        is_secret=True,
    )


def _refused() -> Response:
    try:
        take(WRONG_ADDRESSES)
    except TooManyTriesError as error:
        return no_calendar(refusal=error)
    return no_calendar()
