"""Whoever comes by a code: found in an address or a form, and the sessions that it opens."""

from datetime import datetime
from typing import NamedTuple

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from training.accounts.access import allows
from training.accounts.policy import Action
from training.clock import utc_now
from training.errors import NotFoundError
from training.registrations import code_queries
from training.registrations.code_queries import FoundCode
from training.registrations.views.blueprint import bp
from training.web.limits import Limit, take

#: Only wrong codes are counted, and right ones never refused: a whole organization may be behind
#: one address, and nobody guesses 256 bits.
WRONG_CODES = Limit(name="wrong-codes", most=600, minutes=10)


class Invited(NamedTuple):
    """Whoever asks, with the code that they have."""

    code: str
    found: FoundCode


def invited_by(code: str, training_session_id: int, *, now: datetime) -> Invited | None:
    """Return who comes by this code, or None: it is not good for the session, like any other text.

    :raise TooManyTriesError: too many wrong ones came from there.
    """
    if code_queries.hash_of(code) is None:
        return None
    found = code_queries.find_code(code, training_session_id, now=now)
    if found is None:
        take(WRONG_CODES)
        return None
    return Invited(code, found)


@bp.get("/sessions/invited")
@allows(Action.REGISTER)
def invited() -> ResponseReturnValue:
    """Show the next sessions that a code opens; one that opens a single session leads there.

    :raise NotFoundError: the code is not good.
    """
    now = utc_now()
    code = request.args.get("code", "")
    found = code_queries.find_code_alone(code, now=now)
    if found is None:
        if code_queries.hash_of(code) is not None:
            take(WRONG_CODES)
        raise NotFoundError
    if found.training_session_id is not None:
        address = url_for(
            "registrations.detail", training_session_id=found.training_session_id, code=code
        )
        return redirect(address, code=303)
    return render_template(
        "registrations/invited.html",
        invited=Invited(code, found),
        cards=code_queries.opened_by(found.id, now=now),
    )
