"""Venues and rooms: lists, rows, names that calendars take over, two people at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.times import DAY, NOW
from training.audit.models import AuditEntry
from training.calendars.models import StoredEntry
from training.calendars.values import Variant
from training.db import db
from training.sessions.models import Meeting, Room, TrainingSession, Venue

Counted = Callable[[], AbstractContextManager[list[str]]]
VENUES = "/staff/venues/"
NEW = "/staff/venues/new"


@pytest.fixture
def staff(client: IsolatedClient, make: Make) -> IsolatedClient:
    """A coordinator's browser."""
    client.sign_in(make.coordinator())
    return client


def _rooms() -> list[tuple[str, int | None, bool]]:
    found = db.session.scalars(sa.select(Room).order_by(Room.name))
    return [(room.name, room.capacity, room.archived_at is not None) for room in found]


def _venue() -> Venue:
    return db.session.scalars(sa.select(Venue)).one()


def _locations() -> list[str]:
    bodies = db.session.scalars(
        sa.select(StoredEntry.body)
        .where(StoredEntry.variant == Variant.PUBLIC)
        .order_by(StoredEntry.starts_at)
    )
    return [
        line.removeprefix("LOCATION:").replace("\\,", ",")
        for body in bodies
        for line in body.decode().splitlines()
        if line.startswith("LOCATION:")
    ]


def _actions() -> list[str]:
    found = sa.select(AuditEntry.action).where(AuditEntry.subject_kind == "venue")
    return list(db.session.scalars(found.order_by(AuditEntry.id)))


def test_a_venue_is_made_with_its_rooms_and_found_without_accents(
    staff: IsolatedClient,
) -> None:
    more = staff.fill(NEW, {"name": "Café Über", "rooms-0-name": "Attic", "add": "1"})
    values = values_of(Page(more.text).form())
    saved = staff.post(NEW, data=values | {"rooms-1-name": "Hall", "rooms-1-capacity": "80"})

    found, none = staff.page(VENUES + "?q=uber").text(), staff.page(VENUES + "?q=ubex").text()
    assert (more.status_code, saved.status_code) == (200, 303)
    assert _rooms() == [("Attic", None, False), ("Hall", 80, False)]
    assert "Café Über" in found
    assert "Attic, Hall" in found
    assert "Nothing fits" in none
    assert _actions() == ["venue.add"]


#: What is typed, the field beside which it is refused, and how.
WRONG = [
    ({"name": ""}, "name", "Give it a name."),
    ({"name": "Taken"}, "name", "Another venue has this name."),
    (
        {"rooms-0-name": "Room É", "rooms-1-name": "room e"},
        "rooms-1-name",
        "Two rooms of a venue cannot have one name.",
    ),
    ({"rooms-0-capacity": "8"}, "rooms-0-name", "Give it a name."),
    ({"timezone": "Nairobbi"}, "timezone", "The nearest are: Africa/Nairobi."),
]


def test_what_cannot_be_is_said_beside_its_field(staff: IsolatedClient, make: Make) -> None:
    make.training_session(meetings=(make.meeting_plan(venue="Taken"),))

    for fields, target, said in WRONG:
        response = staff.fill(NEW, {"name": "New", "address": "Kept", **fields})
        page = Page(response.text)
        error = page.root.find(f".//p[@id='{target}-error']")
        assert response.status_code == (409 if fields.get("name") == "Taken" else 422)
        assert error is not None, fields
        assert said in "".join(error.itertext())
        assert values_of(page.form())["address"] == ["Kept"]
        assert _venue().name == "Taken"


def test_a_new_name_is_written_into_the_calendars_of_what_is_to_come(
    staff: IsolatedClient, make: Make
) -> None:
    past, coming = NOW - 2 * DAY, NOW + 2 * DAY
    session = make.training_session(
        meetings=(
            make.meeting_plan(past, venue="Campus", room="2"),
            make.meeting_plan(coming, venue="Campus", room="2"),
            make.meeting_plan(coming + DAY, venue="Campus", room="3"),
        ),
        now=past - DAY,
    )
    elsewhere = make.training_session(meetings=(make.meeting_plan(coming + 9 * DAY, venue="Hut"),))
    before = [meeting.revision for meeting in db.session.scalars(sa.select(Meeting))]
    venue_id = db.session.scalars(sa.select(Venue.id).where(Venue.name == "Campus")).one()
    names = [room.name for room in db.session.scalars(sa.select(Room)) if room.name]
    address = f"/staff/venues/{venue_id}"

    of_venue = staff.fill(address, {"name": "North Campus"}, action=address)
    swapped = staff.fill(address, {"rooms-0-name": "3", "rooms-1-name": "2"}, action=address)

    meetings = db.session.scalars(sa.select(Meeting).order_by(Meeting.starts_at)).all()
    stored = db.session.get_one(TrainingSession, session.id)
    assert (sorted(names), of_venue.status_code, swapped.status_code) == (["2", "3"], 303, 303)
    assert _locations() == ["3, North Campus", "3, North Campus", "2, North Campus", "Hut"]
    assert [meeting.revision - b for meeting, b in zip(meetings, before, strict=True)] == [
        2,
        2,
        2,
        0,
    ]
    assert stored.revision == session.revision + 2
    assert db.session.get_one(TrainingSession, elsewhere.id).revision == elsewhere.revision
    [because] = set(
        db.session.scalars(
            sa.select(AuditEntry.because_id).where(
                AuditEntry.action == "session.revise",
                AuditEntry.after["revision"].as_integer() == session.revision + 1,
            )
        )
    )
    assert db.session.get_one(AuditEntry, because).action == "venue.revise"


def test_a_room_that_was_used_is_archived_and_comes_back_by_its_name(
    staff: IsolatedClient, make: Make
) -> None:
    make.training_session(meetings=(make.meeting_plan(venue="Campus", room="Used"),))
    address = f"/staff/venues/{_venue().id}"
    staff.fill(address, {"rooms-1-name": "Free"}, action=address)

    form = values_of(staff.page(address).form(address))
    names = {form[f"rooms-{row}-name"][0]: row for row in (0, 1)}
    gone = staff.post(
        address, data={name: v for name, v in form.items() if not name.startswith("rooms-")}
    )
    without = _rooms()
    page = staff.page(address).text()
    staff.fill(address, {"rooms-0-name": "Used", "rooms-0-capacity": "12"}, action=address)

    assert set(names) == {"Free", "Used"}
    assert gone.status_code == 303
    assert without == [("Used", None, True)]
    assert "Archived: Used." in page
    assert _rooms() == [("Used", 12, False)]


def test_the_second_of_two_tabs_is_shown_what_differs(staff: IsolatedClient) -> None:
    staff.fill(NEW, {"name": "Campus", "rooms-0-name": "1"})
    address = f"/staff/venues/{_venue().id}"
    second = values_of(staff.page(address).form(address))
    staff.fill(address, {"rooms-0-capacity": "30"}, action=address)

    refused = staff.post(address, data=second | {"name": "Mine"})
    page = Page(refused.text)
    again = staff.post(address, data=values_of(page.form(address)))

    assert refused.status_code == 409
    assert "Somebody else changed this venue while you were editing it." in page.text()
    assert "Name Campus Mine" in page.text()
    assert "Rooms 1 (30) 1" in page.text()
    assert again.status_code == 303
    assert (_venue().name, _rooms()) == ("Mine", [("1", None, False)])
    assert staff.post(address, data=second | {"revision": ""}).status_code == 409


def test_what_is_used_is_archived_and_what_is_not_deleted(
    staff: IsolatedClient, make: Make
) -> None:
    make.training_session(meetings=(make.meeting_plan(venue="Used", room="1"),))
    used = f"/staff/venues/{_venue().id}"
    staff.fill(NEW, {"name": "Unused", "rooms-0-name": "1"})
    unused_id = db.session.scalars(sa.select(Venue.id).where(Venue.name == "Unused")).one()
    unused = f"/staff/venues/{unused_id}"
    links = {
        address: [link.get("href") for link in staff.page(address).root.iter("a")]
        for address in (used, unused)
    }

    refused = staff.get(f"{used}/delete")
    archived = staff.fill(used, action="/archive")
    offered = staff.page("/staff/sessions/new")
    deleted = staff.fill(f"{unused}/delete")

    options = [option.get("value") for option in offered.root.iter("option")]
    assert f"{unused}/delete" in links[unused]
    assert f"{used}/delete" not in links[used]
    assert (refused.status_code, archived.status_code, deleted.status_code) == (409, 303, 303)
    assert "Unused" in options
    assert "Used" not in options
    assert "Used" in staff.page(VENUES + "?show=archived").text()
    assert "No venues yet" in staff.page(VENUES).text()
    assert staff.get(unused).status_code == 404
    restored = staff.post(
        f"{used}/archive",
        data={**values_of(staff.page(used).form("/archive")), "restore": "1"},
    )
    assert restored.status_code == 303
    assert "Used" in staff.page(VENUES).text()
    assert _actions() == ["venue.add", "venue.archive", "venue.delete", "venue.restore"]


def test_lists_take_the_same_statements_however_long(
    staff: IsolatedClient, make: Make, statements: Counted
) -> None:
    counted: dict[str, list[int]] = {}
    for number in range(3):
        make.training_session(
            course_id=make.course().id,
            campaign_id=make.campaign(f"Month {number}").id,
            meetings=(make.meeting_plan(venue=f"Campus {number}", room="1"),),
        )
        for address in (VENUES, "/staff/courses/", "/staff/campaigns/", "/staff/sessions/new"):
            with statements() as sent:
                assert staff.get(address).status_code == 200
            counted.setdefault(address, []).append(len(sent))

    assert {address: len(set(numbers)) for address, numbers in counted.items()} == dict.fromkeys(
        counted, 1
    )
    assert max(max(numbers) for numbers in counted.values()) <= 8
