"""Who said what about whom: kept for ever, shown, and flagged where two disagree; both engines."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.attendance.posting import body_of, item, open_sheet
from tests.attendance.sheets import (
    ABSENT,
    CLEARED,
    LATE,
    OF_EACH_PAGE,
    PRESENT,
    Running,
    Statements,
    current,
    history,
    mark,
    record,
    running,
)
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, NOW
from training.accounts.policy import Scope
from training.attendance import queries
from training.attendance.models import AttendanceMark
from training.attendance.values import AttendanceStatus
from training.db import db, transaction

MINUTE = timedelta(minutes=1)


def of_two(make: Make, **fields: Any) -> tuple[Running, int]:
    """Make the meeting of two trainers; returns it, whose trainer is Tom, and Asha's id."""
    tom, asha = make.trainer(name="Tom"), make.trainer(name="Asha")
    people = (tom.person_id, asha.person_id)
    return running(make, trainer=tom, trainer_ids=people, **fields), asha.person_id


def marks_path(registration_id: int) -> str:
    return f"/trainer/registrations/{registration_id}/marks"


def test_att_01_two_trainers_agree_one_mark_counts_and_both_are_kept(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-01: both say "present"."""
    sheet, asha = of_two(make, people=1)
    ada = sheet.registration_ids[0]

    record(sheet, mark(ada, nonce="of-tom-01"))
    record(sheet, mark(ada, nonce="of-asha-1"), actor_id=asha)

    assert current() == {ada: PRESENT}
    assert history() == [(ada, PRESENT), (ada, PRESENT)]
    assert queries.disagreements(sheet.meeting_id) == []


def test_att_01_two_trainers_disagree_the_newest_counts_and_everybody_sees_it(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-01: "present", then "absent": flagged on the sheet, in the list, to staff."""
    sheet, asha = of_two(make, people=2)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, PRESENT))
    record(sheet, mark(ada, ABSENT), actor_id=asha)

    seen = []
    for account in (sheet.trainer, make.coordinator()):
        client.sign_in(account)
        seen.append((client.page(sheet.path).text(), client.page("/trainer/").text()))

    assert current() == {ada: ABSENT}
    for on_sheet, in_list in seen:
        assert "1 person is marked in two ways" in on_sheet
        assert "Asha said “Absent”, Tom said “Present”. The newest counts." in on_sheet
        assert "1 person marked in two ways" in in_list


#: Who says what, one after another → whether it is flagged in the end.
SAID: dict[str, tuple[list[tuple[str, AttendanceStatus]], bool]] = {
    "they disagree": ([("tom", PRESENT), ("asha", ABSENT)], True),
    "they agree": ([("tom", PRESENT), ("asha", PRESENT)], False),
    "one thinks again": ([("tom", PRESENT), ("tom", ABSENT)], False),
    "still another word": ([("tom", PRESENT), ("asha", ABSENT), ("asha", LATE)], True),
    "one gives way": ([("tom", PRESENT), ("asha", ABSENT), ("asha", PRESENT)], False),
    "the other gives way": ([("tom", PRESENT), ("asha", ABSENT), ("tom", ABSENT)], False),
    "agree, then not": ([("tom", PRESENT), ("asha", PRESENT), ("asha", ABSENT)], True),
    "taken back before": ([("tom", PRESENT), ("tom", CLEARED), ("asha", ABSENT)], False),
    "taken back by the other": ([("tom", PRESENT), ("asha", CLEARED)], False),
    "staff decide": ([("tom", PRESENT), ("asha", ABSENT), ("staff", PRESENT)], False),
}


def test_att_01_a_disagreement_lasts_until_one_gives_way_or_staff_decide(
    app: Flask, make: Make
) -> None:
    """ATT-01."""
    sheet, asha = of_two(make, people=len(SAID))
    who = {"tom": sheet.trainer.person_id, "asha": asha, "staff": make.coordinator().person_id}

    for registration_id, (said, _is_flagged) in zip(
        sheet.registration_ids, SAID.values(), strict=True
    ):
        for number, (name, status) in enumerate(said):
            record(
                sheet,
                mark(registration_id, status, nonce=f"nonce-{registration_id}-{number}"),
                actor_id=who[name],
                scope=Scope.ALL if name == "staff" else Scope.OWN_SESSIONS,
            )

    flagged = {one.registration_id for one in queries.disagreements(sheet.meeting_id)}
    assert {
        case: registration_id in flagged
        for case, registration_id in zip(SAID, sheet.registration_ids, strict=True)
    } == {case: is_flagged for case, (_said, is_flagged) in SAID.items()}
    assert len(history()) == sum(len(said) for said, _is_flagged in SAID.values())


def test_the_history_of_a_mark_says_who_what_when_and_from_where(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet, asha = of_two(make, people=1)
    ada = sheet.registration_ids[0]
    staff = make.coordinator(name="Cora")
    kept = NOW - 30 * MINUTE
    record(sheet, mark(ada, LATE, claimed_at=kept, nonce="nonce-001"), sent_at=NOW)
    record(sheet, mark(ada, CLEARED, nonce="nonce-002"), actor_id=asha)
    record(sheet, mark(ada, PRESENT, nonce="nonce-003"), actor_id=asha)
    record(sheet, mark(ada, ABSENT, nonce="nonce-004"), actor_id=staff.person_id, scope=Scope.ALL)
    client.sign_in(sheet.trainer)

    page = client.page(marks_path(ada))

    rows = [" ".join(" ".join(row.itertext()).split()) for row in page.root.iter("tr")][1:]
    expected = [
        "Absent Cora Corrected by staff",
        "Present Asha Attendance sheet",
        "Taken back Asha Attendance sheet",
        "Late Tom Attendance sheet",
    ]
    assert [row[: len(words)] for row, words in zip(rows, expected, strict=True)] == expected
    assert "kept until there was a connection" in rows[3]
    assert "Clock is wrong" not in page.text()


CLOCKS = (NOW + 365 * DAY, NOW - DAY, datetime(1970, 1, 1, tzinfo=UTC))


def test_att_05_a_mark_by_a_wrong_clock_is_kept_at_our_time_and_flagged(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-05: a year ahead, a day behind, 1970; whether or not the phone says what it shows."""
    sheet = running(make, people=2 * len(CLOCKS))
    token = open_sheet(client, sheet)
    wrong = dict(zip(sheet.registration_ids, 2 * CLOCKS, strict=True))
    bodies: list[dict[str, Any]] = [
        {"marks": [{**item(registration_id), "claimed_at": clock.isoformat()}]}
        for registration_id, clock in wrong.items()
    ]
    for body in bodies[: len(CLOCKS)]:
        body["sent_at"] = body["marks"][0]["claimed_at"]

    results = [
        body_of(client.post(sheet.marks_path, json=one, headers={"X-CSRFToken": token}))["results"]
        for one in bodies
    ]

    stored = db.session.scalars(sa.select(AttendanceMark)).all()
    assert [one["result"] for [one] in results] == ["saved"] * len(wrong)
    assert {one.registration_id: one.claimed_at for one in stored} == wrong
    assert all(timedelta() <= one.recorded_at - NOW < timedelta(minutes=30) for one in stored)
    for registration_id, clock in wrong.items():
        text = client.page(marks_path(registration_id)).text()
        assert "Clock is wrong" in text
        assert f"{clock.year}" in text


def test_att_05_a_mark_that_was_kept_offline_by_a_right_clock_is_not_flagged(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-05."""
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    record(sheet, mark(ada, claimed_at=NOW - 3 * 60 * MINUTE), sent_at=NOW)
    client.sign_in(sheet.trainer)

    text = client.page(marks_path(ada)).text()

    assert "Clock is wrong" not in text
    assert "kept until there was a connection" in text


def test_att_10_the_history_of_anothers_people_is_missing(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-10."""
    sheet, neighbour = running(make, people=1), running(make)
    client.sign_in(neighbour.trainer)

    theirs = client.get(marks_path(sheet.registration_ids[0]))
    missing = client.get(marks_path(999_999))

    assert (theirs.status_code, theirs.data) == (404, missing.data)


def test_the_history_of_20_marks_takes_as_many_statements_as_of_one(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    counted = []
    for marks in (1, 20):
        sheet = running(make, people=1)
        ada = sheet.registration_ids[0]
        record(sheet, *(mark(ada, nonce=f"{ada}-nonce-{n:03}") for n in range(marks)))
        client.sign_in(sheet.trainer)
        with statements() as sent:
            client.page(marks_path(ada))
        counted.append(len(sent))

    assert counted == [OF_EACH_PAGE + 3] * 2


@pytest.mark.parametrize("act", ["change", "delete"])
def test_a_mark_can_be_neither_changed_nor_deleted(app: Flask, make: Make, act: str) -> None:
    sheet = running(make, people=1)
    record(sheet, mark(sheet.registration_ids[0]))

    def tamper() -> None:
        with transaction():
            stored = db.session.scalars(sa.select(AttendanceMark)).one()
            if act == "delete":
                db.session.delete(stored)
            else:
                stored.status = ABSENT

    with pytest.raises(RuntimeError, match="evidence"):
        tamper()

    assert [status for _id, status in history()] == [PRESENT]


def test_marking_changing_and_taking_back_only_ever_add_marks(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    """I10: read from what is really sent to the database."""
    sheet, _asha = of_two(make, people=2)
    ada, ben = sheet.registration_ids
    token = open_sheet(client, sheet)
    batches = [
        [item(ada, nonce="page.001"), item(ben, nonce="page.002")],
        [item(ada, "absent", nonce="page.003")],
        [{"registration": ada, "takes_back": "page.003", "nonce": "page.004"}],
        [item(ben, "cleared", nonce="page.005")],
    ]
    grown = []

    with statements() as sent:
        for batch in batches:
            client.post(sheet.marks_path, json={"marks": batch}, headers={"X-CSRFToken": token})
            grown.append(history())

    changing = [one for one in sent if one.upper().startswith(("UPDATE", "DELETE"))]
    assert [one for one in changing if "attendance" in one] == []
    assert [len(one) for one in grown] == [2, 3, 4, 5]
    for before, after in pairwise(grown):
        assert after[: len(before)] == before
