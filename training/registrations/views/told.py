"""What an act of staff led to, as the next page says it."""

from collections.abc import Sequence

from flask_babel import ngettext

from training.accounts.access import signed_in
from training.registrations import seat_queries
from training.registrations.moving_queries import LiveRow
from training.text import for_display


def told_of_movers(done: str, action: str, training_session_id: int) -> str:
    """Return what was done, and how many got a seat by it who waited.

    :param done: a sentence.
    :param action: the act's name in the audit trail; the last one of whoever asks is meant.
    """
    moved = seat_queries.moved_up_by(action, training_session_id, actor_id=signed_in().person_id)
    if not moved:
        return done
    movers = ngettext(
        "%(num)s person moved up from the waitlist and is told by mail.",
        "%(num)s people moved up from the waitlist and are told by mail.",
        moved,
    )
    return f"{done} {movers}"


def told_who_moves_up(movers: Sequence[LiveRow]) -> str:
    """Return who gets a seat, or is offered one, as the page before an act says it."""
    return str(
        ngettext(
            "%(num)s person moves up from the waitlist and is told by mail: %(names)s.",
            "%(num)s people move up from the waitlist and are told by mail: %(names)s.",
            len(movers),
            names=", ".join(for_display(one.name) for one in movers),
        )
    )
