"""Marks written and read back, on both engines."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.attendance.sheets import (
    ABSENT,
    CLEARED,
    LATE,
    PRESENT,
    Running,
    Statements,
    current,
    history,
    mark,
    meeting_of,
    outcomes,
    record,
    running,
)
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.accounts.policy import Scope
from training.attendance import service
from training.attendance.models import AttendanceMark
from training.attendance.values import AttendanceStatus, MarkSource, Recorded, TakeBack
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.errors import ConflictError, NotFoundError
from training.registrations import seats
from training.registrations.values import CancelledBecause
from training.sessions import service as sessions
from training.sessions.values import SessionStatus

_IS_MARKING = AuditEntry.action == "attendance.mark"


def test_record_marks_keeps_the_mark_and_makes_it_current(app: Flask, make: Make) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    claimed_at = NOW - HOUR

    recorded = record(sheet, mark(ada, LATE, claimed_at=claimed_at))

    stored = db.session.scalars(sa.select(AttendanceMark)).one()
    assert outcomes(recorded) == ["saved"]
    assert (recorded.marked, recorded.total) == (1, 1)
    assert current() == {ada: LATE}
    assert (stored.meeting_id, stored.source, stored.recorded_by) == (
        sheet.meeting_id,
        MarkSource.TRAINER,
        sheet.trainer.person_id,
    )
    assert (stored.claimed_at, stored.recorded_at) == (claimed_at, NOW)


@pytest.mark.parametrize("second", [PRESENT, ABSENT], ids=["agreeing", "disagreeing"])
def test_att_01_the_mark_written_last_is_current_and_both_stay(
    app: Flask, make: Make, second: AttendanceStatus
) -> None:
    asha = make.trainer(name="Asha")
    tom = make.trainer(name="Tom")
    sheet = running(make, people=1, trainer_ids=(tom.person_id, asha.person_id))
    ada = sheet.registration_ids[0]

    record(sheet, mark(ada, PRESENT, nonce="of-tom-1"), actor_id=tom.person_id)
    recorded = record(sheet, mark(ada, second, nonce="of-asha-1"), actor_id=asha.person_id)

    acts = db.session.scalars(
        sa.select(AuditEntry.after).where(_IS_MARKING).order_by(AuditEntry.id)
    ).all()
    assert outcomes(recorded) == ["saved"]
    assert current() == {ada: second}
    assert history() == [(ada, PRESENT), (ada, second)]
    assert [act and act["disagreed"] for act in acts] == [0, int(second is ABSENT)]


def test_att_03_a_batch_that_comes_three_times_is_kept_once(app: Flask, make: Make) -> None:
    sheet = running(make, people=25)
    batch = [mark(registration_id) for registration_id in sheet.registration_ids]

    answers = [outcomes(record(sheet, *batch)) for _ in range(3)]

    assert answers == [["saved"] * 25, ["already"] * 25, ["already"] * 25]
    assert len(history()) == 25
    acts = db.session.scalars(sa.select(AuditEntry.id).where(_IS_MARKING)).all()
    assert len(acts) == 1


def test_record_marks_refuses_a_nonce_of_another_claim(app: Flask, make: Make) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    record(sheet, mark(ada, PRESENT, nonce="the-same"))

    other_person = record(sheet, mark(ben, PRESENT, nonce="the-same"))
    other_status = record(sheet, mark(ada, ABSENT, nonce="the-same"))
    in_one_batch = record(sheet, mark(ada, LATE, nonce="another"), mark(ben, LATE, nonce="another"))

    assert outcomes(other_person) == ["nonce-used"]
    assert outcomes(other_status) == ["nonce-used"]
    assert outcomes(in_one_batch) == ["saved", "nonce-used"]
    assert history() == [(ada, PRESENT), (ada, LATE)]


def test_record_marks_refuses_a_nonce_of_another_meeting(app: Flask, make: Make) -> None:
    sheet, elsewhere = running(make, people=1), running(make, people=1)
    record(elsewhere, mark(elsewhere.registration_ids[0], nonce="the-same"))

    recorded = record(sheet, mark(sheet.registration_ids[0], nonce="the-same"))

    assert outcomes(recorded) == ["nonce-used"]


def test_att_04_and_17_one_refused_mark_spoils_no_other(app: Flask, make: Make) -> None:
    sheet = running(make, people=3, capacity=2)
    ada, ben, waiting = sheet.registration_ids
    stranger = running(make, people=1).registration_ids[0]

    recorded = record(sheet, mark(ada), mark(waiting), mark(stranger), mark(2**31 - 1), mark(ben))

    assert outcomes(recorded) == ["saved", "no-seat", "no-seat", "no-seat", "saved"]
    assert current() == {ada: PRESENT, ben: PRESENT}
    assert (recorded.marked, recorded.total) == (2, 2)


def test_what_was_saved_is_told_so_after_the_person_gave_up_their_seat(
    app: Flask, make: Make
) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada))
    with transaction():
        seats.cancel(ada, because=CancelledBecause.STAFF, actor_id=None, now=NOW)

    recorded = record(sheet, mark(ada), mark(ada, LATE))

    assert outcomes(recorded) == ["already", "no-seat"]
    assert (recorded.marked, recorded.total) == (0, 0)


def test_several_marks_of_one_person_in_a_batch_count_in_their_order(
    app: Flask, make: Make
) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]

    recorded = record(sheet, mark(ada, PRESENT), mark(ada, ABSENT), mark(ada, LATE))

    assert outcomes(recorded) == ["saved", "saved", "saved"]
    assert history() == [(ada, PRESENT), (ada, ABSENT), (ada, LATE)]
    assert current() == {ada: LATE}


def test_a_mark_for_the_unmarked_leaves_whoever_was_marked_meanwhile(
    app: Flask, make: Make
) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    record(sheet, mark(ada, ABSENT))

    recorded = record(
        sheet, mark(ada, PRESENT, only_if_unmarked=True), mark(ben, PRESENT, only_if_unmarked=True)
    )

    assert outcomes(recorded) == ["kept", "saved"]
    assert current() == {ada: ABSENT, ben: PRESENT}


def test_a_mark_taken_back_counts_as_none(app: Flask, make: Make) -> None:
    sheet = running(make, people=2)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada))

    recorded = record(sheet, mark(ada, CLEARED))

    assert current() == {ada: CLEARED}
    assert (recorded.marked, recorded.total) == (0, 2)


def test_a_batch_is_one_act_of_numbers_in_the_audit_trail(app: Flask, make: Make) -> None:
    sheet = running(make, people=3)
    ada, ben, _ = sheet.registration_ids

    record(sheet, mark(ada, PRESENT), mark(ben, ABSENT))

    entry = db.session.scalars(sa.select(AuditEntry).where(_IS_MARKING)).one()
    assert (entry.subject_kind, entry.subject_id) == ("meeting", sheet.meeting_id)
    assert (entry.actor_id, entry.training_session_id) == (
        sheet.trainer.person_id,
        sheet.training_session_id,
    )
    assert entry.after == {
        "marks": 2,
        "present": 1,
        "absent": 1,
        "disagreed": 0,
        "marked": 2,
        "total": 3,
    }


@pytest.mark.parametrize(
    ("after_start", "scope"),
    [
        pytest.param(-4 * HOUR, Scope.OWN_SESSIONS, id="hours before"),
        pytest.param(DAY, Scope.OWN_SESSIONS, id="the day after"),
        pytest.param(8 * DAY, Scope.ALL, id="long after, by staff"),
    ],
)
def test_a_meeting_may_be_marked(
    app: Flask, make: Make, after_start: timedelta, scope: Scope
) -> None:
    sheet = running(make, people=1)

    recorded = record(sheet, mark(sheet.registration_ids[0]), scope=scope, now=NOW + after_start)

    assert outcomes(recorded) == ["saved"]


@pytest.mark.parametrize(
    ("after_start", "scope", "code"),
    [
        pytest.param(-5 * HOUR, Scope.OWN_SESSIONS, "marking-not-open", id="long before"),
        pytest.param(-5 * HOUR, Scope.ALL, "marking-not-open", id="long before, by staff"),
        pytest.param(8 * DAY, Scope.OWN_SESSIONS, "marking-closed", id="long after"),
    ],
)
def test_a_meeting_may_not_be_marked_whatever_the_phone_claims(
    app: Flask, make: Make, after_start: timedelta, scope: Scope, code: str
) -> None:
    sheet = running(make, people=1)

    with pytest.raises(ConflictError) as refused:
        record(
            sheet,
            mark(sheet.registration_ids[0], claimed_at=NOW),
            scope=scope,
            now=NOW + after_start,
        )

    assert refused.value.code == code
    assert history() == []


def test_a_cancelled_session_cannot_be_marked(app: Flask, make: Make) -> None:
    sheet = running(make, people=1)
    with transaction():
        sessions.cancel(sheet.training_session_id, actor_id=None, now=NOW)

    with pytest.raises(ConflictError) as refused:
        record(sheet, mark(sheet.registration_ids[0]))

    assert refused.value.code == "meeting-cancelled"


def test_a_draft_cannot_be_marked(app: Flask, make: Make) -> None:
    draft = make.training_session(status=SessionStatus.DRAFT, starts_at=NOW)
    sheet = Running(make.trainer(), draft.id, meeting_of(draft.id), ())

    with pytest.raises(ConflictError) as refused:
        record(sheet, mark(1), scope=Scope.ALL)

    assert refused.value.code == "session-not-published"


def test_att_10_a_trainer_of_another_session_finds_no_such_meeting(app: Flask, make: Make) -> None:
    sheet, elsewhere = running(make, people=1), running(make)

    with pytest.raises(NotFoundError):
        record(sheet, mark(sheet.registration_ids[0]), actor_id=elsewhere.trainer.person_id)

    assert history() == []


@pytest.mark.parametrize("sends", [1, 2], ids=["new", "sent again"])
def test_a_batch_of_any_size_takes_as_many_statements_as_one_mark(
    app: Flask, make: Make, statements: Statements, sends: int
) -> None:
    counted = {}
    for size in (1, 20, 200):
        sheet = running(make, people=size)
        batch = [mark(registration_id) for registration_id in sheet.registration_ids]
        for _ in range(sends - 1):
            record(sheet, *batch)
        with statements() as sent:
            record(sheet, *batch)
        counted[size] = len(sent)

    expected = 5 if sends == 1 else 4
    assert counted == {1: expected, 20: expected, 200: expected}


def test_take_back_puts_people_where_they_stood_before_one_save(app: Flask, make: Make) -> None:
    sheet = running(make, people=3)
    ada, ben, cleo = sheet.registration_ids
    record(
        sheet,
        mark(ada, LATE),
        mark(cleo, nonce="save.3.present"),
        actor_id=_staff(make),
        scope=Scope.ALL,
    )
    record(sheet, mark(ada, nonce="save.1.present"), mark(ben, nonce="save.2.present"))

    recorded = _take_back(sheet, "save")

    assert outcomes(recorded) == ["saved", "saved"]
    assert current() == {ada: LATE, ben: CLEARED, cleo: PRESENT}
    assert len(history()) == 6


def test_take_back_leaves_whoever_was_marked_again_since(app: Flask, make: Make) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, nonce="save.1.present"))
    record(sheet, mark(ada, ABSENT), actor_id=_staff(make), scope=Scope.ALL)

    recorded = _take_back(sheet, "save")

    assert recorded.results == ()
    assert current() == {ada: ABSENT}


def test_take_back_twice_takes_back_once(app: Flask, make: Make) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, LATE))
    record(sheet, mark(ada, nonce="save.1.present"))

    answers = [outcomes(_take_back(sheet, "save")) for _ in range(2)]

    assert answers == [["saved"], []]
    assert current() == {ada: LATE}


def test_taking_back_a_mark_restores_what_stood_before_it_step_by_step(
    app: Flask, make: Make
) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, ABSENT))
    record(sheet, mark(ada, PRESENT, nonce="page.1"))
    record(sheet, mark(ada, LATE, nonce="page.2"))

    stood = []
    for wish in (_wish(ada, "page.2", nonce="page.3"), _wish(ada, "page.1", nonce="page.4")):
        assert outcomes(record(sheet, wish)) == ["saved"]
        stood.append(current()[ada])

    assert stood == [PRESENT, ABSENT]


def test_taking_back_a_mark_a_second_time_is_told_from_the_first(app: Flask, make: Make) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, nonce="page.1"))

    answers = [outcomes(record(sheet, _wish(ada, "page.1", nonce="page.2"))) for _ in range(2)]

    assert answers == [["saved"], ["already"]]
    assert history() == [(ada, PRESENT), (ada, CLEARED)]


def test_a_mark_of_another_page_or_person_is_not_taken_back(app: Flask, make: Make) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    staff = _staff(make)
    record(sheet, mark(ada, nonce="page.1"))
    record(sheet, mark(ada, ABSENT, nonce="other-tab.1"))
    record(sheet, mark(ben, LATE, nonce="page.2"), actor_id=staff, scope=Scope.ALL)

    recorded = record(
        sheet,
        _wish(ada, "page.1", nonce="page.3"),
        _wish(ben, "page.2", nonce="page.4"),
        _wish(ben, "never-seen", nonce="page.5"),
    )

    assert outcomes(recorded) == ["kept", "kept", "kept"]
    assert [one.current for one in recorded.results] == [ABSENT, LATE, LATE]
    assert current() == {ada: ABSENT, ben: LATE}


def test_what_has_a_condition_leaves_whom_the_batch_marked_before_it(
    app: Flask, make: Make
) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    record(sheet, mark(ben, PRESENT, nonce="page.1"))

    recorded = record(
        sheet,
        mark(ada, ABSENT),
        mark(ada, PRESENT, only_if_unmarked=True),
        mark(ben, LATE, nonce="page.2"),
        _wish(ben, "page.1", nonce="page.3"),
    )

    assert outcomes(recorded) == ["saved", "kept", "saved", "kept"]
    assert current() == {ada: ABSENT, ben: LATE}


def _wish(registration_id: int, takes_back: str, *, nonce: str) -> TakeBack:
    return TakeBack(registration_id=registration_id, takes_back=takes_back, nonce=nonce)


def _staff(make: Make) -> int:
    return make.coordinator().person_id


def _take_back(sheet: Running, save: str) -> Recorded:
    with transaction():
        return service.take_back(
            sheet.meeting_id,
            save,
            actor_id=sheet.trainer.person_id,
            scope=Scope.OWN_SESSIONS,
            now=NOW,
        )
