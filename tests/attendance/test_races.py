"""Two trainers at once, in processes of their own, on both engines."""

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.attendance.racing import Racer, race
from tests.attendance.sheets import (
    ABSENT,
    PRESENT,
    Running,
    current,
    history,
    mark,
    record,
    running,
)
from tests.factories import Make
from tests.times import NOW
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus
from training.db import db, transaction
from training.errors import DomainError
from training.sessions.models import Meeting
from training.sessions.service import lock_training_session

ROUNDS = 5


def test_two_trainers_with_200_marks_each_at_once_lose_nothing(
    app: Flask, make: Make, database_url: str, tmp_path: Path
) -> None:
    trainers = [make.trainer(name=name).person_id for name in ("Tom", "Asha")]
    sheets = [running(make, people=200, trainer_ids=tuple(trainers)) for _ in range(ROUNDS)]
    # The second goes through the people from the other end.
    rounds = [
        [racer(sheet, trainers[0], PRESENT, 1), racer(sheet, trainers[1], ABSENT, -1)]
        for sheet in sheets
    ]
    db.session.rollback()

    outcomes = race(database_url, tmp_path, rounds)

    assert outcomes == ["saved"] * (2 * 200 * ROUNDS)
    assert len(history()) == 2 * 200 * ROUNDS
    assert len(current()) == 200 * ROUNDS
    assert not_the_newest() == []
    # Whoever came second marked everybody: no sheet is mixed.
    assert [len({current()[one] for one in sheet.registration_ids}) for sheet in sheets] == [
        1
    ] * ROUNDS


@pytest.mark.parametrize("second", [PRESENT, ABSENT], ids=["agreeing", "disagreeing"])
def test_att_01_of_two_marks_at_once_the_one_written_last_is_current(
    app: Flask, make: Make, database_url: str, tmp_path: Path, second: AttendanceStatus
) -> None:
    trainers = [make.trainer(name=name).person_id for name in ("Tom", "Asha")]
    sheets = [running(make, people=1, trainer_ids=tuple(trainers)) for _ in range(ROUNDS)]
    rounds = [
        [racer(sheet, trainers[0], PRESENT, pause=0.05), racer(sheet, trainers[1], second)]
        for sheet in sheets
    ]
    db.session.rollback()

    outcomes = race(database_url, tmp_path, rounds)

    assert outcomes == ["saved"] * (2 * ROUNDS)
    assert len(history()) == 2 * ROUNDS
    assert len(current()) == ROUNDS
    assert not_the_newest() == []


@pytest.mark.parametrize("engine", ["postgresql"])
def test_without_the_lock_an_older_mark_becomes_current(
    app: Flask, make: Make, database_url: str, tmp_path: Path
) -> None:
    trainers = [make.trainer(name=name).person_id for name in ("Tom", "Asha")]
    sheet = running(make, people=1, trainer_ids=tuple(trainers))
    slow = racer(sheet, trainers[0], PRESENT, pause=2)
    quick = racer(sheet, trainers[1], ABSENT, late=0.7)
    db.session.rollback()

    outcomes = race(database_url, tmp_path, [[slow, quick]], locked=False)

    assert outcomes == ["saved", "saved"]
    assert not_the_newest() == list(sheet.registration_ids)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_with_the_lock_the_same_two_marks_end_well(
    app: Flask, make: Make, database_url: str, tmp_path: Path
) -> None:
    trainers = [make.trainer(name=name).person_id for name in ("Tom", "Asha")]
    sheet = running(make, people=1, trainer_ids=tuple(trainers))
    slow = racer(sheet, trainers[0], PRESENT, pause=2)
    quick = racer(sheet, trainers[1], ABSENT, late=0.7)
    db.session.rollback()

    outcomes = race(database_url, tmp_path, [[slow, quick]])

    assert outcomes == ["saved", "saved"]
    assert not_the_newest() == []


@pytest.mark.parametrize("engine", ["postgresql"])
def test_whoever_waited_for_the_lock_sees_that_the_meeting_was_cancelled_meanwhile(
    app: Flask, make: Make
) -> None:
    sheet = running(make, people=1)
    ended: list[str] = []

    def mark_it() -> None:
        with app.app_context():
            try:
                record(sheet, mark(sheet.registration_ids[0]))
            except DomainError as error:
                ended.append(error.code)
            finally:
                db.session.remove()

    trainer = threading.Thread(target=mark_it)
    with transaction():
        lock_training_session(sheet.training_session_id)
        trainer.start()
        _wait_until_somebody_waits()
        db.session.execute(sa.update(Meeting).values(cancelled_at=NOW))
    trainer.join()

    assert ended == ["meeting-cancelled"]
    assert history() == []


def _wait_until_somebody_waits() -> None:
    waiting = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with db.engine.connect() as watcher:
        for _ in range(250):
            if watcher.scalar(waiting):
                return
            watcher.rollback()  # each look is a new one
            time.sleep(0.01)
    pytest.fail("nobody waits for the lock")


def racer(
    sheet: Running,
    actor_id: int,
    status: AttendanceStatus,
    step: int = 1,
    *,
    late: float = 0,
    pause: float = 0,
) -> Racer:
    return Racer(
        actor_id=actor_id,
        meeting_id=sheet.meeting_id,
        registration_ids=sheet.registration_ids[::step],
        status=status,
        late=late,
        pause=pause,
    )


def not_the_newest() -> list[int]:
    """Return the registrations whose current status is not that of their newest mark."""
    newest = (
        sa.select(sa.func.max(AttendanceMark.id))
        .where(
            AttendanceMark.registration_id == Attendance.registration_id,
            AttendanceMark.meeting_id == Attendance.meeting_id,
        )
        .scalar_subquery()
    )
    return list(
        db.session.scalars(
            sa.select(Attendance.registration_id).where(Attendance.mark_id != newest)
        )
    )
