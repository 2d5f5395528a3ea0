"""The list of all sessions, publishing, calling off, and the calendar file of one."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.db import db
from training.notifications.models import Message
from training.registrations.models import Registration
from training.sessions import schedule_queries
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, SessionStatus

SCHEDULE = "/staff/schedule/"
Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(email="mina@example.org"))
    return client


def _titles(staff: IsolatedClient, query: str = "") -> list[str]:
    rows = staff.page(SCHEDULE + query).root.findall(".//th[@scope='row']")
    return ["".join(row.itertext()) for row in rows]


def _three(make: Make) -> None:
    make.training_session(title="Later", starts_at=NOW + 2 * DAY)
    make.training_session(title="Sooner", status=SessionStatus.DRAFT)
    make.training_session(title="Called off", status=SessionStatus.CANCELLED)
    make.training_session(title="Long ago", starts_at=NOW - 9 * DAY)
    make.training_session(title="Last week", starts_at=NOW - 7 * DAY)


def test_what_is_to_come_is_listed_by_time_drafts_too(staff: IsolatedClient, make: Make) -> None:
    _three(make)

    assert _titles(staff) == ["Sooner", "Called off", "Later"]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?period=past", ["Last week", "Long ago"]),
        ("?period=all&status=published", ["Long ago", "Last week", "Later"]),
        ("?status=draft", ["Sooner"]),
        ("?status=cancelled", ["Called off"]),
        ("?q=LATÉR", ["Later"]),
        ("?q=100%25", []),
        ("?period=nonsense&status=nonsense", ["Sooner", "Called off", "Later"]),
    ],
)
def test_filters_narrow_the_list(
    staff: IsolatedClient, make: Make, query: str, titles: list[str]
) -> None:
    _three(make)

    assert _titles(staff, query) == titles


def test_a_line_says_the_state_the_seats_and_who_trains(staff: IsolatedClient, make: Make) -> None:
    asha = make.trainer(name="Asha", email="asha@example.org")
    training_session = make.training_session(
        title="Basics", capacity=1, trainer_ids=(asha.person_id,)
    )
    make.registration(training_session)
    make.registration(training_session)
    make.training_session(title="Open house", capacity=None, starts_at=NOW + 2 * DAY)

    page = staff.page(SCHEDULE).text()

    assert "Full, 1 waiting 1 of 1 seat taken · 1 waiting Asha" in page
    assert "Open 0 people, no limit Nobody yet" in page


def test_a_session_of_two_meetings_shows_the_first_and_how_many(
    staff: IsolatedClient, make: Make
) -> None:
    first = (NOW + DAY).replace(hour=9, minute=0, second=0)  # UTC; noon in Nairobi
    plans = [make.meeting_plan(first + days * DAY) for days in (0, 7)]
    two = make.training_session(title="Two parts", meetings=tuple(plans))

    expected = "12:00–13:30 Nairobi, first of 2"
    assert expected in staff.page(SCHEDULE).text()
    for path in (f"/staff/sessions/{two.id}", f"/staff/sessions/{two.id}/cancel"):
        words = staff.page(path).text()
        assert "12:00–13:30 Nairobi the first of 2 meetings" in words


def test_an_empty_schedule_says_what_to_do(staff: IsolatedClient) -> None:
    assert "Nothing is coming up" in staff.page(SCHEDULE).text()
    assert "No session fits" in staff.page(SCHEDULE + "?q=zebra").text()


def test_pages_lead_on_and_back(
    staff: IsolatedClient, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule_queries, "PAGE", 2)
    for number in range(5):
        make.training_session(title=f"Number {number}", starts_at=NOW + DAY)

    seen, address = [], "?q=number"
    back = ""
    while address:
        page = staff.page(SCHEDULE + address)
        seen.append(["".join(row.itertext()) for row in page.root.findall(".//th[@scope='row']")])
        links = {link.get("rel"): str(link.get("href")) for link in page.root.findall(".//a[@rel]")}
        back = links.get("prev", "")
        address = links.get("next", "").removeprefix(SCHEDULE)
    before = _titles(staff, back.removeprefix(SCHEDULE))

    assert seen == [["Number 0", "Number 1"], ["Number 2", "Number 3"], ["Number 4"]]
    assert before == ["Number 2", "Number 3"]


@pytest.mark.parametrize(
    "place", ["x", "1-", "²-1", "99999999999-1", f"1-{'9' * 5000}", "-62135596801-1"]
)
def test_inp_03_a_place_that_is_none_breaks_nothing(
    staff: IsolatedClient, make: Make, place: str
) -> None:
    make.training_session(title="Basics")

    response = staff.get(SCHEDULE, query_string={"after": place})

    assert response.status_code == 200


def test_inp_01_a_control_character_in_the_search_is_refused(staff: IsolatedClient) -> None:
    assert staff.get(SCHEDULE + "?q=a%00b").status_code == 400


def test_one_and_three_and_many_sessions_take_the_same_statements(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    counted = []
    for wanted in (1, 3, 12):
        while len(db.session.scalars(sa.select(TrainingSession.id)).all()) < wanted:
            make.training_session(trainer_ids=(make.trainer().person_id,))
        with statements() as sent:
            staff.get(SCHEDULE)
        counted.append(len(sent))

    # Who is signed in; the sessions, then what the filters offer with who trains; for clashes:
    # meetings, others, and who is away or said that it is all right.
    assert counted == [6, 6, 6]


def test_personal_pages_are_kept_by_nobody(staff: IsolatedClient, make: Make) -> None:
    number = make.training_session().id

    kept = {
        path: staff.get(path).headers["Cache-Control"]
        for path in (SCHEDULE, "/staff/sessions/new", f"/staff/sessions/{number}/edit")
    }

    assert set(kept.values()) == {"no-store"}


def test_a_draft_is_published_once(staff: IsolatedClient, make: Make) -> None:
    draft = make.training_session(status=SessionStatus.DRAFT)
    page = f"/staff/sessions/{draft.id}"

    first = staff.fill(page, action="/publish")
    token = Page(staff.get(page).text).root.find(".//input[@name='csrf_token']")
    assert token is not None
    second = staff.post(f"{page}/publish", data={"csrf_token": token.get("value")})

    stored = db.session.get_one(TrainingSession, draft.id, populate_existing=True)
    assert (first.status_code, second.status_code) == (303, 409)
    assert "This session is published already." in second.text
    assert stored.status is SessionStatus.PUBLISHED


def test_cancelling_says_first_who_is_told(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(capacity=2)
    make.outcome(training_session, *(make.participant() for _ in range(3)))

    page = staff.page(f"/staff/sessions/{training_session.id}/cancel").text()

    assert "2 people who have a seat are told by mail, and their seats are given up." in page
    assert "1 person on the waitlist is told by mail." in page
    assert "Calendars that subscribe to it show it as cancelled." in page
    assert "Cancel session and tell 3 people" in page


def test_cancelling_cancels_everybody_and_tells_them(staff: IsolatedClient, make: Make) -> None:
    training_session = make.training_session(capacity=2)
    make.outcome(training_session, *(make.participant() for _ in range(3)))

    response = staff.fill(f"/staff/sessions/{training_session.id}/cancel")

    told = sa.select(sa.func.count()).where(Message.kind == "registration.session_cancelled")
    assert response.status_code == 303
    assert set(db.session.scalars(sa.select(Registration.status))) == {"cancelled"}
    assert db.session.scalar(told) == 3
    assert staff.get(f"/staff/sessions/{training_session.id}/cancel").status_code == 409


def test_looking_at_the_page_of_cancelling_changes_nothing(
    staff: IsolatedClient, make: Make
) -> None:
    training_session = make.training_session()
    acts = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))

    staff.get(f"/staff/sessions/{training_session.id}/cancel")
    refused = staff.post(f"/staff/sessions/{training_session.id}/cancel")

    stored = db.session.get_one(TrainingSession, training_session.id, populate_existing=True)
    assert refused.status_code == 400
    assert stored.status is SessionStatus.PUBLISHED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == acts


def test_the_calendar_file_of_a_public_session_is_for_everybody(
    client: IsolatedClient, make: Make
) -> None:
    training_session = make.training_session(title="Basics")

    response = client.get(f"/calendar/sessions/{training_session.id}.ics")

    assert response.status_code == 200
    assert response.mimetype == "text/calendar"
    assert "SUMMARY:Basics" in response.text
    assert response.headers["Content-Disposition"] == (
        f'attachment; filename="session-{training_session.id}.ics"'
    )


def test_the_calendar_file_of_a_cancelled_session_says_so(
    client: IsolatedClient, make: Make
) -> None:
    training_session = make.training_session(status=SessionStatus.CANCELLED)

    response = client.get(f"/calendar/sessions/{training_session.id}.ics")

    assert response.status_code == 200
    assert "STATUS:CANCELLED" in response.text


def test_no_calendar_file_shows_a_draft_or_an_invited_session(
    client: IsolatedClient, make: Make
) -> None:
    draft = make.training_session(status=SessionStatus.DRAFT)
    invited = make.training_session(audience=Audience.INVITED)
    missing = client.get("/calendar/sessions/999.ics")

    hidden = [client.get(f"/calendar/sessions/{one.id}.ics") for one in (draft, invited)]

    assert [answer.status_code for answer in hidden] == [404, 404]
    assert [answer.data for answer in hidden] == [missing.data, missing.data]


@pytest.mark.parametrize("path", [SCHEDULE, "/staff/"])
def test_strangers_sign_in_first_and_trainers_may_not(
    client: IsolatedClient, make: Make, path: str
) -> None:
    stranger = client.get(path)
    client.sign_in(make.trainer())
    trainer = client.get(path)

    assert stranger.headers["Location"] == f"/account/sign-in?next={path}"
    assert trainer.status_code == 403
