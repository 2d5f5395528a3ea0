"""What happens at and after a meeting: marks, people at the door, lists taken home."""

from training.attendance.service.exporting import ATTENDANCE, ROSTER, record_export
from training.attendance.service.marking import record_marks, take_back
from training.attendance.service.walk_in import add_walk_in

__all__ = [
    "ATTENDANCE",
    "ROSTER",
    "add_walk_in",
    "record_export",
    "record_marks",
    "take_back",
]
