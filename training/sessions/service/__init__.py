"""What staff do to sessions, courses, venues and rooms. And the session's lock."""

from training.sessions.service.courses import (
    add_course,
    archive_course,
    delete_course,
    is_course_used,
    revise_course,
)
from training.sessions.service.defaults import begin_as_course, begin_like, set_session_defaults
from training.sessions.service.locking import LOCKED, lock_training_session
from training.sessions.service.parts import fold_of
from training.sessions.service.profiles import revise_profile
from training.sessions.service.questions import (
    Direction,
    add_question,
    archive_question,
    copy_questions,
    lock_question,
    move_question,
    revise_question,
)
from training.sessions.service.retiming import find_retimings, retime
from training.sessions.service.revising import revise
from training.sessions.service.scheduling import schedule
from training.sessions.service.series import make_series
from training.sessions.service.status import cancel, hold_anyway, publish, reopen
from training.sessions.service.unavailability import add_unavailability, remove_unavailability
from training.sessions.service.venues import (
    add_venue,
    archive_venue,
    delete_venue,
    is_venue_used,
    revise_venue,
)

__all__ = [
    "LOCKED",
    "Direction",
    "add_course",
    "add_question",
    "add_unavailability",
    "add_venue",
    "archive_course",
    "archive_question",
    "archive_venue",
    "begin_as_course",
    "begin_like",
    "cancel",
    "copy_questions",
    "delete_course",
    "delete_venue",
    "find_retimings",
    "fold_of",
    "hold_anyway",
    "is_course_used",
    "is_venue_used",
    "lock_question",
    "lock_training_session",
    "make_series",
    "move_question",
    "publish",
    "remove_unavailability",
    "reopen",
    "retime",
    "revise",
    "revise_course",
    "revise_profile",
    "revise_question",
    "revise_venue",
    "schedule",
    "set_session_defaults",
]
