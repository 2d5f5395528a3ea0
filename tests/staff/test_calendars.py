"""Staff see whose calendar programs still have an old time of a session."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.architecture.world import rows_of_everything
from tests.calendars.feeds import make_token, path_of, settle
from tests.clients import IsolatedClient, Page
from tests.factories import Make
from tests.staff.calendars import (
    AFTER_MOVE,
    BEFORE_ALL,
    BEFORE_MOVE,
    BEFORE_TITLE,
    MADE,
    MOVED,
    RENAMED,
    look,
    make_session,
    move,
    reader,
    register,
    revise,
    subscribe,
)
from tests.times import DAY, HOUR, NOW, TOMORROW
from training.calendars import service as calendars
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.organizations.models import Membership
from training.people.models import Person
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import CancelledBecause, Claim
from training.sessions import service as sessions
from training.staff.calendar_queries import session_calendars
from training.staff.calendar_values import (
    SETTLED,
    ReadAddress,
    ReaderGroup,
    SessionChanges,
    Standing,
    of_readers,
)

CHANGES = SessionChanges(
    rescheduled_at=MOVED, revised_at=MOVED + HOUR / 2, trainers_revised_at=NOW, made_at=MADE
)


def address(fetched_at: datetime | None, **fields: object) -> ReadAddress:
    values = {
        "id": 1,
        "kind": FeedKind.PERSON,
        "owner_id": 1,
        "organization_id": None,
        "since": None,
        "own_revised_at": None,
        **fields,
    }
    return ReadAddress(fetched_at=fetched_at, **values)  # type: ignore[arg-type]  # as the test says


@pytest.mark.parametrize(
    ("one", "standing"),
    [
        (address(None), Standing.NEVER),
        (address(BEFORE_ALL), Standing.MISSING),
        (address(BEFORE_MOVE), Standing.OLD_TIME),
        (address(BEFORE_MOVE, since=BEFORE_MOVE + HOUR), Standing.MISSING),
        (address(MOVED), Standing.OLD_TIME),
        # The change may not have been committed yet when the program looked.
        (address(MOVED + SETTLED - timedelta(microseconds=1)), Standing.OLD_TIME),
        (address(MOVED + SETTLED), Standing.OLD),
        (address(AFTER_MOVE), Standing.CURRENT),
        (address(AFTER_MOVE, own_revised_at=AFTER_MOVE), Standing.OLD),
        (address(AFTER_MOVE, kind=FeedKind.TRAINER), Standing.OLD),
        (address(NOW + SETTLED, kind=FeedKind.TRAINER), Standing.CURRENT),
    ],
)
def test_program_has_seen_what_was_surely_committed_when_it_looked(
    one: ReadAddress, standing: Standing
) -> None:
    assert one.standing(CHANGES) is standing


def test_somebody_stands_as_the_worst_of_their_programs_in_use() -> None:
    long_ago, lately = address(NOW - 31 * DAY), address(NOW - DAY)
    never = address(None)

    def of(*both: tuple[ReadAddress, Standing]) -> Standing:
        return of_readers(both, now=NOW)[1]

    assert of((lately, Standing.OLD_TIME), (lately, Standing.CURRENT)) is Standing.OLD_TIME
    assert of((long_ago, Standing.OLD_TIME), (lately, Standing.CURRENT)) is Standing.CURRENT
    assert of((long_ago, Standing.OLD_TIME), (never, Standing.NEVER)) is Standing.OLD_TIME
    assert of((lately, Standing.CURRENT), (never, Standing.NEVER)) is Standing.CURRENT
    assert of((never, Standing.NEVER)) is Standing.NEVER


def section(page: Page, key: str) -> str:
    """Return the summary of a group and its lines, as they are read."""
    [found] = [one for one in page.root.iter("section") if one.get("aria-labelledby") == key]
    return " ".join(" ".join(found.itertext()).split())


def lines(page: Page, key: str) -> list[str]:
    [found] = [one for one in page.root.iter("section") if one.get("aria-labelledby") == key]
    rows: list[ET.Element] = [row for body in found.iter("tbody") for row in body.iter("tr")]
    return [" ".join(" ".join(row.itertext()).split()) for row in rows]


def test_page_says_who_has_the_old_time_and_which_revision(
    client: IsolatedClient, make: Make
) -> None:
    staff = make.coordinator(name="Cora")
    trainers = [make.trainer(name=name) for name in ("Ana", "Bo", "Cy", "Di", "Eve")]
    ana, bo, cy, di, _eve = trainers
    session = make_session(make, *trainers)
    aid = make.organization("Aid")
    acting = make.representative(aid, name="Rae")
    pat = register(make, session, name="Pat", organization_id=aid.id, claim=Claim.STAFF)
    late = register(make, session, name="Quinn", at=NOW - HOUR)
    revise(session, now=RENAMED, title="Listening well")
    move(make, session)
    reader(FeedKind.TRAINER, ana.person_id, BEFORE_TITLE, BEFORE_MOVE)
    reader(FeedKind.TRAINER, ana.person_id, AFTER_MOVE)
    reader(FeedKind.TRAINER, bo.person_id, BEFORE_TITLE)
    reader(FeedKind.TRAINER, cy.person_id, AFTER_MOVE)
    reader(FeedKind.TRAINER, di.person_id)
    reader(FeedKind.PERSON, pat, AFTER_MOVE)
    reader(FeedKind.PERSON, late, MOVED + HOUR / 2)
    reader(FeedKind.ORGANIZATION, acting.person_id, BEFORE_MOVE, organization_id=aid.id)
    reader(FeedKind.STAFF, staff.person_id, BEFORE_ALL)
    client.sign_in(staff)

    page = client.page(f"/staff/sessions/{session.id}/calendars")

    assert section(page, "trainers").startswith(
        "Trainers 2 of 3 trainers still have the old time of this session. 1 has the new one."
        " 1 made an address that no program has read. 1 does not subscribe."
    )
    assert [line.replace("Phone Thunderbird ", "") for line in lines(page, "trainers")] == [
        "Ana 4 days ago 2 times Old time still has revision 2 of 3: moved since",
        "Bo 1 week ago Once Old time still has revision 1 of 3: moved since",
        "Ana 1 hour ago Once Up to date has revision 3 of 3",
        "Cy 1 hour ago Once Up to date has revision 3 of 3",
        "Di Phone – Never read yet",
    ]
    assert section(page, "participants").startswith(
        "Participants 1 participant has the new time of this session."
        " 1 does not have the session yet."
    )
    assert section(page, "organizations").startswith(
        "Organizations 1 of 1 organization still has the old time of this session."
    )
    assert lines(page, "organizations") == [
        (
            f"{aid.name} Rae Phone Thunderbird 4 days ago Once Old time still has revision 2 of 3: "
            "moved since"
        )
    ]
    assert "1 does not have the session yet." in section(page, "staff")
    links = {link.get("href") for link in page.root.iter("a")}
    assert f"/staff/sessions/{session.id}/calendars/write" in links
    roster = client.page(f"/staff/sessions/{session.id}")
    assert f"/staff/sessions/{session.id}/calendars" in {
        link.get("href") for link in roster.root.iter("a")
    }


def test_session_that_never_moved_has_no_old_time(client: IsolatedClient, make: Make) -> None:
    trainer = make.trainer(name="Ana")
    session = make_session(make, trainer)
    reader(FeedKind.TRAINER, trainer.person_id, BEFORE_TITLE)
    revise(session, now=RENAMED, title="Listening well")
    client.sign_in(make.coordinator())

    page = client.page(f"/staff/sessions/{session.id}/calendars")

    assert section(page, "trainers").startswith(
        "Trainers 1 trainer has the time of this session."
        " Of these, 1 has not seen another change since."
    )
    assert "nobody has an old one" in page.text()
    assert "Nobody is registered." in section(page, "participants")
    assert lines(page, "trainers") == [
        (
            "Ana Phone Thunderbird 1 week ago Once"
            " Time is right still has revision 1 of 2: changed since"
        )
    ]


def test_cancelled_and_reopened_count_as_a_new_time(make: Make) -> None:
    trainer = make.trainer()
    session = make_session(make, trainer)
    person_id = register(make, session)
    reader(FeedKind.TRAINER, trainer.person_id, BEFORE_MOVE)
    reader(FeedKind.PERSON, person_id, BEFORE_MOVE)

    def standings() -> list[Standing]:
        found = session_calendars(session.id, now=NOW).groups
        return [one.standing for group in found for one in group.subscribers]

    assert standings() == [Standing.CURRENT, Standing.CURRENT]
    with transaction():
        sessions.cancel(session.id, actor_id=None, now=MOVED)
    assert standings() == [Standing.OLD_TIME, Standing.OLD_TIME]
    for feed_id in (1, 2):
        look(feed_id, AFTER_MOVE)
    assert standings() == [Standing.CURRENT, Standing.CURRENT]
    with transaction():
        sessions.reopen(session.id, restores=True, actor_id=None, now=AFTER_MOVE + HOUR / 2)
    assert standings() == [Standing.OLD_TIME, Standing.OLD_TIME]
    found = session_calendars(session.id, now=NOW)
    assert [one.revision for group in found.groups for one in group.subscribers] == [2, 2]
    assert found.revision == 3
    for feed_id in (1, 2):
        look(feed_id, NOW - HOUR / 4)
    with transaction():
        sessions.cancel(session.id, actor_id=None, now=NOW)
    found = session_calendars(session.id, now=NOW)
    assert [one.revision for group in found.groups for one in group.subscribers] == [3, 3]
    assert found.revision == 4


def test_addresses_that_nothing_can_be_read_at_do_not_count(make: Make) -> None:
    aid = make.organization("Aid")
    trainer, other, gone = make.coordinator(), make.trainer(), make.trainer()
    acting, former = make.representative(aid), make.representative(aid)
    session = make_session(make, trainer, gone)
    staying = register(make, session, organization_id=aid.id, claim=Claim.STAFF)
    leaving = register(make, session)
    stating = register(make, session, organization_id=make.organization("B").id)
    for kind, owner_id, organization_id in (
        (FeedKind.TRAINER, trainer.person_id, None),
        (FeedKind.TRAINER, other.person_id, None),  # trains another session
        (FeedKind.TRAINER, gone.person_id, None),
        (FeedKind.STAFF, trainer.person_id, None),  # no staff any more
        (FeedKind.ORGANIZATION, acting.person_id, aid.id),
        (FeedKind.ORGANIZATION, former.person_id, aid.id),
        (FeedKind.PERSON, staying, None),
        (FeedKind.PERSON, leaving, None),
        (FeedKind.PERSON, stating, None),
    ):
        reader(kind, owner_id, BEFORE_TITLE, organization_id=organization_id)
    revoked = subscribe(FeedKind.TRAINER, trainer.person_id)
    look(revoked, BEFORE_TITLE)
    registration_id = db.session.scalars(
        sa.select(Registration.id).where(Registration.person_id == leaving)
    ).one()
    with transaction():
        calendars.revoke_feed(revoked, owner_id=trainer.person_id, now=NOW)
        db.session.execute(
            sa.update(Membership)
            .where(Membership.person_id == former.person_id)
            .values(until=NOW.date())
        )
    make.change_account(trainer, staff_role=None)
    make.change_account(gone, disabled_at=NOW)
    with transaction():
        seats.cancel(registration_id, because=CancelledBecause.PERSON, actor_id=None, now=NOW)
    move(make, session)

    found = session_calendars(session.id, now=NOW)

    assert {
        group.group: sorted(one.address.owner_id for one in group.subscribers)
        for group in found.groups
    } == {
        ReaderGroup.TRAINERS: [trainer.person_id],
        ReaderGroup.PARTICIPANTS: sorted([staying, stating]),
        ReaderGroup.ORGANIZATIONS: [acting.person_id],
        ReaderGroup.STAFF: [],
    }
    assert [group.total for group in found.groups] == [2, 2, 1, 0]


def test_page_takes_as_many_statements_whoever_subscribes(
    client: IsolatedClient,
    make: Make,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    session = make_session(make, capacity=None)
    client.sign_in(make.coordinator())
    path = f"/staff/sessions/{session.id}/calendars"
    numbers = []
    for more in (1, 12):
        for _ in range(more):
            reader(FeedKind.PERSON, register(make, session), BEFORE_TITLE)
        with statements() as sent:
            client.page(path)
        numbers.append(len(sent))

    assert numbers == [6, 6]  # who is signed in, and five


def test_no_trace_of_where_a_program_asked_from_is_stored(
    client: IsolatedClient, make: Make
) -> None:
    """Neither its address on the net, nor what else it said of itself."""
    trainer = make.trainer()
    make_session(make, trainer)
    token = make_token(FeedKind.TRAINER, trainer.person_id)

    answer = client.get(
        path_of(token),
        environ_base={"REMOTE_ADDR": "198.51.100.77"},
        headers={
            "X-Forwarded-For": "203.0.113.99",
            "User-Agent": "Thunderbird/153 of 203.0.113.98",
        },
    )

    settle()
    assert answer.status_code == 200
    rows = rows_of_everything()
    [fetch] = rows["feed_fetch"]
    assert (fetch[2], fetch[3]) == ("Thunderbird", 1)
    everything = repr(rows)
    assert [ip for ip in ("198.51.100", "203.0.113") if ip in everything] == []


def test_health_page_leaves_out_programs_that_never_had_the_session(
    client: IsolatedClient, make: Make
) -> None:
    trainer = make.trainer()
    session = make_session(make, trainer)
    reader(FeedKind.TRAINER, trainer.person_id, BEFORE_ALL)
    move(make, session)
    client.sign_in(make.coordinator())

    assert lines(client.page("/staff/calendars"), "moved") == []


def test_health_page_counts_addresses_and_programs_and_leads_to_what_moved(
    client: IsolatedClient, make: Make
) -> None:
    staff, trainer = make.coordinator(), make.trainer(name="Ana")
    session = make_session(make, trainer, title="Listening")
    make_session(make, trainer, title="Never moved")
    far = make_session(make, trainer, title="Far away", starts_at=TOMORROW + 40 * DAY)
    seen = make_session(make, trainer, title="Seen by all")
    person_id = register(make, session)
    client.sign_in(staff)
    empty = client.page("/staff/calendars").text()
    assert "No program still has the old time" in empty
    assert "No program looked" in empty
    reader(FeedKind.TRAINER, trainer.person_id, BEFORE_MOVE)
    reader(FeedKind.TRAINER, trainer.person_id)
    reader(FeedKind.PERSON, person_id, BEFORE_MOVE)
    reader(FeedKind.STAFF, staff.person_id, NOW - HOUR)
    nameless = subscribe(FeedKind.STAFF, staff.person_id)
    look(nameless, AFTER_MOVE, program="")
    revoked = subscribe(FeedKind.TRAINER, trainer.person_id)
    with transaction():
        calendars.revoke_feed(revoked, owner_id=trainer.person_id, now=NOW)
    move(make, session)
    move(make, far)
    move(make, seen, now=RENAMED)

    page = client.page("/staff/calendars")

    [line] = lines(page, "moved")
    assert line.startswith("Listening ")
    assert line.endswith("2 programs 1 trainer, 1 participant")
    [link] = [a.get("href") for a in page.root.iter("a") if "".join(a.itertext()) == "Listening"]
    assert link == f"/staff/sessions/{session.id}/calendars"
    assert lines(page, "kinds") == [
        "Own registrations 1 0 1 0",
        "Sessions one trains 2 0 1 1",
        "Sessions of an organization’s people 0 0 0 0",
        "All sessions, for staff 2 2 2 0",
    ]
    assert lines(page, "programs") == [
        "Thunderbird 3 3",
        "A program that does not say its name 1 1",
    ]
    assert "/staff/calendars" in {
        a.get("href") for a in client.page("/staff/schedule/").root.iter("a")
    }


def test_owners_see_whether_their_programs_have_everything(
    client: IsolatedClient, make: Make
) -> None:
    acting = make.representative(aid := make.organization("Aid"))
    session = make_session(make, acting, title="Listening")
    person = db.session.get_one(Person, acting.person_id)
    register(
        make,
        session,
        name=person.name,
        email=person.email,
        organization_id=aid.id,
        claim=Claim.STAFF,
    )
    kinds = (FeedKind.PERSON, FeedKind.TRAINER, FeedKind.ORGANIZATION)
    of = {FeedKind.ORGANIZATION: aid.id}
    feeds = [subscribe(kind, acting.person_id, of.get(kind)) for kind in kinds]
    client.sign_in(acting)

    def states() -> list[str]:
        page = client.page("/account/feeds")
        return [
            "".join(badge.itertext())
            for body in page.root.iter("tbody")
            for badge in body.iter("span")
            if "badge" in (badge.get("class") or "")
        ]

    assert states() == []
    for feed_id in feeds:
        look(feed_id, BEFORE_TITLE)
    assert states() == ["Up to date"] * 3
    revise(session, now=RENAMED, title="Listening well")
    assert states() == ["Has not looked since “Listening well” changed"] * 3
    move(make, session)
    assert states() == ["Has not looked since “Listening well” moved"] * 3
    for feed_id in feeds:
        look(feed_id, AFTER_MOVE)
    assert states() == ["Up to date"] * 3
    old = make_session(make, title="Another")
    revise(old, now=NOW - HOUR / 2, trainer_ids=(acting.person_id,))
    register(
        make,
        make_session(make, title="New", now=MADE),
        organization_id=aid.id,
        at=NOW,
        claim=Claim.STAFF,
    )
    assert states() == [
        "Has not looked since “New” changed",
        "Has not looked since “Another” changed",
        "Up to date",
    ]
    assert "2 times" in client.page("/account/feeds").text()


def test_staff_hear_which_of_all_sessions_their_program_has_not_seen(
    client: IsolatedClient,
    make: Make,
    statements: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    staff = make.coordinator()
    first = make_session(make, title="First")
    make_session(make, title="Second")
    feed_id = subscribe(FeedKind.STAFF, staff.person_id)
    look(feed_id, BEFORE_MOVE)
    client.sign_in(staff)
    with statements() as sent:
        assert "Up to date" in client.page("/account/feeds").text()
    one = len(sent)
    move(make, first)

    for _ in range(3):
        look(subscribe(FeedKind.STAFF, staff.person_id), AFTER_MOVE)
    with statements() as sent:
        text = client.page("/account/feeds").text()

    assert text.count("Up to date") == 3
    assert "Has not looked since “First” moved" in text
    assert len(sent) == one


def test_those_who_are_no_staff_see_none_of_it(
    client: IsolatedClient, make: Make, app: Flask
) -> None:
    trainer = make.trainer()
    session = make_session(make, trainer)
    client.sign_in(trainer)

    for path in (f"sessions/{session.id}/calendars", f"sessions/{session.id}/calendars/write"):
        assert client.get(f"/staff/{path}").status_code == 403
    assert client.get("/staff/calendars").status_code == 403
    client.sign_in(make.coordinator())
    assert client.get("/staff/sessions/999999/calendars").status_code == 404
    assert client.get("/staff/sessions/999999/calendars/write").status_code == 404
