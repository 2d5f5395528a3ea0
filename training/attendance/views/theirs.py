"""Meetings that whoever asks may mark; others look like missing ones."""

from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import HTTPException

from training.accounts.access import permission
from training.attendance import queries
from training.attendance.queries import ListedMeeting
from training.errors import DomainError


def get_meeting(meeting_id: int) -> ListedMeeting:
    """Return the meeting, if it is theirs to mark.

    :raise NotFoundError: it is not, or there is none.
    """
    return queries.get_meeting(meeting_id, permission().person_id, permission().scope)


@contextmanager
def missing_unless_theirs(meeting_id: int) -> Iterator[None]:
    """Tell what is wrong with a request only to whoever may send it.

    The meeting is looked up if something is wrong. If nothing is, the service does it under lock.
    """
    try:
        yield
    except (DomainError, HTTPException):
        get_meeting(meeting_id)
        raise
