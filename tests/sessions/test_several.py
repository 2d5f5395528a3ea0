"""One thing done to several sessions: first what it means to each, then the act itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW, TOMORROW, wall
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.notifications.models import Message
from training.sessions import service
from training.sessions.models import Assignment, Meeting, TrainingSession
from training.sessions.queries import get_session
from training.sessions.rules.several import SeveralAct, Wanted
from training.sessions.service.several import do_to_several
from training.sessions.values import SessionStatus
from training.sessions.views import several as several_views

SEVERAL = "/staff/schedule/several"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(email="mina@example.org"))
    return client


class Made(NamedTuple):
    """A session as it was when a test began."""

    id: int
    starts_at: datetime
    revision: int


def _made(make: Make, **fields: Any) -> Made:
    one = make.training_session(**fields)
    return Made(one.id, one.starts_at, one.revision)


def _rows(page: Page) -> dict[str, str]:
    """Return what the page says happens to each session."""
    return {
        "".join(row.findall("th/a")[0].itertext()): " ".join("".join(row[2].itertext()).split())
        for row in page.root.findall(".//tbody/tr")
    }


def _asked(staff: IsolatedClient, act: str, *ids: int, **more: object) -> Page:
    staff_page = staff.get(SEVERAL, query_string={"act": act, "session": list(ids), **more})
    assert staff_page.status_code == 200, staff_page.text
    return Page(staff_page.text)


def _sent(staff: IsolatedClient, page: Page) -> TestResponse:
    return staff.post(SEVERAL, data=values_of(page.form("/several")))


def _stored(id_: int) -> TrainingSession:
    return db.session.get_one(TrainingSession, id_, populate_existing=True)


def _button(page: Page) -> str:
    [button] = page.form("/several").findall(".//button")
    return "".join(button.itertext())


def _messages(kind: str) -> int:
    return db.session.scalar(sa.select(sa.func.count()).where(Message.kind == kind)) or 0


def test_sessions_move_by_days_and_what_stands_in_the_way_is_left_out(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha", email="asha@example.org")
    free = _made(make, title="Free", starts_at=TOMORROW)
    draft = _made(make, title="Draft", starts_at=TOMORROW, status=SessionStatus.DRAFT)
    over = _made(make, title="Over", starts_at=NOW - 3 * DAY)
    off = _made(make, title="Off", starts_at=TOMORROW, status=SessionStatus.CANCELLED)
    busy = _made(make, title="Busy", starts_at=TOMORROW, trainer_ids=(asha.person_id,))
    _made(make, title="Next week", starts_at=TOMORROW + 7 * DAY, trainer_ids=(asha.person_id,))
    # In Paris the clocks jump over 02:30 that night.
    spring = datetime(2027, 3, 27, 1, 30, tzinfo=UTC)
    gap = _made(
        make,
        title="Gap",
        timezone="Europe/Paris",
        meetings=(make.meeting_plan(spring, 1, "Europe/Paris"),),
    )
    make.outcome(_stored(free.id), make.participant(), make.participant())
    ids = [one.id for one in (free, draft, over, off, busy, gap)]

    page = _asked(staff, "move", *ids)
    rows = _rows(page)
    answer = _sent(staff, page)
    done = staff.page(answer.headers["Location"]).text()

    assert answer.status_code == 303
    assert rows["Over"] == "Left out. This session is over."
    assert rows["Off"] == "Left out. This session is cancelled."
    assert rows["Busy"].startswith("Left out. It would clash: a trainer or a room is wanted")
    assert rows["Busy"].endswith("(Nairobi): Asha")
    assert rows["Free"].startswith("From now on: ")
    assert rows["Free"].endswith("2 people have a seat or wait.")
    assert rows["Gap"].startswith("From now on: ")
    assert _button(page) == "Move 3 sessions"
    assert "Done: 3 sessions were changed." in done
    assert "3 sessions were left out" in done
    moved = {
        one: _stored(one.id).starts_at - one.starts_at for one in (free, draft, over, off, busy)
    }
    assert list(moved.values()) == [7 * DAY, 7 * DAY, 0 * DAY, 0 * DAY, 0 * DAY]
    assert _messages("registration.session_cancelled") == 0


def test_dst_a_time_that_the_clocks_skip_or_show_twice_is_left_out(
    staff: IsolatedClient, make: Make
) -> None:
    year = NOW.year + 1
    zone = "Europe/Paris"
    # The last Sundays of March and October.
    spring = max(
        d
        for d in (datetime(year, 3, n, 1, 30, tzinfo=UTC) for n in range(25, 32))
        if d.weekday() == 6
    )
    autumn = max(
        d
        for d in (datetime(year, 10, n, 0, 30, tzinfo=UTC) for n in range(25, 32))
        if d.weekday() == 6
    )
    sessions = [
        _made(
            make, title=title, timezone=zone, meetings=(make.meeting_plan(at - 7 * DAY, 1, zone),)
        )
        for title, at in (("Skipped", spring), ("Twice", autumn))
    ]
    elsewhere = _made(
        make,
        title="Noon",
        timezone=zone,
        meetings=(make.meeting_plan(spring - 7 * DAY + timedelta(hours=10), 1, zone),),
    )

    page = _asked(staff, "move", *(one.id for one in (*sessions, elsewhere)))
    answer = _sent(staff, page)

    rows = _rows(page)
    assert "the clocks in Europe/Paris go forward over 02:30" in rows["Skipped"]
    assert "the clocks in Europe/Paris show 02:30 twice" in rows["Twice"]
    assert answer.status_code == 303
    assert [_stored(one.id).starts_at for one in sessions] == [one.starts_at for one in sessions]
    # Half past twelve stays half past twelve, an hour earlier for the rest of the world.
    before, after = (
        wall(at, zone) for at in (elsewhere.starts_at, _stored(elsewhere.id).starts_at)
    )
    assert after - before == 7 * DAY
    assert _stored(elsewhere.id).starts_at - elsewhere.starts_at == 7 * DAY - timedelta(hours=1)


def test_cancelling_says_who_is_told_and_tells_them(staff: IsolatedClient, make: Make) -> None:
    full, empty = (_made(make, title=title, capacity=2) for title in ("Full", "Empty"))
    make.outcome(_stored(full.id), *(make.participant() for _ in range(3)))

    page = _asked(staff, "cancel", full.id, empty.id)
    answer = _sent(staff, page)

    assert _rows(page) == {
        "Full": "3 people are told by mail.",
        "Empty": "Nobody is registered, so nobody is told by mail.",
    }
    assert _button(page) == "Cancel 2 sessions"
    assert answer.status_code == 303
    assert [_stored(one.id).status for one in (full, empty)] == ["cancelled", "cancelled"]
    assert _messages("registration.session_cancelled") == 3


def test_drafts_are_published_and_what_is_public_is_left_out(
    staff: IsolatedClient, make: Make
) -> None:
    drafts = [_made(make, status=SessionStatus.DRAFT) for _ in range(2)]
    public = _made(make, title="Public")

    page = _asked(staff, "publish", *(one.id for one in (*drafts, public)))
    answer = _sent(staff, page)

    acts = db.session.scalars(
        sa.select(AuditEntry.subject_id)
        .where(AuditEntry.action == "session.publish", AuditEntry.actor_id.is_not(None))
        .order_by(AuditEntry.id)
    ).all()
    assert _rows(page)["Public"] == "Left out. This session is published already."
    assert answer.status_code == 303
    assert [_stored(one.id).status for one in drafts] == ["published", "published"]
    assert acts == [one.id for one in drafts]


def test_a_trainer_is_assigned_where_they_can_be_and_taken_off_again(
    staff: IsolatedClient, make: Make
) -> None:
    asha = make.trainer(name="Asha", email="asha@example.org")
    first, same_hour = (
        _made(make, title=title, starts_at=TOMORROW) for title in ("First", "Same hour")
    )
    hers = _made(make, title="Hers", starts_at=TOMORROW + DAY, trainer_ids=(asha.person_id,))
    ids = [one.id for one in (first, same_hour, hers)]

    asked = _asked(staff, "assign", *ids)
    page = _asked(staff, "assign", *ids, trainer=asha.person_id)
    answer = _sent(staff, page)
    trained = sorted(db.session.scalars(sa.select(Assignment.training_session_id)))
    off = _asked(staff, "unassign", *ids, trainer=asha.person_id)
    taken_off = _sent(staff, off)

    assert asked.root.findall(".//tbody/tr") == []
    assert "Show what happens" in asked.text()
    rows = _rows(page)
    assert rows["First"] == "They train it from now on."
    assert rows["Same hour"].startswith("Left out. It would clash")
    assert "“First”" in rows["Same hour"]
    assert rows["Hers"] == "Left out. They train it already."
    assert answer.status_code == 303
    assert trained == [first.id, hers.id]
    assert _rows(off)["Same hour"] == "Left out. They do not train it."
    assert taken_off.status_code == 303
    assert db.session.scalars(sa.select(Assignment.training_session_id)).all() == []


def test_what_changed_meanwhile_is_left_out_and_with_nothing_left_it_is_refused(
    staff: IsolatedClient, make: Make
) -> None:
    one, other = (_made(make, title=title, starts_at=TOMORROW) for title in ("One", "Other"))
    page = _asked(staff, "move", one.id, other.id)
    alone = _asked(staff, "move", one.id)
    plan = get_session(one.id, now=NOW).plan
    with transaction():
        service.revise(
            one.id, replace(plan, title="Once"), expected_revision=None, actor_id=None, now=NOW
        )

    answer = _sent(staff, page)
    done = staff.page(answer.headers["Location"]).text()
    refused = _sent(staff, alone)
    again = Page(refused.text)
    moved = _sent(staff, again)

    assert answer.status_code == 303
    assert "1 session was left out Once" in done
    assert "Somebody changed it after you looked." in done
    assert _stored(other.id).starts_at == TOMORROW + 7 * DAY
    assert refused.status_code == 409
    assert "Nothing was done" in again.text()
    assert moved.status_code == 303
    assert _stored(one.id).starts_at == TOMORROW + 7 * DAY


def test_what_differs_since_one_looked_is_shown(staff: IsolatedClient, make: Make) -> None:
    draft = _made(make, title="Draft", status=SessionStatus.DRAFT, starts_at=TOMORROW)
    page = _asked(staff, "publish", draft.id)
    with transaction():
        service.publish(draft.id, actor_id=None, now=NOW)

    refused = _sent(staff, page)

    text = Page(refused.text).text()
    assert refused.status_code == 409
    assert "Left out. This session is published already." in text
    [now] = [part for part in text.split(" · ") if part.startswith("Published")][:1]
    assert now.startswith("Published When you looked: ")
    assert "· Draft" in text


def test_a_second_click_changes_nothing_more(staff: IsolatedClient, make: Make) -> None:
    session = _made(make, starts_at=TOMORROW)
    page = _asked(staff, "move", session.id)

    first, second = _sent(staff, page), _sent(staff, page)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert _stored(session.id).starts_at == TOMORROW + 7 * DAY
    assert _stored(session.id).revision == session.revision + 1


def test_many_are_done_in_several_transactions_with_one_report(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several_views, "AT_ONCE", 2)
    asha = make.trainer(name="Asha", email="asha@example.org")
    # Each takes the hour that the next one leaves.
    sessions = [
        _made(
            make,
            title=f"Number {number}",
            starts_at=TOMORROW + 7 * number * DAY,
            trainer_ids=(asha.person_id,),
        )
        for number in range(5)
    ]
    page = _asked(staff, "move", *(one.id for one in sessions))

    answer = _sent(staff, page)
    done = staff.page(answer.headers["Location"]).text()

    assert _button(page) == "Move 5 sessions"
    assert "Done: 5 sessions were changed." in done
    assert [_stored(one.id).starts_at - one.starts_at for one in sessions] == [7 * DAY] * 5


def test_all_that_fit_the_filters_are_chosen_up_to_a_number(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        _made(make, title=f"Basics {number}", status=SessionStatus.DRAFT)
    _made(make, title="Else", status=SessionStatus.DRAFT)
    query = {"act": "publish", "all": "1", "q": "basics", "session": ["99"]}

    page = Page(staff.get(SEVERAL, query_string=query).text)
    monkeypatch.setattr(several_views, "MOST_AT_ONCE", 2)
    some = Page(staff.get(SEVERAL, query_string=query).text)

    assert sorted(_rows(page)) == ["Basics 0", "Basics 1", "Basics 2"]
    assert len(_rows(some)) == 2
    assert "More fit than can be changed at once: these are the first 2." in some.text()


def test_bad_input_is_refused_and_what_was_typed_is_shown_again(
    staff: IsolatedClient, make: Make
) -> None:
    session = _made(make, starts_at=TOMORROW)

    no_days = staff.get(SEVERAL, query_string={"act": "move", "session": session.id, "days": "0"})
    words = staff.get(SEVERAL, query_string={"act": "move", "session": session.id, "days": "x"})
    nobody = staff.get(
        SEVERAL, query_string={"act": "assign", "session": session.id, "trainer": "99"}
    )
    nothing = staff.get(SEVERAL, query_string={"act": "publish"})
    no_act = staff.get(SEVERAL)
    no_report = staff.get(f"{SEVERAL}/done?key=x")

    assert [one.status_code for one in (no_days, words, nobody)] == [422, 422, 422]
    assert "7 is a week later" in no_days.text
    assert 'value="x"' in words.text
    assert nothing.status_code == 200
    assert "No session is chosen" in nothing.text
    assert [one.headers["Location"] for one in (no_act, no_report)] == ["/staff/schedule/"] * 2


def test_a_move_that_does_not_say_by_how_many_days_moves_nothing(
    staff: IsolatedClient, make: Make
) -> None:
    session = _made(make, starts_at=TOMORROW)
    page = _asked(staff, "move", session.id)
    values = values_of(page.form("/several"))
    del values["days"]

    sent = staff.post(SEVERAL, data=values)

    assert sent.status_code == 422
    assert "7 is a week later" in sent.text
    assert _stored(session.id).starts_at == TOMORROW


def test_a_session_that_never_was_is_left_out(make: Make) -> None:
    session = _made(make, starts_at=TOMORROW)
    actor_id = make.coordinator().person_id
    shown = {session.id: session.revision, 999: 0}

    with transaction():
        done = do_to_several(shown, Wanted(act=SeveralAct.CANCEL), actor_id=actor_id, now=NOW)

    assert (done.ids, list(done.left_out)) == ((session.id,), [999])


def test_the_preview_takes_the_same_statements_for_one_and_for_many(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    ids: list[int] = []
    counted = []
    for number in (1, 3, 12):
        while len(ids) < number:
            ids.append(_made(make, starts_at=TOMORROW + len(ids) * DAY).id)
        with statements() as sent:
            _asked(staff, "move", *ids)
        counted.append(len(sent))

    assert len(set(counted)) == 1


def test_looking_changes_nothing(staff: IsolatedClient, make: Make) -> None:
    session = _made(make, starts_at=TOMORROW)
    before = db.session.execute(sa.select(Meeting.starts_at, Meeting.revision)).all()

    _asked(staff, "cancel", session.id)
    refused = staff.post(SEVERAL, data={"act": "cancel", "session": f"{session.id}:1"})

    assert refused.status_code == 400
    assert _stored(session.id).status is SessionStatus.PUBLISHED
    assert db.session.execute(sa.select(Meeting.starts_at, Meeting.revision)).all() == before
