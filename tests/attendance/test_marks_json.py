"""Marks as JSON, as the sheet's script sends them, on both engines."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import HOST
from tests.attendance.posting import body_of, item, open_sheet, post, send
from tests.attendance.sheets import (
    ABSENT,
    PRESENT,
    Running,
    Statements,
    current,
    history,
    mark,
    meeting_of,
    record,
    running,
)
from tests.clients import IsolatedClient, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.accounts.models import SignIn
from training.attendance.models import AttendanceMark
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.sessions import service as sessions


def test_marks_answers_each_mark_and_counts(app: Flask, make: Make, client: IsolatedClient) -> None:
    sheet = running(make, people=3)
    ada, ben, _ = sheet.registration_ids
    record(sheet, mark(ada, nonce="nonce-000"))
    token = open_sheet(client, sheet)

    answer = post(
        client,
        sheet,
        token,
        [
            item(ada, nonce="nonce-000"),
            item(ben, "absent", nonce="nonce-001"),
            item(2**31 - 1, nonce="nonce-002"),
        ],
    )

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json == {
        "results": [
            {"nonce": "nonce-000", "result": "already", "current": "present"},
            {"nonce": "nonce-001", "result": "saved", "current": "absent"},
            {
                "nonce": "nonce-002",
                "result": "refused",
                "status": 409,
                "code": "no-seat",
                "reason": "This person holds no seat in this session.",
            },
        ],
        "marked": 2,
        "total": 3,
    }
    assert current() == {ada: PRESENT, ben: ABSENT}


def test_att_17_of_300_marks_one_malformed_is_refused_and_299_are_saved(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=300)
    token = open_sheet(client, sheet)
    batch = [item(registration_id) for registration_id in sheet.registration_ids]
    batch[150]["status"] = "attended"

    answer = post(client, sheet, token, batch)

    assert answer.status_code == 200
    assert [one["result"] for one in body_of(answer)["results"]].count("saved") == 299
    assert body_of(answer)["results"][150] == {
        "nonce": batch[150]["nonce"],
        "result": "refused",
        "status": 422,
        "code": "bad-mark",
        "reason": "This is not a mark that can be saved.",
    }
    assert len(current()) == 299


def test_att_17_more_than_500_marks_are_too_many(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1)
    ada = sheet.registration_ids[0]
    token = open_sheet(client, sheet)
    batch = [item(ada, nonce=f"nonce-{number:03}") for number in range(501)]

    too_many = post(client, sheet, token, batch)
    as_many_as_fit = post(client, sheet, token, batch[:500])

    assert (too_many.status_code, body_of(too_many)["code"]) == (413, "request-entity-too-large")
    assert as_many_as_fit.status_code == 200
    assert len(history()) == 500


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"status": "attended"}, id="no status"),
        pytest.param({"status": 99}, id="a number as status"),
        pytest.param({"status": ""}, id="an empty status"),
        pytest.param({"status": ["present"]}, id="a list as status"),
        pytest.param({"status": {"present": 1}}, id="an object as status"),
        pytest.param({"status": None}, id="null as status"),
        pytest.param({"status": "PRESENT"}, id="a status in other case"),
        pytest.param({"status": "present\x00"}, id="NUL in a status"),
        pytest.param({"registration": "1"}, id="a text as registration"),
        pytest.param({"registration": True}, id="true as registration"),
        pytest.param({"registration": 1.0}, id="a fraction as registration"),
        pytest.param({"registration": 0}, id="zero as registration"),
        pytest.param({"registration": 2**31}, id="a registration beyond all keys"),
        pytest.param({"nonce": "short"}, id="a short nonce"),
        pytest.param({"nonce": "n" * 65}, id="a long nonce"),
        pytest.param({"nonce": "nonce\x00nonce"}, id="NUL in a nonce"),
        pytest.param({"nonce": "nönce-nonce"}, id="a nonce of other letters"),
        pytest.param({"nonce": 12345678}, id="a number as nonce"),
        pytest.param({"only_if_unmarked": "true"}, id="a text as condition"),
        pytest.param({"only_if_unmarked": 1}, id="a number as condition"),
        pytest.param({"only_if_unmarked": None}, id="null as condition"),
        pytest.param({"takes_back": "nonce-000"}, id="a status and a mark to take back"),
        pytest.param({"takes_back": None}, id="null to take back"),
    ],
)
def test_att_09_a_mark_that_is_none_is_refused(
    app: Flask, make: Make, client: IsolatedClient, wrong: dict[str, Any]
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)

    answer = post(client, sheet, token, [{**item(sheet.registration_ids[0]), **wrong}])

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert body_of(answer)["code"] == "bad-mark"
    assert [one["result"] for one in body_of(answer)["results"]] == ["refused"]
    assert history() == []


@pytest.mark.parametrize("takes_back", [None, "short", 12345678, ["nonce-000"], True])
def test_what_takes_back_no_nonce_is_refused(
    app: Flask, make: Make, client: IsolatedClient, takes_back: object
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)
    wish = {"registration": sheet.registration_ids[0], "nonce": "page.001"}

    answer = post(client, sheet, token, [{**wish, "takes_back": takes_back}])

    assert (answer.status_code, body_of(answer)["code"]) == (422, "bad-mark")


def test_a_mark_for_the_unmarked_is_not_taken_and_undoing_leaves_the_newer_mark(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=2)
    ada, ben = sheet.registration_ids
    token = open_sheet(client, sheet)
    record(sheet, mark(ada, ABSENT))

    marked = post(
        client,
        sheet,
        token,
        [
            item(ada, nonce="page.001", only_if_unmarked=True),
            item(ben, nonce="page.002", only_if_unmarked=True),
        ],
    )
    undone = post(
        client,
        sheet,
        token,
        [
            {"registration": ada, "takes_back": "page.001", "nonce": "page.003"},
            {"registration": ben, "takes_back": "page.002", "nonce": "page.004"},
        ],
    )

    assert body_of(marked)["results"] == [
        {"nonce": "page.001", "result": "kept", "current": "absent"},
        {"nonce": "page.002", "result": "saved", "current": "present"},
    ]
    assert body_of(undone)["results"] == [
        {"nonce": "page.003", "result": "kept", "current": "absent"},
        {"nonce": "page.004", "result": "saved", "current": "cleared"},
    ]
    assert (body_of(undone)["marked"], current()[ada]) == (1, ABSENT)


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        pytest.param("1970-01-01T00:00:00.000Z", datetime(1970, 1, 1, tzinfo=UTC), id="1970"),
        pytest.param((NOW + 365 * DAY).isoformat(), NOW + 365 * DAY, id="a year ahead"),
        pytest.param((NOW - DAY).isoformat(), NOW - DAY, id="a day behind"),
        pytest.param(
            "2026-05-12T14:00:00.123+03:00",
            datetime(2026, 5, 12, 11, 0, 0, 123_000, tzinfo=UTC),
            id="in a zone",
        ),
        pytest.param("2026-05-12T14:00:00", None, id="of no zone"),
        pytest.param("0001-01-01T00:00:00+14:00", None, id="before all time"),
        pytest.param("yesterday", None, id="a word"),
        pytest.param("\x00", None, id="NUL"),
        pytest.param(1_778_583_600_000, None, id="a number"),
        pytest.param(["2026"], None, id="a list"),
        pytest.param(None, None, id="null"),
    ],
)
def test_att_05_what_the_phones_clock_says_is_kept_as_claimed_and_decides_nothing(
    app: Flask, make: Make, client: IsolatedClient, claimed: object, kept: datetime | None
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)

    answer = post(
        client, sheet, token, [{**item(sheet.registration_ids[0]), "claimed_at": claimed}]
    )

    stored = db.session.scalars(sa.select(AttendanceMark)).one()
    assert answer.status_code == 200
    assert stored.claimed_at == kept
    assert timedelta() <= stored.recorded_at - NOW < timedelta(minutes=30)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"[" * 100_000, 400, id="100,000 brackets"),
        pytest.param(b'{"marks":' * 1_000, 400, id="deep objects"),
        pytest.param(b'{"marks": [NaN]}', 400, id="NaN"),
        pytest.param(b'{"marks": [1e999]}', 400, id="infinity"),
        pytest.param(b'{"marks": [], "marks": []}', 400, id="a key twice"),
        pytest.param(b'{"marks": [', 400, id="cut off"),
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b'{"marks": ["\\ud800"]}', 400, id="half a character"),
        pytest.param('{"marks": []}'.encode("utf-16"), 400, id="UTF-16"),
        pytest.param(b'{"marks": ["\xff"]}', 400, id="no UTF-8"),
        pytest.param(b"null", 422, id="null"),
        pytest.param(b"[]", 422, id="a list"),
        pytest.param(b'"marks"', 422, id="a text"),
        pytest.param(b"1", 422, id="a number"),
        pytest.param(b"{}", 422, id="an empty object"),
        pytest.param(b'{"marks": {}}', 422, id="an object of marks"),
        pytest.param(b'{"marks": [null, [], "x", 1]}', 422, id="no marks in the list"),
        pytest.param(b'{"marks": []}' + b" " * 300_000, 413, id="more than marks take"),
        pytest.param(b" " * 20_000_000, 413, id="20 MB"),
        pytest.param(b'\xef\xbb\xbf{"marks": []}', 200, id="a byte order mark"),
        pytest.param(b'{"marks": []}', 200, id="no marks"),
    ],
)
def test_inp_04_a_body_that_is_no_batch_is_refused_and_changes_nothing(
    app: Flask, make: Make, client: IsolatedClient, body: bytes, status: int
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)

    answer = send(client, sheet, token, body)

    assert answer.status_code == status
    assert answer.is_json
    assert history() == []
    assert db.session.scalars(sa.select(AuditEntry.id).where(_IS_MARKING)).all() == []


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_web_03_another_content_type_is_not_taken(
    app: Flask, make: Make, client: IsolatedClient, content_type: str
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)
    body = json.dumps({"marks": [item(sheet.registration_ids[0])]}).encode()

    answer = send(client, sheet, token, body, content_type=content_type)

    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")
    assert body_of(answer)["code"] == "unsupported-media-type"
    assert history() == []


def test_web_03_a_page_of_another_site_sends_no_marks_and_our_own_does(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """WEB-03: even one that somehow has the cookie and the token."""
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)
    batch = {"marks": [item(sheet.registration_ids[0])]}
    others = ("https://evil.example", "null", f"https://{HOST}", f"http://{HOST}:81", "")

    refused = [
        client.post(sheet.marks_path, json=batch, headers={"X-CSRFToken": token, "Origin": one})
        for one in others
    ]
    before = history()
    ours = client.post(
        sheet.marks_path, json=batch, headers={"X-CSRFToken": token, "Origin": f"http://{HOST}"}
    )

    assert [(one.status_code, one.mimetype) for one in refused] == [
        (403, "application/problem+json")
    ] * len(others)
    assert before == []
    assert ours.status_code == 200
    assert len(history()) == 1


def test_a_save_is_told_whom_others_marked_since(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    tom, asha = make.trainer(name="Tom"), make.trainer(name="Asha")
    sheet = running(make, people=4, trainer=tom, trainer_ids=(tom.person_id, asha.person_id))
    ada, ben, cleo, dan = sheet.registration_ids
    record(sheet, mark(ada))
    token = open_sheet(client, sheet)
    [form] = client.page(sheet.path).root.findall(".//form[@data-sheet]")
    seen = int(form.get("data-newest", ""))
    record(sheet, mark(ben, ABSENT), mark(cleo, ABSENT), actor_id=asha.person_id)

    bodies: list[dict[str, Any]] = [
        {"marks": [item(dan, nonce="page.001")], "seen": seen},
        {"marks": [], "seen": seen},
        {"marks": []},
        {"marks": [], "seen": True},
    ]
    told = [
        body_of(client.post(sheet.marks_path, json=body, headers={"X-CSRFToken": token}))
        for body in bodies
    ]

    newest = db.session.scalar(
        sa.select(sa.func.max(AttendanceMark.id)).where(
            AttendanceMark.recorded_by == asha.person_id
        )
    )
    others = [
        {"registration": ben, "current": "absent"},
        {"registration": cleo, "current": "absent"},
    ]
    assert [(one.get("others"), one.get("newest")) for one in told] == [
        (others, newest),
        (others, newest),
        (None, None),
        (None, None),
    ]
    again = client.post(
        sheet.marks_path, json={"marks": [], "seen": newest}, headers={"X-CSRFToken": token}
    )
    assert "others" not in body_of(again)


@pytest.mark.parametrize("token", ["", "wrong", "other"])
def test_web_01_marks_without_a_token_of_this_sign_in_are_refused(
    app: Flask, make: Make, client: IsolatedClient, token: str
) -> None:
    sheet, elsewhere = running(make, people=1), running(make)
    other = app.test_client()
    assert isinstance(other, IsolatedClient)
    of_another = open_sheet(other, elsewhere)
    open_sheet(client, sheet)

    answer = post(
        client,
        sheet,
        of_another if token == "other" else token,
        [item(sheet.registration_ids[0])],
    )

    assert answer.status_code == 400
    assert history() == []


def test_web_01_a_token_in_the_address_does_not_count(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)

    answer = client.post(
        f"{sheet.marks_path}?csrf_token={token}",
        json={"marks": [item(sheet.registration_ids[0])]},
    )

    assert answer.status_code == 400
    assert history() == []


def test_att_07_whoever_was_signed_out_meanwhile_is_told_so(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)
    with transaction():
        db.session.execute(sa.update(SignIn).values(ended_at=NOW))

    answer = post(client, sheet, token, [item(sheet.registration_ids[0])])

    assert (answer.status_code, body_of(answer)["code"]) == (401, "signed-out")
    assert history() == []


def test_att_10_marks_of_another_trainers_meeting_are_missing(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet, own = running(make, people=1), running(make)
    token = open_sheet(client, own)
    batch = [item(sheet.registration_ids[0])]

    theirs = post(client, sheet, token, batch)
    missing = client.post(
        "/trainer/meetings/999999/marks", json={"marks": batch}, headers={"X-CSRFToken": token}
    )
    at_own = post(client, own, token, batch)

    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert theirs.data == missing.data
    assert (at_own.status_code, body_of(at_own)["code"]) == (409, "no-seat")
    assert history() == []


def test_att_10_a_participant_posts_no_mark_of_their_own(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    """ATT-10: somebody with an account, who holds a seat in that very session."""
    trainer, ada = make.trainer(), make.account(email="ada@example.org")
    session = make.training_session(starts_at=NOW + HOUR, trainer_ids=(trainer.person_id,))
    own = make.registration(session, name="Ada", email="ada@example.org")
    sheet = Running(trainer, session.id, meeting_of(session.id), (own.id,))
    client.sign_in(ada)
    token = values_of(client.page("/trainer/").forms()[0])["csrf_token"][0]

    answers = [
        post(client, sheet, token, [item(own.id)]),
        client.post(sheet.path, data={"csrf_token": token, f"mark-{own.id}": "present"}),
        client.get(f"/trainer/registrations/{own.id}/marks"),
        client.get(sheet.path),
    ]

    assert own.person_id == ada.person_id
    assert [one.status_code for one in answers] == [404] * 4
    assert history() == []


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"null", "application/json", id="no batch"),
        pytest.param(b"[", "application/json", id="no JSON"),
        pytest.param(b" " * 300_000, "application/json", id="too large"),
        pytest.param(b"{}", "text/plain", id="another type"),
    ],
)
def test_att_10_what_is_wrong_is_told_to_the_meetings_own_trainer_only(
    app: Flask, make: Make, client: IsolatedClient, body: bytes, content_type: str
) -> None:
    sheet, own = running(make, people=1), running(make)
    token = open_sheet(client, own)

    answer = send(client, sheet, token, body, content_type=content_type)

    assert answer.status_code == 404


def test_marks_of_a_cancelled_meeting_are_refused_whole(
    app: Flask, make: Make, client: IsolatedClient
) -> None:
    sheet = running(make, people=1)
    token = open_sheet(client, sheet)
    with transaction():
        sessions.cancel(sheet.training_session_id, actor_id=None, now=NOW)

    answer = post(client, sheet, token, [item(sheet.registration_ids[0])])

    assert (answer.status_code, body_of(answer)["code"]) == (409, "meeting-cancelled")
    assert history() == []


def test_200_marks_take_as_many_statements_as_one(
    app: Flask, make: Make, client: IsolatedClient, statements: Statements
) -> None:
    counted = []
    for people in (1, 200):
        sheet = running(make, people=people)
        token = open_sheet(client, sheet)
        batch = [item(registration_id) for registration_id in sheet.registration_ids]
        with statements() as sent:
            answer = client.post(
                sheet.marks_path,
                json={"marks": batch, "seen": 0},
                headers={"X-CSRFToken": token},
            )
        assert [one["result"] for one in body_of(answer)["results"]] == ["saved"] * people
        counted.append(len(sent))

    # The first finds who asks, the last whom others marked.
    assert counted == [1 + 5 + 1, 1 + 5 + 1]


_IS_MARKING = AuditEntry.action == "attendance.mark"
