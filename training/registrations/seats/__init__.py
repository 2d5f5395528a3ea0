"""Who holds a seat and who waits: the only place that assigns a status or a counter.

Every function takes the session's lock first, and the lock lasts until the caller's transaction
ends. So two callers cannot both take the last seat, and a freed seat is given on before anybody
else sees it. A test reads the code of everything else for assignments.
"""

from training.registrations.seats.books import lock_sessions_of
from training.registrations.seats.capacity import change_capacity
from training.registrations.seats.changing import move, swap
from training.registrations.seats.freeing import (
    answer_cancelled_session,
    answer_revised_session,
    cancel,
    cancel_several,
    promote,
)
from training.registrations.seats.partners import answer_resumed_organization
from training.registrations.seats.people import find_or_make
from training.registrations.seats.taking import Group, take

__all__ = [
    "Group",
    "answer_cancelled_session",
    "answer_resumed_organization",
    "answer_revised_session",
    "cancel",
    "cancel_several",
    "change_capacity",
    "find_or_make",
    "lock_sessions_of",
    "move",
    "promote",
    "swap",
    "take",
]
