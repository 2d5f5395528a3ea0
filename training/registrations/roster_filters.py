"""What of a session's people to show, in which order, and with what beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from training.registrations.values import RegistrationStatus, ReplyAnswer
from training.text import search_key

#: Meetings of a session that a filter can be about.
MOST_MEETINGS = 99


class Sort(StrEnum):
    """In which order; without one each list has its own."""

    NAME = "name"
    ORGANIZATION = "organization"
    REGISTERED = "registered"


class Column(StrEnum):
    """What is shown beside name and status."""

    EMAIL = "email"
    ORGANIZATION = "organization"
    REGISTERED = "registered"
    CALENDAR = "calendar"
    ATTENDANCE = "attendance"
    ANSWERS = "answers"
    NOTES = "notes"


class Came(StrEnum):
    """How somebody stands at a meeting, as a filter asks for it."""

    ATTENDED = "attended"
    ABSENT = "absent"
    EXCUSED = "excused"
    UNMARKED = "unmarked"


class Answered(StrEnum):
    """What somebody's calendar answered, as a filter asks for it."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    NOTHING = "nothing"


#: Marks that say that somebody was there.
_THERE = frozenset({"present", "late", "left_early"})
#: Filters of people who named no organization.
NO_ORGANIZATION = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterFilters:
    """Whom to show: those to whom all of it applies."""

    #: All of its words stand in somebody's name, address or organization.
    q: str = ""
    status: RegistrationStatus | None = None
    #: ``NO_ORGANIZATION``: of none.
    organization_id: int | None = None
    answered: Answered | None = None
    #: At which meeting, counted from 1.
    meeting: int = 1
    came: Came | None = None
    has_note: bool = False
    is_placeholder: bool = False
    #: Registered on that day where the session takes place, or later.
    since: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterView:
    """What an address asks for."""

    filters: RosterFilters = RosterFilters()
    sort: Sort | None = None
    #: Empty: those that are shown unless somebody chooses.
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What is known of people beside their registrations, where a filter or a column asks."""

    #: Registration → what their calendar says that counts.
    answers: Mapping[int, ReplyAnswer] = field(default_factory=dict)
    #: Registration → meeting → how they stand there.
    marks: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    #: The meeting that a filter is about; None: the session has fewer.
    meeting_id: int | None = None
    #: When the day begins that a filter names.
    since: datetime | None = None


def chooser(filters: RosterFilters, beside: Beside) -> Callable[[Any], bool]:
    """Return what tells whether a row of the index is among those that are asked for."""
    words = search_key(filters.q).split()
    tests: list[Callable[[Any], bool]] = []
    if words:
        tests.append(
            lambda row: all(
                word in search_key(row.name, row.email, row.organization) for word in words
            )
        )
    if filters.status is not None:
        tests.append(lambda row: row.status is filters.status)
    if filters.organization_id is not None:
        tests.append(
            lambda row: (row.organization_id or NO_ORGANIZATION) == filters.organization_id
        )
    if filters.answered is not None:
        nothing = filters.answered is Answered.NOTHING
        wanted = None if nothing else ReplyAnswer(filters.answered.value)
        tests.append(lambda row: beside.answers.get(row.id) is wanted)
    if filters.came is not None:
        tests.append(lambda row: _stands(beside, row) is filters.came)
    if filters.has_note:
        tests.append(lambda row: bool(row.notes))
    if filters.is_placeholder:
        tests.append(lambda row: bool(row.is_placeholder))
    if beside.since is not None:
        since = beside.since
        tests.append(lambda row: row.registered_at >= since)
    return lambda row: all(test(row) for test in tests)


def _stands(beside: Beside, row: Any) -> Came | None:
    """Return how somebody stands at the meeting that is asked for, if they are expected there."""
    if beside.meeting_id is None:
        return None
    mark = beside.marks.get(row.id, {}).get(beside.meeting_id)
    if mark is not None:
        return Came.ATTENDED if mark in _THERE else Came(mark)
    return Came.UNMARKED if row.status is RegistrationStatus.CONFIRMED else None
