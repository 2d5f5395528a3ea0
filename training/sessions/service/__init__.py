"""What staff do to sessions, courses, venues and rooms. And the session's lock."""

from training.sessions.service.courses import (
    add_course,
    archive_course,
    delete_course,
    is_course_used,
    revise_course,
)
from training.sessions.service.locking import LOCKED, lock_training_session
from training.sessions.service.parts import fold_of
from training.sessions.service.retiming import find_retimings, retime
from training.sessions.service.revising import revise
from training.sessions.service.scheduling import schedule
from training.sessions.service.status import cancel, hold_anyway, publish, reopen
from training.sessions.service.venues import (
    add_venue,
    archive_venue,
    delete_venue,
    is_venue_used,
    revise_venue,
)

__all__ = [
    "LOCKED",
    "add_course",
    "add_venue",
    "archive_course",
    "archive_venue",
    "cancel",
    "delete_course",
    "delete_venue",
    "find_retimings",
    "fold_of",
    "hold_anyway",
    "is_course_used",
    "is_venue_used",
    "lock_training_session",
    "publish",
    "reopen",
    "retime",
    "revise",
    "revise_course",
    "revise_venue",
    "schedule",
]
