"""What is read of attendance, on both engines."""

from flask import Flask

from tests.attendance.sheets import ABSENT, PRESENT, mark, record, running
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.accounts.policy import Scope
from training.attendance import queries
from training.attendance.queries import HistoryEntry
from training.attendance.values import MarkSource


def test_history_of_tells_what_was_claimed_when_and_by_whom(app: Flask, make: Make) -> None:
    sheet = running(make, people=1, trainer=make.trainer(name="Tom"))
    cora = make.coordinator(name="Cora")
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, claimed_at=NOW - HOUR))
    record(
        sheet,
        mark(ada, ABSENT),
        actor_id=cora.person_id,
        scope=Scope.ALL,
        source=MarkSource.CORRECTION,
        now=NOW + DAY,
    )

    assert queries.history_of(ada) == (
        HistoryEntry(
            meeting_id=sheet.meeting_id,
            status=PRESENT,
            source=MarkSource.TRAINER,
            claimed_at=NOW - HOUR,
            recorded_at=NOW,
            recorded_by="Tom",
        ),
        HistoryEntry(
            meeting_id=sheet.meeting_id,
            status=ABSENT,
            source=MarkSource.CORRECTION,
            claimed_at=None,
            recorded_at=NOW + DAY,
            recorded_by="Cora",
        ),
    )


def test_own_meetings_are_those_one_trains_and_of_staff_all(app: Flask, make: Make) -> None:
    own = running(make, people=1)
    other = running(make, people=1)

    of_trainer = queries.own_meetings(own.trainer.person_id, Scope.OWN_SESSIONS, now=NOW)
    of_staff = queries.own_meetings(0, Scope.ALL, now=NOW)

    assert [one.meeting.id for one in of_trainer.unmarked] == [own.meeting_id]
    assert [one.meeting.id for one in of_staff.unmarked] == [own.meeting_id, other.meeting_id]


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
