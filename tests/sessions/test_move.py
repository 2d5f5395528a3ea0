"""Who is affected, before a session is moved or called off."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, HOUR, NOW, wall
from training.db import db
from training.notifications.models import Message
from training.sessions.models import TrainingSession

Counted = Callable[[], AbstractContextManager[list[str]]]
NOON = (NOW + 3 * DAY).replace(hour=12, minute=0, second=0)
NEXT_DAY = wall(NOON + DAY).date().isoformat()


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


@pytest.fixture
def session(make: Make) -> TrainingSession:
    """Two have a seat, one waits; one of them is elsewhere a day later."""
    aid = make.organization("Aid")
    made = make.training_session(
        title="Basics",
        capacity=2,
        meetings=(make.meeting_plan(NOON, hours=1, venue="Campus", room="2"),),
    )
    busy = make.participant("Busy Bea")
    make.outcome(made, make.claimed(busy, aid), make.participant("Free Finn"))
    make.outcome(made, make.participant("Late Lou"))
    tomorrow = make.training_session(title="Tomorrow", meetings=(make.meeting_plan(NOON + DAY),))
    make.outcome(tomorrow, replace(busy))
    return made


def _edit(session: TrainingSession) -> str:
    return f"/staff/sessions/{session.id}/edit"


def _stored(session: TrainingSession) -> TrainingSession:
    return db.session.get_one(TrainingSession, session.id, populate_existing=True)


def _messages() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Message)) or 0


def test_a_move_shows_whom_it_affects_before_it_is_done(
    staff: IsolatedClient, session: TrainingSession
) -> None:
    messages = _messages()

    asked = staff.fill(_edit(session), {"meetings-0-day": NEXT_DAY, "description": "a\r\nb"})
    page = Page(asked.text)
    untouched = _stored(session).starts_at
    moved = staff.post(_edit(session), data=values_of(page.form()))

    text = page.text()
    buttons = [" ".join("".join(one.itertext()).split()) for one in page.form().iter("button")]
    tables = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in page.root.findall(".//tbody/tr")
    ]
    assert asked.status_code == 200
    assert untouched == session.starts_at
    assert buttons == ["Move session; 2 people keep their seats", "Change something"]
    assert "2, Campus" in tables[0][0]
    assert tables[0][0] != tables[0][1]
    assert [row[1:] for row in tables[1:]] == [["1", "0"], ["1", "1"]]
    assert tables[2][0] == "None"
    assert "1 person has another session at the new time Busy Bea Tomorrow" in text
    assert "3 names Busy Bea, Aid" in text
    assert "Late Lou (waits)" in text
    assert "Nobody is mailed: tell them yourself." in text
    assert moved.status_code == 303
    stored = _stored(session)
    assert stored.starts_at == NOON + DAY
    assert (stored.confirmed_count, stored.waitlisted_count) == (2, 1)
    assert stored.description == "a\nb"
    assert _messages() == messages


def test_what_was_typed_is_carried_back_to_the_form(
    staff: IsolatedClient, session: TrainingSession
) -> None:
    asked = staff.fill(_edit(session), {"meetings-0-room": "9", "description": "Kept\r\n\r\nso"})
    carried = values_of(Page(asked.text).form())

    back = staff.post(_edit(session), data=carried | {"back": "1"})
    again = staff.post(_edit(session), data=values_of(Page(back.text).form()))

    values = values_of(Page(back.text).form())
    assert (asked.status_code, back.status_code, again.status_code) == (200, 200, 200)
    assert values["meetings-0-room"] == ["9"]
    assert values["description"][0].split() == ["Kept", "so"]
    assert "Move this session?" in again.text
    assert _stored(session).revision == session.revision


def test_another_move_than_the_one_that_was_shown_is_asked_anew(
    staff: IsolatedClient, session: TrainingSession
) -> None:
    carried = values_of(Page(staff.fill(_edit(session), {"meetings-0-day": NEXT_DAY}).text).form())

    other = staff.post(_edit(session), data=carried | {"meetings-0-venue": "Elsewhere"})
    moved = staff.post(_edit(session), data=values_of(Page(other.text).form()))

    assert (other.status_code, moved.status_code) == (200, 303)
    assert "Elsewhere" in other.text
    assert _stored(session).starts_at == NOON + DAY


def test_a_move_that_somebody_else_was_faster_with_is_refused(
    staff: IsolatedClient, session: TrainingSession
) -> None:
    """SEAT-21: between the page that asks and its answer."""
    carried = values_of(Page(staff.fill(_edit(session), {"meetings-0-day": NEXT_DAY}).text).form())
    staff.fill(_edit(session), {"title": "Renamed"})

    refused = staff.post(_edit(session), data=carried)
    asked = staff.post(_edit(session), data=values_of(Page(refused.text).form()))

    assert refused.status_code == 409
    assert "Title Renamed Basics" in Page(refused.text).text()
    assert asked.status_code == 200
    assert _stored(session).starts_at == session.starts_at


def test_a_trainer_who_clashes_at_the_new_time_is_named_on_that_page(
    staff: IsolatedClient, make: Make, session: TrainingSession
) -> None:
    asha = make.trainer(name="Asha")
    staff.fill(_edit(session), {"trainer_ids": [str(asha.person_id)]})
    make.training_session(
        title="Theirs",
        trainer_ids=(asha.person_id,),
        meetings=(make.meeting_plan(NOON + DAY + HOUR / 2),),
    )

    asked = staff.fill(_edit(session), {"meetings-0-day": NEXT_DAY})
    typed = values_of(Page(asked.text).form())
    unreasoned = staff.post(_edit(session), data=typed)
    moved = staff.post(_edit(session), data=typed | {"clash_reason": "Bo comes for her"})

    assert "Asha" in asked.text
    assert "Theirs" in asked.text
    assert unreasoned.status_code == 422
    assert "Say why this is saved although it clashes." in unreasoned.text
    assert moved.status_code == 303


def test_only_another_time_or_place_is_a_move(
    staff: IsolatedClient, session: TrainingSession
) -> None:
    cases: list[tuple[dict[str, str], int]] = [
        ({"delivery": "hybrid"}, 200),
        ({"timezone": "Europe/Berlin"}, 200),
        ({"meetings-0-venue": "Elsewhere", "meetings-0-room": ""}, 200),
        ({"meetings-0-end": "23:59"}, 200),
        ({"title": "Other words"}, 303),
        ({"meetings-0-join_url": "https://meet.example.org"}, 303),
    ]

    answers = [(fields, staff.fill(_edit(session), fields).status_code) for fields, _ in cases]

    assert answers == cases
    assert _stored(session).title == "Other words"


def test_nobody_is_asked_where_nobody_is_registered(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(meetings=(make.meeting_plan(NOON),))

    response = staff.fill(_edit(session), {"meetings-0-day": NEXT_DAY})

    assert response.status_code == 303
    assert _stored(session).starts_at == NOON + DAY


def test_calling_off_shows_who_is_affected(
    staff: IsolatedClient, session: TrainingSession, statements: Counted
) -> None:
    with statements() as sent:
        page = staff.page(f"/staff/sessions/{session.id}/cancel")

    text = page.text()
    assert "By organization" in text
    assert "3 names Busy Bea, Aid" in text
    assert "another session" not in text
    assert len(sent) <= 8


def test_the_page_of_a_move_takes_the_same_statements_for_many(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    counted = []
    for people in (1, 6):
        session = make.training_session(meetings=(make.meeting_plan(NOON + timedelta(people)),))
        make.outcome(session, *(make.participant() for _ in range(people)))
        values = values_of(staff.page(_edit(session)).form())
        with statements() as sent:
            asked = staff.post(_edit(session), data=values | {"meetings-0-end": "23:59"})
        assert "Move this session?" in asked.text
        counted.append(len(sent))

    assert counted[0] == counted[1]
    assert counted[0] <= 22  # it tries the change, and takes it back
