"""``training meetings retime``: new zone data move what is to come, and only that. TIME-08."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from tzdata import IANA_VERSION

from tests.calendars.feeds import events, make_token, path_of
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, HOUR, NAIROBI, NOW
from tests.zones import CASABLANCA, zone_data
from training.audit.models import AuditEntry
from training.calendars.models import StoredEntry
from training.calendars.values import FeedKind
from training.checks.service import audit
from training.cli.migrate import migrate
from training.db import db, transaction
from training.registrations import seats
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions import service
from training.sessions.cli import meetings_commands, outlook
from training.sessions.models import Hold, Meeting, TrainingSession
from training.sessions.values import HoldPlan, MeetingPlan, SeatRules, SessionStatus

Statements = Callable[[], AbstractContextManager[list[str]]]

#: An hour ahead of London all year, before; as if Morocco had no rule of its own any more, after.
BEFORE, AFTER = {CASABLANCA: "Africa/Lagos"}, {CASABLANCA: "Africa/Abidjan"}
#: Ten in the morning a week from now, on the wall.
WALL = datetime.combine((NOW + 7 * DAY).date(), datetime.min.time()).replace(hour=10)
NOTHING = f"All that is to come has the times of the zone data {IANA_VERSION}.\n"


@pytest.fixture
def before(app: Flask, tmp_path: Path) -> Iterator[None]:
    """Let sessions be planned by the zone data that there were before."""
    with zone_data(tmp_path / "before", BEFORE):
        yield


@pytest.fixture
def after(before: None, tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    return lambda: zone_data(tmp_path / "after", AFTER)


def plan(wall: datetime = WALL, timezone: str = CASABLANCA, **fields: Any) -> MeetingPlan:
    return MeetingPlan(wall_start=wall, wall_end=wall + 2 * HOUR, timezone=timezone, **fields)


def session(make: Make, *meetings: MeetingPlan, **fields: Any) -> TrainingSession:
    return make.training_session(meetings=meetings or (plan(),), timezone=CASABLANCA, **fields)


def retime(app: Flask, *options: str) -> tuple[int, str]:
    db.session.remove()
    result = app.test_cli_runner().invoke(meetings_commands, ["retime", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=UTC)


def rows() -> list[tuple[Any, ...]]:
    """Return what could change when sessions are retimed."""
    statements = (
        sa.select(TrainingSession.__table__).order_by(TrainingSession.id),
        sa.select(Meeting.__table__).order_by(Meeting.id),
        sa.select(Hold.__table__).order_by(Hold.id),
        sa.select(AuditEntry.__table__).order_by(AuditEntry.id),
        sa.select(StoredEntry.__table__).order_by(StoredEntry.meeting_uid, StoredEntry.variant),
    )
    found = [tuple(row) for statement in statements for row in db.session.execute(statement)]
    db.session.remove()
    return found


def meeting_of(training_session_id: int) -> Meeting:
    return db.session.scalars(
        sa.select(Meeting)
        .where(Meeting.training_session_id == training_session_id)
        .order_by(Meeting.ordinal)
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()


def times_broken() -> list[str]:
    return [finding.subject for finding in audit(now=NOW) if finding.invariant == "times"]


def test_time_08_what_is_to_come_is_shown_and_then_moved(
    app: Flask, make: Make, after: Callable[[], AbstractContextManager[None]]
) -> None:
    """TIME-08: drafts and what was called off as well, which may take place after all."""
    moved_id = session(make, title="Basics").id
    draft_id = session(make, title="Draft", status=SessionStatus.DRAFT).id
    cancelled_id = session(make, title="Off", status=SessionStatus.CANCELLED).id
    session(make, plan(WALL - 14 * DAY), title="Over")
    make.training_session(title="Nairobi")
    make.registration(db.session.get_one(TrainingSession, moved_id))
    ids = (moved_id, draft_id, cancelled_id)
    was = rows()
    assert meeting_of(moved_id).starts_at == utc(WALL) - HOUR
    assert times_broken() == []

    with after():
        shown = retime(app)
        assert rows() == was
        told = outlook(now=NOW)
        assert times_broken() == [f"session {id_}" for id_ in ids]
        done = retime(app, "--apply")
        settled = rows()
        assert times_broken() == []
        assert outlook(now=NOW) is None
        again = retime(app, "--apply")

    day = f"{WALL:%Y-%m-%d}"
    interval = (
        f"    {day} 10:00 to 12:00 {CASABLANCA}: {day} 09:00 to 11:00 → {day} 10:00 to 12:00 UTC\n"
    )
    listed = (
        f'{moved_id} "Basics", people: 1\n{interval}'
        f'{draft_id} "Draft", draft, people: 0\n{interval}'
        f'{cancelled_id} "Off", cancelled, people: 0\n{interval}'
    )
    data = f"by the zone data {IANA_VERSION}: 3"
    counts = "(meetings: 3, people: 1). Sessions that need a person: 0.\n"
    undone = "Nothing was changed. To do it: training meetings retime --apply\n"
    assert shown == (0, f"{listed}Sessions that move {data} {counts}{undone}")
    assert done == (0, f"{listed}Sessions that moved {data} {counts}")
    assert told == (
        f"Sessions to come whose times are not those of the zone data {IANA_VERSION}: 3. "
        "Nothing of them was changed: see `training meetings retime`."
    )
    assert (again, rows()) == ((0, NOTHING), settled)
    for id_ in ids:
        meeting, stored = meeting_of(id_), db.session.get_one(TrainingSession, id_)
        assert (meeting.wall_start, meeting.wall_end) == (WALL, WALL + 2 * HOUR)
        assert (meeting.starts_at, meeting.ends_at) == (utc(WALL), utc(WALL) + 2 * HOUR)
        assert (stored.starts_at, stored.ends_at) == (meeting.starts_at, meeting.ends_at)
        assert meeting.rescheduled_revision == meeting.revision
        assert meeting.rescheduled_at is not None
    # Those that are over, or elsewhere, have not changed by a bit.
    others = [row for row in was if row not in settled]
    assert len(others) == len(ids) * 2 + stored_entries(ids)


def stored_entries(ids: Sequence[int]) -> int:
    """Return how many calendar entries there are of sessions."""
    uids = sa.select(Meeting.uid).where(Meeting.training_session_id.in_(ids))
    count = sa.select(sa.func.count()).where(StoredEntry.meeting_uid.in_(uids))
    return db.session.scalar(count.select_from(StoredEntry)) or 0


def test_time_08_deadlines_follow_and_the_trail_says_why(
    app: Flask, make: Make, after: Callable[[], AbstractContextManager[None]]
) -> None:
    eve = WALL - DAY
    moved = session(make, registration_closes=eve)
    organization, seated = make.organization(), make.registration(moved)
    hold = HoldPlan(seats=2, release=eve)
    rules = SeatRules(minimum=1, decide=eve, needs_approval=True)
    with transaction():
        seats.set_hold(moved.id, organization.id, hold, expected=None, actor_id=None, now=NOW)
        seats.change_rules(moved.id, rules, actor_id=None, now=NOW)
    asking = make.registration(moved)
    ids = (seated.id, asking.id)
    assert asking.request_expires_at == utc(WALL) - HOUR

    with after():
        _status, said = retime(app, "--apply")
        assert times_broken() == []

    day = f"{eve:%Y-%m-%d}"
    assert said.splitlines()[2:5] == [
        f"    registration closes {day} 10:00: {day} 09:00 → {day} 10:00 UTC",
        f"    decision whether it takes place {day} 10:00: {day} 09:00 → {day} 10:00 UTC",
        f"    release of held seats {day} 10:00: {day} 09:00 → {day} 10:00 UTC",
    ]
    stored = db.session.scalars(sa.select(TrainingSession)).one()
    assert (stored.registration_closes_at, stored.decide_at) == (utc(eve), utc(eve))
    assert db.session.scalars(sa.select(Hold.release_at)).all() == [utc(eve)]
    seated, asking = (db.session.get_one(Registration, id_) for id_ in ids)
    assert asking.request_expires_at == utc(WALL)
    assert (seated.status, seated.revision) == (RegistrationStatus.CONFIRMED, 0)
    entry = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.action == "session.retime")
    ).one()
    assert (entry.actor_id, entry.training_session_id) == (None, stored.id)
    assert entry.before == {
        "starts_at": f"{WALL:%Y-%m-%d}T09:00:00+00:00",
        "revision": stored.revision - 1,
    }
    assert entry.after == {
        "starts_at": f"{WALL:%Y-%m-%d}T10:00:00+00:00",
        "revision": stored.revision,
        "zone_data": IANA_VERSION,
        "changed": ["decide_at", "meetings.starts_at", "registration_closes_at", "release_at"],
    }


def test_time_08_calendars_take_the_new_instant_over_with_the_same_words(
    app: Flask,
    make: Make,
    client: IsolatedClient,
    after: Callable[[], AbstractContextManager[None]],
) -> None:
    """The words are those of the wall, which is why people elsewhere must see the instant move."""
    registration = make.registration(session(make))
    paths = ("/calendar/sessions.ics", path_of(make_token(FeedKind.PERSON, registration.person_id)))
    before = {path: client.get(path) for path in paths}

    with after():
        retime(app, "--apply")
    again = {
        path: client.get(path, headers={"If-None-Match": before[path].headers["ETag"]})
        for path in paths
    }

    for path in paths:
        [old], [new] = events(before[path].data), events(again[path].data)
        assert (old["DTSTART"], new["DTSTART"]) == (
            f"{WALL:%Y%m%d}T090000Z",
            f"{WALL:%Y%m%d}T100000Z",
        )
        assert (old["DTEND"], new["DTEND"]) == (f"{WALL:%Y%m%d}T110000Z", f"{WALL:%Y%m%d}T120000Z")
        assert int(new["SEQUENCE"]) == int(old["SEQUENCE"]) + 1
        assert new["UID"] == old["UID"]
        assert new["DESCRIPTION"] == old["DESCRIPTION"]
        assert f"{WALL:%Y-%m-%d} 10:00 – 12:00 {CASABLANCA}" in new["DESCRIPTION"]


def test_migrate_tells_of_what_differs_and_changes_nothing(
    app: Flask, make: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade with other zone data: the instants stored are those of the old."""
    session_id = make.training_session().id
    for kind in (Meeting, TrainingSession):
        with transaction():
            db.session.execute(
                sa.update(kind).values(starts_at=NOW + DAY + HOUR, ends_at=NOW + DAY + 3 * HOUR)
            )
    was = rows()
    monkeypatch.setattr("training.cli.migrate.make_app", lambda _settings: app)

    migrate(app.extensions["settings"])

    assert capsys.readouterr().out == (
        f"Sessions to come whose times are not those of the zone data {IANA_VERSION}: 1. "
        "Nothing of them was changed: see `training meetings retime`.\n"
        "The database is up to date.\n"
    )
    assert rows() == was
    assert times_broken() == [f"session {session_id}"]


def clocks_of_london() -> tuple[datetime, datetime]:
    """Return the next times of which London skips one, and shows one twice."""

    def last_sunday(month: int) -> datetime:
        end = datetime(NOW.year + 1, month, 31, 1, 30)
        return end - timedelta(days=(end.weekday() + 1) % 7)

    return last_sunday(3), last_sunday(10)


def test_what_a_person_must_decide_is_listed_and_left_while_the_others_are_done(
    app: Flask, make: Make, before: None, tmp_path: Path
) -> None:
    skipped, twice = clocks_of_london()
    gap_id = session(make, plan(skipped), plan(twice + 8 * HOUR), title="Skipped").id
    summer_id = session(make, plan(skipped + DAY), title="As it was").id
    winter_id = session(make, plan(twice + 8 * HOUR), title="Plain").id
    ids = (gap_id, summer_id, winter_id)
    was = {id_: meeting_of(id_).starts_at for id_ in ids}
    db.session.remove()

    with zone_data(tmp_path / "london", {CASABLANCA: "Europe/London"}):
        status, said = retime(app)
        applied_status, applied = retime(app, "--apply")
        again = retime(app, "--apply")

    unclear = (
        f'{gap_id} "Skipped", people: 0\n'
        f"    needs a person: {skipped:%Y-%m-%d} 01:30 to 03:30 {CASABLANCA}: "
        f"On {skipped:%Y-%m-%d} the clocks in {CASABLANCA} go forward over 01:30. "
        "The nearest times are 00:30 and 02:30.\n"
    )
    error = (
        "Error: The clocks skip times of some sessions, or show them twice. "
        "These were left as they are: choose other times on their pages, "
        "/staff/sessions/<number>/edit.\n"
    )
    assert (status, applied_status, again[0]) == (1, 1, 1)
    assert said.startswith(unclear)
    assert "Sessions that need a person: 1.\n" in said
    assert said.endswith(error)
    assert applied.startswith(f'{unclear}{winter_id} "Plain", people: 0\n')
    summary = f"Sessions that moved by the zone data {IANA_VERSION}: 0 (meetings: 0, people: 0)."
    assert again == (1, f"{unclear}{summary} Sessions that need a person: 1.\n{error}")
    # London is where Lagos is in summer, and an hour behind in winter.
    assert {id_: meeting_of(id_).starts_at - was[id_] for id_ in ids} == {
        gap_id: timedelta(),
        summer_id: timedelta(),
        winter_id: HOUR,
    }


def test_it_may_be_stopped_and_started_again(
    app: Flask,
    make: Make,
    after: Callable[[], AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
    statements: Statements,
) -> None:
    """Each session is a transaction of its own, under its lock."""
    ids = [session(make).id for _ in range(3)]
    really = service.retime

    def stop(training_session_id: int, *, now: datetime) -> Any:
        if training_session_id == ids[1]:
            raise KeyboardInterrupt
        return really(training_session_id, now=now)

    with after():
        with monkeypatch.context() as patch:
            patch.setattr(service, "retime", stop)
            stopped = app.test_cli_runner().invoke(meetings_commands, ["retime", "--apply"])
        db.session.rollback()
        done = [meeting_of(id_).starts_at == utc(WALL) for id_ in ids]
        with statements() as sent, transaction():
            really(ids[0], now=NOW)
        _status, said = retime(app, "--apply")

    assert isinstance(stopped.exception, SystemExit)
    assert done == [True, False, False]
    assert [line.split()[0] for line in said.splitlines() if '"' in line] == [
        str(id_) for id_ in ids[1:]
    ]
    assert [meeting_of(id_).starts_at for id_ in ids] == [utc(WALL)] * 3
    # Nobody changes it between what is read and what is written.
    assert sent[0].startswith("UPDATE training_session SET seat_changes=")
    assert sent[1:] != []
    assert not [statement for statement in sent[1:] if not statement.startswith("SELECT")]


def test_what_clashes_only_then_is_listed(
    app: Flask, make: Make, after: Callable[[], AbstractContextManager[None]]
) -> None:
    mina = make.trainer(name="Mina").person_id
    there = plan(WALL + 2 * HOUR, "Etc/UTC", venue="Library", room="Blue")
    stays = make.training_session(
        title="Stays", meetings=(there,), timezone=NAIROBI, trainer_ids=(mina,)
    ).id
    late = plan(WALL + HOUR, venue="Library", room="Blue")
    moves = session(make, late, title="Moves", trainer_ids=(mina,)).id
    # Before and after, these are at the same time, and in one place.
    for _ in range(2):
        session(make, plan(WALL + 5 * HOUR, venue="Hall"), title="Both")
    apart = plan(WALL + 9 * HOUR, "Etc/UTC", venue="Library", room="Red")
    make.training_session(title="Apart", meetings=(apart,))
    session(make, plan(WALL + 9 * HOUR), title="No room")

    with after():
        _status, said = retime(app)

    lines = said.splitlines()
    clashing = f'    clashes then with {stays} "Stays": Mina, Blue, Library'
    assert [line for line in lines if "clashes" in line] == [clashing]
    assert lines.index(clashing) == lines.index(f'{moves} "Moves", people: 0') + 2


def test_meetings_that_change_places_are_numbered_anew(
    app: Flask,
    make: Make,
    client: IsolatedClient,
    after: Callable[[], AbstractContextManager[None]],
) -> None:
    """Both entries are others then, though only one meeting is at another time."""
    training_session_id = session(
        make, plan(), plan(WALL - HOUR / 2, "Etc/UTC"), title="Two parts"
    ).id

    def read() -> dict[str, tuple[str, str]]:
        db.session.remove()
        found = client.get(f"/calendar/sessions/{training_session_id}.ics").data
        return {
            event["DTSTART"][9:]: (event["SUMMARY"], event["SEQUENCE"]) for event in events(found)
        }

    was = read()
    with after():
        retime(app, "--apply")
        new = read()

    assert was == {"090000Z": ("Two parts (1/2)", "1"), "093000Z": ("Two parts (2/2)", "1")}
    assert new == {"100000Z": ("Two parts (2/2)", "2"), "093000Z": ("Two parts (1/2)", "2")}
