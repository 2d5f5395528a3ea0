"""One session as staff see it: its facts, its people, and what can be done with both."""

from datetime import datetime

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import SCHEDULE, render_workplace
from training.clock import utc_now
from training.registrations import answer_queries, roster_queries, seat_queries
from training.registrations.roster_queries import RosterRow
from training.registrations.views.blueprint import bp
from training.registrations.views.public import session_path
from training.registrations.words import (
    answer_words,
    cancelled_words,
    claim_words,
    declined_words,
    obstacle_words,
)
from training.sessions.clash_queries import DescribedClash, clashes_of, described
from training.sessions.queries import SessionDetails, get_session
from training.sessions.values import SessionStatus
from training.sessions.words import audience_label, seats_in_words
from training.text import for_display
from training.web.fields import AppForm
from training.web.query import text_argument

#: So many people are more than one looks through.
SEARCHED_FROM = 20


@bp.get("/staff/sessions/<id:training_session_id>")
@allows(Action.SEE_ROSTER)
def roster(training_session_id: int) -> ResponseReturnValue:
    """Show a session and everybody who is or was registered for it."""
    now = utc_now()
    training_session = get_session(training_session_id, now=now)
    q = text_argument("q")
    found = roster_queries.roster(training_session_id, q=q)
    answers = answer_queries.answers_of(training_session_id)
    return render_workplace(
        "registrations/roster.html",
        current=SCHEDULE,
        training_session=training_session,
        roster=found,
        q=q,
        is_searchable=bool(q) or training_session.live >= SEARCHED_FROM,
        seats=seats_in_words(training_session.seats, training_session.overbooked_by),
        audience=audience_label(training_session.audience),
        public_url=_public_url(training_session),
        takes_people=(
            training_session.status is SessionStatus.PUBLISHED
            and now < training_session.clock.ends_at
        ),
        in_line=seat_queries.in_line(training_session_id, now=now) if found.waiting else {},
        obstacle_words=obstacle_words(),
        claim_words=claim_words(),
        answers=answers,
        answer_words=answer_words(),
        declined=answer_queries.declined(
            {row.id: answers[row.id] for row in found.seated if row.id in answers}
        ),
        ended_words={row.id: ended_word(row) for row in found.ended},
        clashes=_clashes(training_session, now),
        form=AppForm(),
        now=now,
    )


def _clashes(training_session: SessionDetails, now: datetime) -> list[DescribedClash]:
    """Return what stands in the way of a session that is not over, published or not yet."""
    if now >= training_session.clock.ends_at:
        return []
    return described(clashes_of(training_session.id), my_timezone=training_session.timezone)


def is_seat_free(training_session: SessionDetails) -> bool:
    """Tell whether there is a seat that nobody has and that is held for no organization."""
    counts = training_session.seats
    return counts.capacity is None or training_session.held + counts.kept < counts.capacity


def roster_url(training_session_id: int) -> str:
    """Return the address of the page of a session."""
    return url_for("registrations.roster", training_session_id=training_session_id)


def ended_word(row: RosterRow) -> str:
    """Return how a registration ended, in words."""
    if row.successor is not None:
        if row.successor.is_moved:
            title = for_display(row.successor.title)
            return str(_("Moved to %(title)s", title=title))
        return str(_("%(name)s comes instead", name=for_display(row.successor.name)))
    if row.is_cancelled_by_organization:
        return str(_("Cancelled by their organization"))
    if row.cancelled_because is None:
        return declined_words(row.declined_because, was_offered=row.offer_expires_at is not None)
    return cancelled_words()[row.cancelled_because]


def _public_url(training_session: SessionDetails) -> str | None:
    """Return the address of the page for everybody, where there is one."""
    if not training_session.is_listed:
        return None
    return session_path(training_session.id, training_session.title)
