"""Who came, as pages about registrations show it.

That is known to a feature above: ``app.extensions["marks"]``.
"""

from collections.abc import Mapping
from typing import Protocol, cast

from flask import current_app

#: Registration → meeting → how they stand there, in the words of attendance.
Marks = Mapping[int, Mapping[int, str]]


class MarksQuery(Protocol):
    """Says how the people of a session stand at its meetings."""

    def __call__(self, training_session_id: int) -> Marks: ...


def marks_of(training_session_id: int) -> Marks:
    """Return how the people of a session stand at its meetings; who has no mark may be missing."""
    query = cast(MarksQuery, current_app.extensions["marks"])
    return query(training_session_id)
