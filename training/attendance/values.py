"""The words of attendance."""

from enum import StrEnum


class AttendanceStatus(StrEnum):
    """What is claimed about one registration at one meeting."""

    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    EXCUSED = "excused"
    #: The claim before is taken back.
    CLEARED = "cleared"


class MarkSource(StrEnum):
    """Where a mark comes from."""

    TRAINER = "trainer"
    SELF = "self"
    QR = "qr"
    IMPORT = "import"
    CORRECTION = "correction"
