"""Who holds a seat and who waits: the only place that assigns a status or a counter.

Every function takes the session's lock first, and the lock lasts until the caller's transaction
ends. So two callers cannot both take the last seat, and a freed seat is given on before anybody
else sees it. A test reads the code of everything else for assignments.
"""

from training.registrations.seats.capacity import change_capacity
from training.registrations.seats.freeing import (
    answer_cancelled_session,
    answer_revised_session,
    cancel,
    promote,
)
from training.registrations.seats.taking import Group, take

__all__ = [
    "Group",
    "answer_cancelled_session",
    "answer_revised_session",
    "cancel",
    "change_capacity",
    "promote",
    "take",
]
