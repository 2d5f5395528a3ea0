"""The page of one session: what staff read of it and of its people."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NOW
from training.db import db, transaction
from training.organizations.values import OrganizationStatus
from training.registrations import seats
from training.registrations.values import CancelledBecause, Claim
from training.sessions.models import TrainingSession
from training.sessions.values import Audience, SessionStatus

Counted = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator(email="mina@example.org"))
    return client


def _rows(staff: IsolatedClient, training_session_id: int) -> dict[str, list[list[str]]]:
    """Return the lines of each table by its caption, without what can be done."""
    page = staff.page(f"/staff/sessions/{training_session_id}")
    return {
        "".join(table.findall("caption")[0].itertext()): [
            [
                " ".join("".join(cell.itertext()).split())
                for cell in row
                if cell.get("class") != "acts" and cell.get("data-label") != "Registered"
            ]
            for row in table.findall("tbody/tr")
        ]
        for table in page.root.iter("table")
    }


def test_people_are_listed_by_what_they_have(staff: IsolatedClient, make: Make) -> None:
    crisis_line = make.organization("Crisis Line")
    session = make.training_session(capacity=2)
    number = session.id
    make.outcome(
        session,
        make.participant("Zoë", email="zoe@example.org"),
        make.participant(
            "amir", email="amir@example.org", organization_id=crisis_line.id, claim=Claim.STAFF
        ),
        make.participant("Caro", email="caro@example.org", organization_id=crisis_line.id),
        make.participant("Bo", email="bo@example.org"),
    )
    gone = make.registration(session, name="Dan", email="dan@example.org")
    with transaction():
        seats.cancel(gone.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    rows = _rows(staff, number)

    assert rows == {
        "Who has a seat": [
            ["amir amir@example.org", f"{crisis_line.name} staff vouch for it", "Confirmed"],
            ["Zoë zoe@example.org", "–", "Confirmed"],
        ],
        "Who waits, in order": [
            ["Caro caro@example.org", f"{crisis_line.name} as they say themselves", "1. in line"],
            ["Bo bo@example.org", "–", "2. in line"],
        ],
        "Who is not coming any more": [
            ["Dan dan@example.org", "–", "Cancelled Cancelled by themselves"],
        ],
    }


def test_who_is_passed_over_keeps_the_place_and_the_reason_is_told(
    staff: IsolatedClient, make: Make
) -> None:
    suspended = make.organization("Harbour", status=OrganizationStatus.SUSPENDED)
    session = make.training_session(capacity=1)
    first = make.registration(session)
    make.registration(session, name="Dina", email="d@example.org", organization_id=suspended.id)
    with transaction():
        seats.cancel(first.id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)

    [[name, _organization, place]] = _rows(staff, session.id)["Who waits, in order"]

    assert name == "Dina d@example.org"
    assert place == "1. in line Passed over: the partnership is suspended. Keeps the place."


def test_facts_and_ways_on_are_there(staff: IsolatedClient, make: Make) -> None:
    asha = make.trainer(name="Asha", email="asha@example.org")
    session = make.training_session(
        title="Basics", trainer_ids=(asha.person_id,), campaign_id=make.campaign("Month").id
    )
    number = session.id

    page = staff.page(f"/staff/sessions/{number}")

    hrefs = {link.get("href") for link in page.root.iter("a")}
    ours = f"/staff/sessions/{number}"
    assert {
        f"/sessions/{number}-basics",
        f"{ours}/edit",
        f"{ours}/seats",
        f"{ours}/cancel",
        f"{ours}/people/add",
        f"/staff/sessions/{number}/duplicate",
    } <= hrefs
    assert any(str(href).startswith("/trainer/meetings/") for href in hrefs)
    assert "Trainers Asha" in page.text()
    assert "Campaign Month" in page.text()
    assert "0 of 20 seats taken" in page.text()


def test_a_draft_can_be_published_and_has_no_public_page(staff: IsolatedClient, make: Make) -> None:
    draft = make.training_session(title="Basics", status=SessionStatus.DRAFT)
    number = draft.id

    page = staff.page(f"/staff/sessions/{number}")

    hrefs = {link.get("href") for link in page.root.iter("a")}
    assert page.form("/publish") is not None
    assert f"/sessions/{number}-basics" not in hrefs
    assert f"/staff/sessions/{number}/people/add" not in hrefs


def test_an_invited_session_has_no_page_for_everybody(staff: IsolatedClient, make: Make) -> None:
    number = make.training_session(title="Basics", audience=Audience.INVITED).id

    hrefs = {link.get("href") for link in staff.page(f"/staff/sessions/{number}").root.iter("a")}

    assert f"/sessions/{number}-basics" not in hrefs
    assert f"/staff/sessions/{number}/people/add" in hrefs


@pytest.mark.parametrize("kind", ["cancelled", "over"])
def test_what_cannot_be_done_any_more_is_not_offered(
    staff: IsolatedClient, make: Make, kind: str
) -> None:
    number = (
        make.training_session(status=SessionStatus.CANCELLED)
        if kind == "cancelled"
        else make.training_session(starts_at=NOW - 2 * DAY)
    ).id

    page = staff.page(f"/staff/sessions/{number}")

    hrefs = {link.get("href") for link in page.root.iter("a")}
    assert f"/staff/sessions/{number}/people/add" not in hrefs
    assert (f"/staff/sessions/{number}/edit" in hrefs) == (kind == "over")


def test_what_a_session_clashes_with_is_shown_before_it_is_published(
    staff: IsolatedClient, make: Make
) -> None:
    """Half-open: what begins when another ends does not clash. What is over does not either."""
    asha = make.trainer(name="Asha")
    draft, clashing, after, past = (
        make.training_session(
            title=title,
            starts_at=starts_at,
            now=NOW - 3 * DAY,
            trainer_ids=(asha.person_id,),
            status=status,
        )
        for title, starts_at, status in (
            ("My draft", NOW + DAY, SessionStatus.DRAFT),
            ("In the way", NOW + DAY + HOUR, SessionStatus.PUBLISHED),
            ("Right after", NOW + DAY + 2.5 * HOUR, SessionStatus.PUBLISHED),
            ("Long ago", NOW - DAY, SessionStatus.PUBLISHED),
        )
    )

    shown = {
        one.title: staff.page(f"/staff/sessions/{one.id}").root.find(".//*[@id='clashes']/..")
        for one in (draft, clashing, after, past)
    }

    texts = {
        title: None if found is None else " ".join(" ".join(found.itertext()).split())
        for title, found in shown.items()
    }
    assert (texts["Right after"], texts["Long ago"]) == (None, None)
    mine, theirs = str(texts["My draft"]), str(texts["In the way"])
    assert ("Asha" in mine, "In the way" in mine, "Right after" in mine) == (True, True, False)
    assert "Publishing does not ask about this again." in mine
    assert "My draft (draft)" in theirs.replace(" )", ")")
    assert "Publishing" not in theirs


def test_names_are_escaped_and_turn_nothing_around(staff: IsolatedClient, make: Make) -> None:
    session = make.training_session()
    make.registration(session, name="<script>\u202egnp.exe</script>")

    text = staff.get(f"/staff/sessions/{session.id}").text

    assert "&lt;script&gt;gnp.exe&lt;/script&gt;" in text
    assert "\u202e" not in text


def test_few_statements_whatever_the_number_of_people(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    organization_id = make.organization().id
    number = make.training_session(capacity=2).id
    counted = []
    for more in (0, 3, 20):
        session = db.session.get_one(TrainingSession, number)
        people = [make.participant(organization_id=organization_id) for _ in range(more)]
        if people:
            make.outcome(session, *people)
        with statements() as sent:
            staff.get(f"/staff/sessions/{number}")
        counted.append(len(sent))

    # One asks who is signed in, two for clashes; two for people, one for kept views; where people
    # wait, two say why.
    assert counted == [7, 10, 10]


def test_it_is_kept_by_nobody_and_shown_to_staff_only(client: IsolatedClient, make: Make) -> None:
    asha = make.trainer()
    admin = make.admin()
    address = f"/staff/sessions/{make.training_session(trainer_ids=(asha.person_id,)).id}"

    stranger = client.get(address)
    client.sign_in(asha)
    trainer = client.get(address)
    client.sign_in(admin)
    shown = client.get(address)

    assert stranger.headers["Location"] == f"/account/sign-in?next={address}"
    assert (stranger.status_code, trainer.status_code, shown.status_code) == (303, 403, 200)
    assert shown.headers["Cache-Control"] == "no-store"


def test_what_is_not_there_is_404(staff: IsolatedClient) -> None:
    assert staff.get("/staff/sessions/999").status_code == 404
    assert staff.get("/staff/sessions/1_0").status_code == 404
    assert staff.get(f"/staff/sessions/{'9' * 5000}").status_code == 404
