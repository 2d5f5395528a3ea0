"""Words for how a session's people can be looked at."""

from flask_babel import gettext as _

from training.registrations.roster_filters import Answered, Came, Column, Sort
from training.registrations.values import RegistrationStatus
from training.web.filters import registration_label


def column_labels() -> dict[Column, str]:
    """Return what can stand beside name and status."""
    return {
        Column.EMAIL: _("E-mail"),
        Column.ORGANIZATION: _("Organization"),
        Column.REGISTERED: _("Registered"),
        Column.CALENDAR: _("Answer in their calendar"),
        Column.ATTENDANCE: _("Attendance"),
        Column.ANSWERS: _("Answers to your questions"),
        Column.NOTES: _("Notes"),
    }


def filter_labels() -> dict[str, list[tuple[str, str]]]:
    """Return what each filter offers: its name in the address → (value, label)."""
    return {
        "status": [
            ("", _("Everybody")),
            *((one.value, registration_label(one)) for one in RegistrationStatus),
        ],
        "answer": [
            ("", _("Whatever it is")),
            (Answered.ACCEPTED.value, _("Accepted")),
            (Answered.TENTATIVE.value, _("Maybe")),
            (Answered.DECLINED.value, _("Declined")),
            (Answered.NOTHING.value, _("No answer")),
        ],
        "came": [
            ("", _("Whatever it is")),
            (Came.ATTENDED.value, _("Were there")),
            (Came.ABSENT.value, _("Absent")),
            (Came.EXCUSED.value, _("Excused")),
            (Came.UNMARKED.value, _("Not marked")),
        ],
        "sort": [
            ("", _("As usual")),
            (Sort.NAME.value, _("By name")),
            (Sort.ORGANIZATION.value, _("By organization")),
            (Sort.REGISTERED.value, _("By when they registered")),
        ],
    }
