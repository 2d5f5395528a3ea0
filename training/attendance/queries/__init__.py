"""Reading: what there is to mark, the sheet of a meeting, and what became of it."""

from training.attendance.queries.courses import attended_courses
from training.attendance.queries.history import History, get_history
from training.attendance.queries.meetings import (
    ListedMeeting,
    MeetingToMark,
    OwnMeetings,
    get_meeting,
    meetings_of,
    own_meetings,
)
from training.attendance.queries.people import (
    OwnPeople,
    OwnPerson,
    OwnSession,
    attendance_of,
    get_own_session,
    people_of,
)
from training.attendance.queries.scopes import meeting_within
from training.attendance.queries.sheets import (
    Change,
    Disagreement,
    Sheet,
    SheetRow,
    changes_by_others,
    disagreements,
    sheet_of,
)

__all__ = [
    "Change",
    "Disagreement",
    "History",
    "ListedMeeting",
    "MeetingToMark",
    "OwnMeetings",
    "OwnPeople",
    "OwnPerson",
    "OwnSession",
    "Sheet",
    "SheetRow",
    "attendance_of",
    "attended_courses",
    "changes_by_others",
    "disagreements",
    "get_history",
    "get_meeting",
    "get_own_session",
    "meeting_within",
    "meetings_of",
    "own_meetings",
    "people_of",
    "sheet_of",
]
