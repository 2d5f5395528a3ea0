"""Decisions about sessions: values in, answer out."""

from training.sessions.rules.seats import (
    availability,
    closes_at,
    free_seats,
    has_room_to_wait,
    promotes,
    takes_registrations,
)
from training.sessions.rules.times import MeetingTimeError, MeetingTimes, meeting_times

__all__ = [
    "MeetingTimeError",
    "MeetingTimes",
    "availability",
    "closes_at",
    "free_seats",
    "has_room_to_wait",
    "meeting_times",
    "promotes",
    "takes_registrations",
]
