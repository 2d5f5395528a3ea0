"""``training import sessions``: the command, its report, and what is in the database afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.imports.events import FILES, event, moment, real_events, write
from training.clock import utc_now
from training.db import Base, db, transaction
from training.errors import BusyError
from training.imports.cli import MAX_FILE_BYTES, commands
from training.imports.rules import Stored
from training.imports.service import events, find_stored
from training.notifications.models import Message
from training.registrations import seats
from training.registrations import service as registrations
from training.registrations.seats import Group
from training.registrations.values import Fit, Participant
from training.sessions import service as sessions
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import (
    Audience,
    Delivery,
    ExternalKey,
    MeetingPlan,
    SeatPlan,
    SessionPlan,
    SessionStatus,
)

WRONG_HOUR = (
    "2027-04-06T14:00:00 in Australia/Sydney is 2027-04-06T04:00:00Z "
    "by our time zone data, but the file says 2027-04-06T03:00:00Z."
)
NOTHING_WRITTEN = (
    "Nothing was written, because something was refused. "
    "Correct it, or take the rest with --keep-going."
)

Tables = dict[str, list[Any]]
Import = Callable[..., Result]


@pytest.fixture
def bring(app: Flask) -> Import:
    """Run the command as a program would, and return its exit status and output."""

    def invoke(*arguments: str | Path) -> Result:
        db.session.rollback()
        result = app.test_cli_runner().invoke(
            commands, ["sessions", *(str(argument) for argument in arguments)]
        )
        db.session.rollback()
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


def everything() -> Tables:
    """Return every row of every table."""
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
        }


def keys() -> Sequence[str | None]:
    return db.session.scalars(
        sa.select(TrainingSession.external_key).order_by(TrainingSession.external_key)
    ).all()


def messages() -> Sequence[str]:
    return db.session.scalars(sa.select(Message.kind).order_by(Message.kind)).all()


def instants(key: str) -> list[tuple[datetime, datetime]]:
    rows = db.session.execute(
        sa.select(Meeting.starts_at, Meeting.ends_at)
        .join(Meeting.training_session)
        .where(TrainingSession.external_key == key)
        .order_by(Meeting.ordinal)
    )
    return [(starts_at, ends_at) for starts_at, ends_at in rows]


def here(key: str) -> Stored:
    """Return the session made of an event, as the next import will find it."""
    found = find_stored(ExternalKey(source="eventbrite", key=key))
    db.session.rollback()
    assert found is not None
    return found


def register(training_session_id: int, *emails: str) -> None:
    """Register people as the public form does."""
    participants = tuple(Participant(name="Ada", email=email) for email in emails)
    with transaction():
        registrations.register(
            training_session_id,
            Group(participants=participants, fit=Fit.WHAT_FITS),
            now=utc_now(),
        )


def test_wall_times_and_instants_of_all_68_equal_the_source_s(bring: Import) -> None:
    result = bring(*FILES)

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == (
        "68 events: 68 created, 0 changed, 0 unchanged, 0 refused; 30 cleaned."
    )
    rows = db.session.execute(
        sa.select(
            TrainingSession.external_key,
            TrainingSession.timezone,
            Meeting.timezone,
            Meeting.wall_start,
            Meeting.starts_at,
            Meeting.wall_end,
            Meeting.ends_at,
            TrainingSession.starts_at,
            TrainingSession.ends_at,
        ).join(TrainingSession.meetings)
    )
    imported = {key: (zones, zone, *times) for key, zones, zone, *times in rows}
    expected = {}
    for source in real_events():
        start, end = source["start"], source["end"]
        starts_at, ends_at = instant(start["utc"]), instant(end["utc"])
        expected[source["id"]] = (
            start["timezone"],
            start["timezone"],
            datetime.fromisoformat(start["local"]),
            starts_at,
            datetime.fromisoformat(end["local"]),
            ends_at,
            starts_at,
            ends_at,
        )
    assert imported == expected
    assert len(imported) == 68
    assert len({zone for zone, *_ in imported.values()}) == 7


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def test_statuses_audiences_capacities_and_text_arrive(bring: Import) -> None:
    bring(*FILES)

    rows = db.session.execute(
        sa.select(
            TrainingSession.external_key,
            TrainingSession.title,
            TrainingSession.capacity,
            TrainingSession.status,
            TrainingSession.audience,
            TrainingSession.delivery,
            TrainingSession.language,
        )
    )
    assert {key: tuple(values) for key, *values in rows} == {
        source["id"]: (
            " ".join(source["name"]["text"].split()),
            source["capacity"],
            SessionStatus.DRAFT if source["status"] == "draft" else SessionStatus.PUBLISHED,
            Audience.PUBLIC if source["listed"] else Audience.INVITED,
            Delivery.ONLINE if source["online_event"] else Delivery.IN_PERSON,
            source["locale"].replace("_", "-"),
        )
        for source in real_events()
    }


def test_a_second_run_changes_nothing_and_touches_no_row(bring: Import) -> None:
    bring(*FILES)
    before = everything()

    result = bring(*FILES)

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == (
        "68 events: 0 created, 0 changed, 68 unchanged, 0 refused; 30 cleaned."
    )
    assert everything() == before


@pytest.mark.parametrize("more", [(), ("--keep-going",)])
def test_a_dry_run_writes_nothing(bring: Import, more: tuple[str, ...]) -> None:
    before = everything()

    result = bring("--dry-run", *more, *FILES)

    assert result.exit_code == 0
    assert result.output.splitlines()[0] == (
        "would be created  3635670388  ANDS SA Community Day  (cleaned: description)"
    )
    assert result.output.splitlines()[-2:] == [
        "68 events: 68 created, 0 changed, 0 unchanged, 0 refused; 30 cleaned.",
        "Nothing was written: this was a dry run.",
    ]
    assert everything() == before


def test_a_dry_run_foretells_what_the_run_does(bring: Import, tmp_path: Path) -> None:
    bring(write(tmp_path / "first.json", event("1"), event("2"), event("3")))
    newer = write(
        tmp_path / "second.json",
        event("1"),
        event("2", capacity=30),
        event("3", status="canceled"),
        event("4"),
    )

    foretold = bring("--dry-run", newer).output
    done = bring(newer).output

    assert foretold.splitlines()[:-1] == [
        "unchanged  1  Event 1",
        "would be changed  2  Event 2  (capacity)",
        "would be changed  3  Event 3  (status)",
        "would be created  4  Event 4",
        "4 events: 1 created, 2 changed, 1 unchanged, 0 refused; 0 cleaned.",
    ]
    assert done == "\n".join(foretold.splitlines()[:-1]).replace("would be ", "") + "\n"


def test_one_bad_event_of_many_leaves_nothing_written(bring: Import, tmp_path: Path) -> None:
    events = [event(str(number)) for number in range(1, 100)]
    events[41]["capacity"] = 0
    events[70]["start"] = moment("2027-04-06T14:00:00", "2027-04-06T03:00:00Z")
    before = everything()

    result = bring(write(tmp_path / "page.json", *events))

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line for line in lines if line.startswith("refused")] == [
        "refused  42  (The capacity is 0; it must be from 1 to 100000.)",
        f"refused  71  ({WRONG_HOUR})",
    ]
    assert lines[0] == "would be created  1  Event 1"
    assert lines[-2:] == [
        "99 events: 97 created, 0 changed, 0 unchanged, 2 refused; 0 cleaned.",
        NOTHING_WRITTEN,
    ]
    assert everything() == before


def test_keep_going_takes_the_rest(bring: Import, tmp_path: Path) -> None:
    page = write(tmp_path / "page.json", event("1"), event("2", capacity=-5), None, event("4"))

    result = bring("--keep-going", page)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "created  1  Event 1",
        "refused  2  (The capacity is -5; it must be from 1 to 100000.)",
        "refused  page.json, event 3  (It is not an object.)",
        "created  4  Event 4",
        "4 events: 2 created, 0 changed, 0 unchanged, 2 refused; 0 cleaned.",
    ]
    assert keys() == ["1", "4"]


def test_each_field_that_changes_at_the_source_changes_here(bring: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    bring(write(page, event("1")))
    newer = event(
        "1",
        name={"text": "Another title"},
        description={"text": "Another\r\ntext."},
        locale="fr_CA",
        online_event=False,
        listed=False,
        capacity=7,
        start=moment("2027-07-01T09:00:00", "2027-07-01T13:00:00Z", "America/Toronto"),
        end=moment("2027-07-01T10:00:00", "2027-07-01T14:00:00Z", "America/Toronto"),
    )

    result = bring(write(page, newer))

    assert result.output.splitlines()[0] == (
        "changed  1  Another title  (title, description, language, delivery, audience, "
        "timezone, time, capacity; cleaned: description)"
    )
    found = here("1")
    [meeting] = found.plan.meetings
    assert (found.status, found.seats) == (SessionStatus.PUBLISHED, SeatPlan(capacity=7))
    assert found.plan == SessionPlan(
        title="Another title",
        description="Another\ntext.",
        language="fr-CA",
        delivery=Delivery.IN_PERSON,
        audience=Audience.INVITED,
        timezone="America/Toronto",
        meetings=(
            MeetingPlan(
                wall_start=datetime(2027, 7, 1, 9),
                wall_end=datetime(2027, 7, 1, 10),
                timezone="America/Toronto",
                start_fold=0,
                end_fold=0,
                meeting_id=meeting.meeting_id,
            ),
        ),
    )
    assert instants("1") == [
        (datetime(2027, 7, 1, 13, tzinfo=UTC), datetime(2027, 7, 1, 14, tzinfo=UTC))
    ]
    assert bring(page).output.splitlines()[0].startswith("unchanged  1  Another title")


@pytest.mark.parametrize("utc_hour", [15, 16])
def test_a_time_that_occurs_twice_is_kept_as_the_source_means_it(
    bring: Import, tmp_path: Path, utc_hour: int
) -> None:
    start = moment("2027-04-04T02:30:00", f"2027-04-03T{utc_hour}:30:00Z")
    end = moment("2027-04-04T05:00:00", "2027-04-03T19:00:00Z")
    page = write(tmp_path / "page.json", event("1", start=start, end=end))

    bring(page)
    again = bring(page)

    [meeting] = here("1").plan.meetings
    assert meeting.start_fold == utc_hour - 15
    assert instants("1") == [
        (
            datetime(2027, 4, 3, utc_hour, 30, tzinfo=UTC),
            datetime(2027, 4, 3, 19, tzinfo=UTC),
        )
    ]
    assert again.output.splitlines()[0] == "unchanged  1  Event 1"


def test_what_is_ours_survives_a_change_at_the_source(bring: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    bring(write(page, event("1", online_event=False)))
    found = here("1")
    [meeting] = found.plan.meetings
    ours = replace(meeting, venue="Town Hall", room="2.01", join_url="https://v.example.org/1")
    plan = replace(
        found.plan,
        meetings=(ours, replace(_a_day_later(ours), meeting_id=None)),
        delivery=Delivery.HYBRID,
        audience=Audience.PARTNERS,
        registration_closes=datetime(2027, 4, 5, 12),
        registration_paused=True,
    )
    few_may_wait = SeatPlan(capacity=20, waitlist_capacity=3)
    now = utc_now()
    with transaction():
        sessions.revise(found.id, plan, expected_revision=None, actor_id=None, now=now)
        seats.change_capacity(found.id, few_may_wait, keep=False, actor_id=None, now=now)

    unchanged = bring(page)
    as_staff_left_it = here("1").plan
    changed = bring(write(page, event("1", online_event=False, name={"text": "New"}, capacity=25)))

    assert unchanged.output.splitlines()[0] == "unchanged  1  Event 1"
    assert changed.output.splitlines()[0] == "changed  1  New  (title, capacity)"
    assert here("1").seats == SeatPlan(capacity=25, waitlist_capacity=3)
    assert here("1").plan == replace(as_staff_left_it, title="New")
    assert [meeting.room for meeting in as_staff_left_it.meetings] == ["2.01", "2.01"]
    assert as_staff_left_it.audience is Audience.PARTNERS
    assert as_staff_left_it.delivery is Delivery.HYBRID


def test_a_session_cancelled_here_is_never_re_opened(bring: Import, tmp_path: Path) -> None:
    page = write(tmp_path / "page.json", event("1"))
    bring(page)
    with transaction():
        sessions.cancel(here("1").id, actor_id=None, now=utc_now())
    before = everything()

    same = bring(page)
    other = bring(write(page, event("1", name={"text": "Another"}, capacity=1)))

    note = "It is cancelled here, and an import never re-opens a session."
    assert same.output.splitlines()[0] == f"unchanged  1  Event 1  ({note})"
    assert other.output.splitlines()[0] == f"unchanged  1  Another  ({note})"
    assert other.exit_code == 0
    assert everything() == before


def test_an_event_cancelled_at_the_source_is_cancelled_here(bring: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    bring(write(page, event("1")))
    register(here("1").id, "ada@example.org")

    cancelled = bring(write(page, event("1", status="canceled")))
    again = bring(page)

    assert cancelled.output.splitlines()[0] == "changed  1  Event 1  (status)"
    assert again.output.splitlines()[0] == "unchanged  1  Event 1"
    assert here("1").status is SessionStatus.CANCELLED
    assert messages() == ["registration.confirmed", "registration.session_cancelled"]


def test_an_event_cancelled_before_it_came_is_imported_as_cancelled(
    bring: Import, tmp_path: Path
) -> None:
    bring(write(tmp_path / "page.json", event("1", status="canceled")))

    assert here("1").status is SessionStatus.CANCELLED


def test_a_draft_that_goes_live_is_published(bring: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    bring(write(page, event("1", status="draft")))
    assert here("1").status is SessionStatus.DRAFT

    result = bring(write(page, event("1", status="live")))

    assert result.output.splitlines()[0] == "changed  1  Event 1  (status)"
    assert here("1").status is SessionStatus.PUBLISHED


def test_a_session_published_here_stays_so(bring: Import, tmp_path: Path) -> None:
    page = write(tmp_path / "page.json", event("1", status="draft"))
    bring(page)
    with transaction():
        sessions.publish(here("1").id, actor_id=None, now=utc_now())
    before = everything()

    result = bring(page)

    assert result.output.splitlines()[0] == (
        "unchanged  1  Event 1  (It is published here, and an import never takes that back.)"
    )
    assert everything() == before


def test_more_seats_at_the_source_promote_who_waits(bring: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    bring(write(page, event("1", capacity=1)))
    register(here("1").id, "ada@example.org", "grace@example.org")

    result = bring(write(page, event("1", capacity=2)))

    assert result.output.splitlines()[0] == "changed  1  Event 1  (capacity)"
    assert messages() == [
        "registration.confirmed",
        "registration.promoted",
        "registration.waitlisted",
    ]


def test_fewer_seats_than_people_are_refused(bring: Import, tmp_path: Path) -> None:
    page = tmp_path / "page.json"
    bring(write(page, event("1", capacity=2), event("2")))
    register(here("1").id, "ada@example.org", "grace@example.org")
    fewer = write(page, event("1", capacity=1, name={"text": "New"}), event("2", capacity=5))
    before = everything()
    reason = (
        "(Seats that people hold: 2. Choose at least that many, "
        "or keep everybody and overbook the session.)"
    )

    together = bring(fewer)
    after_together = everything()
    apart = bring("--keep-going", fewer)

    assert together.output.splitlines()[:2] == [
        f"refused  1  New  {reason}",
        "would be changed  2  Event 2  (capacity)",
    ]
    assert (together.exit_code, apart.exit_code) == (1, 1)
    assert after_together == before
    assert apart.output.splitlines()[:2] == [
        f"refused  1  New  {reason}",
        "changed  2  Event 2  (capacity)",
    ]
    assert (here("1").plan.title, here("1").seats.capacity) == ("Event 1", 2)
    assert here("2").seats.capacity == 5


def test_an_event_that_stands_on_two_pages_is_taken_once(bring: Import, tmp_path: Path) -> None:
    first = write(tmp_path / "1.json", event("1"), event("2"))
    second = write(tmp_path / "2.json", event("2"), event("1", capacity=3))

    result = bring("--keep-going", first, second)

    assert result.output.splitlines() == [
        "created  1  Event 1",
        "created  2  Event 2",
        "unchanged  2  Event 2",
        "refused  1  (It stands in the input twice, and differently each time.)",
        "4 events: 2 created, 0 changed, 1 unchanged, 1 refused; 0 cleaned.",
    ]
    assert keys() == ["1", "2"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "This is not JSON: see line 1, column 1.", id="empty"),
        pytest.param(b"a;b;c\n", "This is not JSON: see line 1, column 1.", id="CSV"),
        pytest.param(
            b"[]",
            'This is not an Eventbrite events list: an object with a list named "events".',
            id="another JSON",
        ),
        pytest.param(
            b"[" * 100_000, "Its lists and objects are nested more than 32 deep.", id="deep"
        ),
        pytest.param(b'{"events": [NaN]}', "It contains a number that cannot be stored.", id="NaN"),
        pytest.param(
            b'{"events": [], "events": []}',
            "One of its objects has the same key twice.",
            id="duplicate key",
        ),
        pytest.param(
            b'{"events": ["\\ud800"]}', "It contains half a character.", id="half a character"
        ),
        pytest.param(
            '{"events": []}'.encode("utf-16"), "This is not encoded in UTF-8.", id="UTF-16"
        ),
        pytest.param(
            b" " * (MAX_FILE_BYTES + 1),
            f"This is too large: at most {MAX_FILE_BYTES} bytes can be read.",
            id="too large",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    bring: Import, tmp_path: Path, data: bytes, reason: str
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(data)
    good = write(tmp_path / "good.json", event("1"))

    result = bring(good, bad)

    assert result.exit_code == 1
    assert result.output.splitlines()[:2] == [
        "would be created  1  Event 1",
        f"refused  bad.json  ({reason})",
    ]
    assert keys() == []


def test_a_byte_order_mark_is_no_obstacle(bring: Import, tmp_path: Path) -> None:
    page = write(tmp_path / "page.json", event("1"))
    page.write_bytes(b"\xef\xbb\xbf" + page.read_bytes())

    assert bring(page).exit_code == 0


def test_hostile_text_is_shown_without_harm(bring: Import, tmp_path: Path) -> None:
    title = "Robert\u202e'); DROP TABLE training_session;--\x1b[2J %s {{7*7}}"
    page = write(tmp_path / "page.json", event("1", name={"text": title}))

    result = bring(page)

    assert result.output.splitlines()[0] == (
        "created  1  Robert'); DROP TABLE training_session;--[2J %s {{7*7}}  (cleaned: title)"
    )
    assert here("1").plan.title == "Robert\u202e'); DROP TABLE training_session;--[2J %s {{7*7}}"


def test_a_busy_database_is_said_and_nothing_is_written(
    bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise BusyError

    monkeypatch.setattr(sessions, "publish", busy)
    page = write(tmp_path / "page.json", event("1"))
    before = everything()

    apart = bring("--keep-going", page)

    assert apart.exit_code == 1
    assert apart.output.splitlines()[0] == (
        "refused  1  Event 1  (The server is busy. Nothing was changed; please try again.)"
    )
    assert everything() == before


def test_two_imports_at_once_do_not_make_a_session_twice(
    bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = write(tmp_path / "page.json", event("1"))
    bring(page)
    monkeypatch.setattr(events, "find_stored", lambda _external: None)  # not yet, when it looked

    result = bring("--keep-going", page)

    assert result.output.splitlines()[0] == (
        "refused  1  Event 1  (Another import is running. Nothing was changed; please try again.)"
    )
    assert keys() == ["1"]


def test_a_bar_is_shown_on_a_terminal_only(
    bring: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = write(tmp_path / "page.json", event("1"))

    plain = bring(page).output
    monkeypatch.setattr("training.imports.cli.is_watched", lambda: True)
    watched = bring(page).output

    assert "Importing" not in plain
    assert "Importing" in watched


def test_import_says_what_it_needs(bring: Import, tmp_path: Path) -> None:
    assert bring().exit_code == 2
    assert bring(tmp_path / "missing.json").exit_code == 2
    assert bring(tmp_path).exit_code == 2


def _a_day_later(meeting: MeetingPlan) -> MeetingPlan:
    return replace(
        meeting,
        wall_start=meeting.wall_start + timedelta(days=1),
        wall_end=meeting.wall_end + timedelta(days=1),
    )
