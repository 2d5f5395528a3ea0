"""Who holds a seat and who waits: the only place that assigns a status or a counter.

Every function takes the session's lock first, and the lock lasts until the caller's transaction
ends. So two callers cannot both take the last seat, and a freed seat is given on before anybody
else sees it. A test reads the code of everything else for assignments.
"""

from training.registrations.seats.allotments import set_allotment
from training.registrations.seats.capacity import change_capacity
from training.registrations.seats.changing import move, swap
from training.registrations.seats.claims import answer_settled_claims
from training.registrations.seats.freeing import (
    answer_cancelled_session,
    cancel,
    cancel_several,
    promote,
)
from training.registrations.seats.holds import release_hold, set_hold
from training.registrations.seats.locking import lock_sessions_of
from training.registrations.seats.naming import remind_of_unnamed, unnamed_soon
from training.registrations.seats.offers import accept, decline
from training.registrations.seats.partners import answer_resumed_organization
from training.registrations.seats.people import find_or_make
from training.registrations.seats.reading import seen
from training.registrations.seats.reopening import answer_reopened_session
from training.registrations.seats.requests import approve, refuse
from training.registrations.seats.revising import answer_revised_session
from training.registrations.seats.settings import change_rules, rules_of
from training.registrations.seats.settling import sessions_due, settle
from training.registrations.seats.taking import Group, take
from training.registrations.seats.transferring import transfer

__all__ = [
    "Group",
    "accept",
    "answer_cancelled_session",
    "answer_reopened_session",
    "answer_resumed_organization",
    "answer_revised_session",
    "answer_settled_claims",
    "approve",
    "cancel",
    "cancel_several",
    "change_capacity",
    "change_rules",
    "decline",
    "find_or_make",
    "lock_sessions_of",
    "move",
    "promote",
    "refuse",
    "release_hold",
    "remind_of_unnamed",
    "rules_of",
    "seen",
    "sessions_due",
    "set_allotment",
    "set_hold",
    "settle",
    "swap",
    "take",
    "transfer",
    "unnamed_soon",
]
