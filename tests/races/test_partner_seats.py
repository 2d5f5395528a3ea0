"""Codes and reserved seats, raced by processes on both engines; the count has a twin that fails."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.races import acts
from tests.races.contenders import Act, Call, Contenders
from tests.races.test_seats import ROUNDS, confirmed
from tests.times import DAY, NOW, wall
from training.checks.service import audit
from training.db import db, transaction
from training.notifications.models import Message
from training.registrations import messages, seats
from training.registrations.models import Registration
from training.sessions.models import TrainingSession
from training.sessions.values import SeatRules

pytestmark = pytest.mark.xdist_group("races")

MOST = 3
CONTENDERS = 16


def by_code(act: Act, session_id: int, code: str) -> list[Call]:
    return [
        (act, (session_id, f"ada{n}.{session_id}@example.org", code)) for n in range(CONTENDERS)
    ]


def test_no_more_come_by_a_code_than_may(app: Flask, make: Make, contenders: Contenders) -> None:
    """However many there are at once; there are seats for everybody."""
    _row, code = make.made_code(make.organization(), most=MOST)
    for _ in range(ROUNDS or 5):
        session_id = make.training_session(capacity=None).id

        answers = contenders.race(app, by_code(acts.register_by_code, session_id, code))

        assert Counter(answers) == {"ok": MOST, "code-spent": CONTENDERS - MOST}
        assert confirmed(session_id) == MOST
    assert audit(now=NOW) == []


def test_teeth_without_the_lock_more_come_by_a_code_than_may(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """Else the race above would prove nothing."""
    _row, code = make.made_code(make.organization(), most=MOST)
    most = 0
    for _ in range(ROUNDS or 3):
        session_id = make.training_session(capacity=None).id
        contenders.race(app, by_code(acts.register_by_code_without_lock, session_id, code))
        most = max(most, confirmed(session_id))

    assert most > MOST


def test_workers_that_give_up_unnamed_seats_at_once_do_so_once(
    app: Flask, make: Make, contenders: Contenders
) -> None:
    """Each seat is given up once, each organization is told once, the reminder goes out once."""
    deadline = NOW.replace(second=0) + timedelta(hours=2)
    organizations = [make.organization() for _ in range(2)]
    session_id = make.training_session(capacity=6, starts_at=NOW + 3 * DAY, now=NOW - 4 * DAY).id
    with transaction():
        rules = SeatRules(naming_ends=wall(deadline))
        seats.change_rules(session_id, rules, actor_id=None, now=NOW - 3 * DAY)
    for organization in organizations:
        session = db.session.get_one(TrainingSession, session_id)
        make.reserved(session, organization, 3, now=NOW - 3 * DAY)
    waiting = make.registration(db.session.get_one(TrainingSession, session_id), name="Waits")
    waiting_id = waiting.id

    before = contenders.race(app, [(acts.settle_all, (NOW,))] * 8)
    after = contenders.race(app, [(acts.settle_all, (deadline,))] * 8)

    assert set(before + after) == {"ok"}
    kinds = Counter(db.session.scalars(sa.select(Message.kind).order_by(Message.id)))
    assert kinds[messages.UNNAMED_SOON] == kinds[messages.UNNAMED_RELEASED] == 2
    found = db.session.execute(
        sa.select(Registration.status, Registration.cancelled_because).where(
            Registration.training_session_id == session_id
        )
    )
    statuses = Counter((row.status, row.cancelled_because) for row in found)
    assert statuses == {("cancelled", "unnamed"): 6, ("confirmed", None): 1}
    assert db.session.get_one(Registration, waiting_id).status == "confirmed"
    assert audit(now=deadline) == []


def test_of_all_who_name_one_seat_one_does(app: Flask, make: Make, contenders: Contenders) -> None:
    ours = make.organization()
    actor_id, ours_id = make.representative(ours).person_id, ours.id
    session_id = make.training_session(capacity=1).id
    session = db.session.get_one(TrainingSession, session_id)
    [reserved] = make.reserved(session, ours, by=actor_id)
    reserved_id = reserved.id

    answers = contenders.race(
        app,
        [(acts.name_seat, (reserved_id, f"ada{n}", ours_id, actor_id)) for n in range(8)],
    )

    assert Counter(answers) == {"ok": 1, "seat-named": 7}
    assert confirmed(session_id) == 1
    assert audit(now=NOW) == []
