"""What it means for seats that an organization confirms who is with it."""

from collections.abc import Mapping
from datetime import datetime

from training.registrations.seats.holds import recount_holds
from training.registrations.seats.waitlist import fill
from training.sessions.values import LockedSession


def answer_settled_claims(
    locked: Mapping[int, LockedSession], entries: Mapping[int, int], *, now: datetime
) -> None:
    """Count people who were vouched for among their organization's; give on what that frees.

    Who is not with it may have what its people may not.

    :param locked: the sessions in which they are registered, by id.
    :param entries: a session's id → the newest audit entry of that.
    """
    for session_id in sorted(entries):
        if locked[session_id].hold_count:
            recount_holds(session_id)
        fill(session_id, because_id=entries[session_id], now=now)
