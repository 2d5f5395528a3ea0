"""The rules for a session's seats as staff set them, and whether it takes place."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.registrations.filling import errors, main_of, typed
from tests.times import DAY, HOUR, NAIROBI, NOW, wall
from training.audit.models import AuditEntry
from training.db import db, transaction
from training.notifications.models import Message
from training.notifications.values import MessageStatus
from training.registrations import messages, seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim, Fit
from training.sessions.models import TrainingSession
from training.sessions.values import Promotion, SeatRules, SessionStatus
from training.web.filters import deadline

Counted = Callable[[], AbstractContextManager[list[str]]]
#: The field of each number of the form → a wrong number of it is said so beside it.
NUMBERS = ("offer_hours", "organization_limit", "approval_hours", "minimum")


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(name="Mina", email="mina@example.org"))
    return client


def path_of(session_id: int) -> str:
    return f"/staff/sessions/{session_id}/seats/rules"


def set_rules(session_id: int, rules: SeatRules) -> None:
    with transaction():
        seats.change_rules(session_id, rules, actor_id=None, now=NOW)


def statuses(session_id: int) -> list[tuple[str, str]]:
    db.session.rollback()
    found = db.session.execute(
        sa.select(Registration.name, Registration.status)
        .where(Registration.training_session_id == session_id)
        .order_by(Registration.ticket)
    )
    return [(row.name, str(row.status)) for row in found]


def test_all_rules_are_set_in_one_form_and_shown_again(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(starts_at=NOW + 9 * DAY)
    number, path = session.id, path_of(session.id)
    decide = wall(NOW + 5 * DAY).replace(second=0, minute=30)

    saved = staff.fill(
        path,
        {
            "promotion": "offer",
            "offer_hours": "36",
            "groups_wait": "y",
            "fills_gaps": None,
            "organization_limit": "4",
            "needs_approval": "y",
            "approval_hours": "72",
            "minimum": "6",
            "decide": f"{decide:%Y-%m-%dT%H:%M}",
        },
    )
    again = staff.fill(path)

    assert (saved.status_code, again.status_code) == (303, 303)
    assert seats.rules_of(number) == SeatRules(
        promotion=Promotion.OFFER,
        offer_hours=36,
        needs_approval=True,
        approval_hours=72,
        organization_limit=4,
        fills_gaps=False,
        groups_wait=True,
        minimum=6,
        decide=decide,
    )
    entries = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "session.change_seat_rules")
    ).all()
    assert [entry.actor_id for entry in entries] != [None]
    assert len(entries) == 1  # saving what stands already changes nothing
    assert "Nothing was changed." in staff.page(f"/staff/sessions/{number}").text()


def test_seat_17_numbers_are_refused_beside_their_field_and_kept(
    staff: IsolatedClient, make: Make
) -> None:
    """SEAT-17: no rule takes what ``int()`` would."""
    session = make.training_session(starts_at=NOW + 9 * DAY)
    number, path = session.id, path_of(session.id)
    day = f"{wall(NOW + DAY):%Y-%m-%dT%H:%M}"
    for wrong in ("0", "-1", str(2**31), "1e3", "１０", "1_000", "2.5", "two"):  # noqa: RUF001 -- the point
        for name in NUMBERS:
            response = staff.fill(path, {"decide": day, "minimum": "2", name: wrong})

            assert response.status_code == 422, (name, wrong)
            assert typed(response)[name] == [wrong]
            [box] = [
                box
                for box in Page(response.text).root.iter("div")
                if "is-invalid" in box.get("class", "")
            ]
            assert [control.get("name") for control in box.iter("input")] == [name]
    assert seats.rules_of(number) == SeatRules()


def test_rules_that_need_each_other_are_asked_for(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(starts_at=NOW + 9 * DAY)
    path = path_of(session.id)

    hours = staff.fill(path, {"promotion": "offer", "offer_hours": ""})
    day = staff.fill(path, {"minimum": "6"})
    people = staff.fill(path, {"decide": f"{wall(NOW + DAY):%Y-%m-%dT%H:%M}"})
    late = staff.fill(path, {"minimum": "6", "decide": f"{wall(NOW + 10 * DAY):%Y-%m-%dT%H:%M}"})

    assert [answer.status_code for answer in (hours, day, people, late)] == [422] * 4
    assert errors(hours) == ["For how many hours is a seat offered?"]
    assert errors(day) == ["By when is it decided whether enough people come?"]
    assert errors(people) == [
        "How many people are needed? Or empty the day on which it is decided."
    ]
    assert errors(late) == [
        "Decide whether the session takes place before it starts, and from how many people."
    ]
    assert typed(late)["minimum"] == ["6"]


def test_a_time_that_the_clocks_skip_is_refused_at_its_field(
    staff: IsolatedClient, make: Make
) -> None:
    session = make.training_session(
        timezone="Europe/Paris",
        meetings=(
            make.meeting_plan(
                NOW.replace(year=NOW.year + 3, month=6, day=1), timezone="Europe/Paris"
            ),
        ),
    )
    skipped = next(
        f"{NOW.year + 2}-03-{day}T02:30"
        for day in range(31, 24, -1)
        if NOW.replace(year=NOW.year + 2, month=3, day=day).weekday() == 6
    )

    response = staff.fill(path_of(session.id), {"minimum": "6", "decide": skipped})

    assert response.status_code == 422
    assert "go forward over 02:30" in errors(response)[0]
    assert typed(response)["decide"] == [skipped]


def test_seat_21_two_who_edit_see_what_differs(staff: IsolatedClient, make: Make) -> None:
    """SEAT-21, of the rules: the second is shown what stands now, and may save over it."""
    session = make.training_session(starts_at=NOW + 9 * DAY)
    number, path = session.id, path_of(session.id)
    mine = {**typed(staff.get(path)), "organization_limit": ["2"]}
    set_rules(number, SeatRules(organization_limit=5, groups_wait=True))

    stale = staff.post(path, data=mine)

    assert stale.status_code == 409
    assert "Somebody else changed this while you were editing it." in errors(stale)[0]
    rows = [
        [" ".join("".join(cell.itertext()).split()) for cell in row]
        for row in Page(stale.text).root.iter("tr")
        if row.get("class") == "differs"
    ]
    assert rows == [
        ["A group may wait as a whole", "Yes", "No"],
        ["Seats for one organization, at most", "5", "2"],
    ]
    assert seats.rules_of(number).organization_limit == 5
    assert staff.post(path, data=typed(stale)).status_code == 303
    assert seats.rules_of(number) == SeatRules(organization_limit=2)


def test_a_raised_limit_lets_people_move_up_and_says_so(staff: IsolatedClient, make: Make) -> None:
    """WAIT-07: whose organization has all it may have waits with a reason; then no longer."""
    aid = make.organization()
    session = make.training_session(capacity=9)
    number, path = session.id, path_of(session.id)
    set_rules(number, SeatRules(organization_limit=1))
    vouched = {"organization_id": aid.id, "claim": Claim.REPRESENTATIVE}
    make.outcome(
        db.session.get_one(TrainingSession, number),
        make.participant("Ada", **vouched),
        make.participant("Bo", **vouched),
        actor_id=make.representative(aid).person_id,
    )
    before = main_of(staff.get(f"/staff/sessions/{number}"))

    saved = staff.fill(path, {"organization_limit": "2"})

    assert (
        "1. in line Passed over: the organization has as many seats as one may have. "
        "Keeps the place." in before
    )
    assert saved.status_code == 303
    assert statuses(number) == [("Ada", "confirmed"), ("Bo", "confirmed")]
    assert (
        "Saved. 1 person moved up from the waitlist and is told by mail."
        in staff.get(f"/staff/sessions/{number}").text
    )


def test_wait_07_each_who_waits_shows_why(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    """WAIT-07, WAIT-11: passed over with a reason; groups are marked; nobody who just waits is."""
    session = make.training_session(capacity=4)
    number = session.id
    set_rules(number, SeatRules(groups_wait=True, fills_gaps=False))
    first, *_others = make.outcome(
        session, *(make.participant() for _ in range(4))
    ).registration_ids
    session = db.session.get_one(TrainingSession, number)
    make.outcome(
        session,
        make.participant("Cy"),
        make.participant("Di"),
        make.participant("Ed"),
        fit=Fit.WHOLE,
    )
    make.registration(session, name="Flo")
    full = main_of(staff.get(f"/staff/sessions/{number}"))
    with transaction():
        seats.cancel(first, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    with statements() as sent:
        text = main_of(staff.get(f"/staff/sessions/{number}"))

    together = "Together with 2 others Waits until there are seats for the whole group."
    assert [text.count(together), full.count(together)] == [3, 3]
    assert "4. in line Waits behind a group that nobody may pass." in text
    assert "behind a group" not in full
    assert len(sent) == 10


@pytest.mark.parametrize("needed", [2, 5])
def test_whether_it_takes_place_is_asked_and_said(
    staff: IsolatedClient, make: Make, needed: int
) -> None:
    session = make.training_session(title="Basics", starts_at=NOW + 9 * DAY)
    number = session.id
    decide_at = (NOW + 2 * DAY).replace(second=0)
    set_rules(number, SeatRules(minimum=needed, decide=wall(decide_at)))
    make.outcome(
        db.session.get_one(TrainingSession, number), *(make.participant() for _ in range(3))
    )
    page, roster = f"/sessions/{number}-basics", f"/staff/sessions/{number}"
    with staff.application.test_request_context():
        when = deadline(decide_at, NAIROBI, NOW)

    before = main_of(staff.get(roster))
    listed = main_of(staff.get("/staff/schedule/"))
    public = staff.get(page)
    held = staff.fill(roster, action="/takes-place")
    again = staff.post(f"{roster}/takes-place", data=typed(staff.get(f"{roster}/cancel")))

    said = (
        f"3 of {needed} people needed by {when}"
        if needed > 3
        else f"Enough people: 3, and {needed} needed by {when}"
    )
    assert said in before
    assert ("3 of 5 people needed" in listed) is (needed > 3)
    assert f"From {needed} people; decided by {when}" in main_of(public)
    assert (held.status_code, again.status_code) == (303, 409)
    assert said not in main_of(staff.get(roster))
    assert "people needed" not in main_of(staff.get("/staff/schedule/"))
    later = staff.get(page, headers={"If-None-Match": public.headers["ETag"]})
    assert later.status_code == 200  # its validator knows of it
    assert "decided by" not in main_of(later)


def test_a_decision_far_ahead_is_no_badge_and_one_missed_is(
    staff: IsolatedClient, make: Make
) -> None:
    far = make.training_session(title="Far", starts_at=NOW + 9 * DAY)
    set_rules(far.id, SeatRules(minimum=7, decide=wall(NOW + 5 * DAY)))
    missed = make.training_session(title="Missed", starts_at=NOW + DAY)
    set_rules(missed.id, SeatRules(minimum=8, decide=wall(NOW - HOUR)))
    draft = make.training_session(title="Draft", status=SessionStatus.DRAFT)
    set_rules(draft.id, SeatRules(minimum=9, decide=wall(NOW + HOUR)))

    listed = main_of(staff.get("/staff/schedule/"))

    assert "0 of 8 people needed" in listed
    assert "of 7 people needed" not in listed
    assert "of 9 people needed" not in listed


def test_a_cancelled_session_has_no_rules_to_change(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session(status=SessionStatus.CANCELLED)

    assert staff.get(path_of(session.id)).status_code == 409


def test_wait_14_an_offer_stands_though_its_mail_could_not_be_delivered(
    staff: IsolatedClient, make: Make
) -> None:
    """WAIT-14: and staff see who has to be called."""
    session = make.training_session(capacity=1, starts_at=NOW + 9 * DAY)
    set_rules(session.id, SeatRules(promotion=Promotion.OFFER))
    seated, offered = make.outcome(
        session, make.participant(), make.participant("Bo")
    ).registration_ids
    with transaction():
        seats.cancel(seated, because=CancelledBecause.STAFF, actor_id=None, now=NOW)
    path = f"/staff/sessions/{session.id}"
    assert "Mail not delivered" not in main_of(staff.get(path))

    with transaction():
        db.session.execute(
            sa.update(Message)
            .where(Message.registration_id == offered, Message.kind == messages.OFFERED)
            .values(status=MessageStatus.DEAD, reason="550 no such mailbox", ended_at=NOW)
        )

    assert "Mail not delivered" in main_of(staff.get(path))
    assert statuses(session.id)[1] == ("Bo", "offered")
