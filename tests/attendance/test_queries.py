"""What is read of attendance, on both engines."""

from flask import Flask

from tests.attendance.sheets import running
from tests.factories import Make
from tests.times import HOUR, NOW
from training.accounts.policy import Scope
from training.attendance import queries


def test_own_meetings_are_those_one_trains_and_of_staff_all(app: Flask, make: Make) -> None:
    own = running(make, people=1)
    other = running(make, people=1)

    of_trainer = queries.own_meetings(own.trainer.person_id, Scope.OWN_SESSIONS, now=NOW)
    of_staff = queries.own_meetings(0, Scope.ALL, now=NOW)

    assert [one.meeting.id for one in of_trainer.today] == [own.meeting_id]
    assert [one.meeting.id for one in of_staff.today] == [own.meeting_id, other.meeting_id]


def test_a_sheet_is_sorted_by_name_and_leaves_out_who_waits(app: Flask, make: Make) -> None:
    trainer = make.trainer()
    session = make.training_session(
        capacity=3, starts_at=NOW + HOUR, trainer_ids=(trainer.person_id,)
    )
    for name in ("Zoë", "Éloïse", "amara", "Waits"):
        make.registration(session, name=name)
    meeting = queries.get_meeting(1, trainer.person_id, Scope.OWN_SESSIONS)

    sheet = queries.sheet_of(meeting)

    assert [row.name for row in sheet.rows] == ["amara", "Éloïse", "Zoë"]
    assert (sheet.meeting.confirmed, sheet.marked) == (3, 0)
