"""Words for one mark of a history: what it says, and where it comes from."""

from flask_babel import gettext as _

from training.attendance.values import AttendanceStatus, MarkSource
from training.web.filters import attendance_label


def source_label(source: MarkSource) -> str:
    """Return where a mark comes from, in words."""
    words = {
        MarkSource.TRAINER: _("Attendance sheet"),
        MarkSource.SELF: _("By themselves"),
        MarkSource.QR: _("A code in the room"),
        MarkSource.IMPORT: _("A file"),
        MarkSource.CORRECTION: _("Corrected by staff"),
    }
    return str(words[source])


def mark_label(status: AttendanceStatus) -> str:
    """Return what a mark says, in words."""
    return str(_("Taken back") if status is AttendanceStatus.CLEARED else attendance_label(status))
