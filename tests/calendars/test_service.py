import gzip
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.calendars.entries import DOMAIN, entry, properties, value_of
from training.calendars import service
from training.calendars.feed import FOOTER, header, vevent
from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.service import FeedState
from training.calendars.values import CalendarEntry, Variant
from training.db import db, transaction

Statements = Callable[[], AbstractContextManager[list[str]]]

NOW = datetime(2026, 5, 1, 8, 15, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
#: The first instant that a feed asked for at NOW still shows.
CUT = datetime(2025, 5, 1, tzinfo=UTC)


def store(*entries: CalendarEntry, now: datetime = NOW) -> None:
    with transaction():
        service.store_entries(entries, variant=Variant.PUBLIC, domain=DOMAIN, now=now)


def remove(*uids: UUID, now: datetime) -> None:
    with transaction():
        service.remove_entries(uids, variant=Variant.PUBLIC, now=now)


def at(starts_at: datetime, number: int = 0) -> CalendarEntry:
    return entry(uid=UUID(int=number), starts_at=starts_at, summary=f"number {number}")


def state(now: datetime = NOW) -> FeedState:
    return service.public_feed_state(name="Training", now=now)


def feed(now: datetime = NOW) -> bytes:
    return service.feed_body(state(now)).plain


def titles(calendar: bytes) -> list[str]:
    return [value for name, value in properties(calendar) if name == "SUMMARY"]


def versions() -> list[tuple[str, int, datetime]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(FeedVersion.feed, FeedVersion.version, FeedVersion.changed_at)
    )
    return [(feed, version, changed_at) for feed, version, changed_at in rows]


def test_stored_bytes_are_what_the_writer_wrote(app: Flask) -> None:
    first = entry(revision=2)

    store(first)

    [stored] = db.session.scalars(sa.select(StoredEntry))
    assert (stored.meeting_uid, stored.variant, stored.revision, stored.starts_at, stored.body) == (
        first.uid,
        "public",
        2,
        first.starts_at,
        vevent(first, domain=DOMAIN),
    )
    assert feed() == header("Training") + stored.body + FOOTER


def test_store_replaces_what_a_meeting_said_before(app: Flask) -> None:
    """ICS-12."""
    store(entry(revision=0))

    store(entry(revision=1, starts_at=NOW + 9 * DAY, summary="Moved"))

    assert titles(feed()) == ["Moved"]
    [(revision, starts_at)] = db.session.execute(
        sa.select(StoredEntry.revision, StoredEntry.starts_at)
    )
    assert (revision, starts_at) == (1, NOW + 9 * DAY)


def test_store_of_nothing_changes_nothing(app: Flask) -> None:
    store()

    assert versions() == []


def test_store_refuses_to_make_a_join_link_public(app: Flask) -> None:
    with pytest.raises(ValueError, match="no join link"):
        store(entry(join_url="https://video.example.org/1"))

    db.session.rollback()
    assert db.session.scalars(sa.select(StoredEntry)).all() == []


def test_remove_takes_only_what_it_names(app: Flask) -> None:
    store(at(NOW, 1), at(NOW, 2), at(NOW, 3))

    remove(UUID(int=1), UUID(int=3), UUID(int=99), now=NOW + HOUR)

    assert titles(feed()) == ["number 2"]
    assert versions() == [("public", 2, NOW + HOUR)]


def test_remove_of_what_is_not_there_changes_nothing(app: Flask) -> None:
    store(at(NOW, 1))

    remove(UUID(int=99), now=NOW + HOUR)

    assert versions() == [("public", 1, NOW)]


def test_each_version_takes_a_second_of_its_own(app: Flask) -> None:
    store(at(NOW, 1))
    store(at(NOW, 2))
    store(at(NOW, 3), now=NOW - HOUR)
    store(at(NOW, 4), now=NOW + HOUR)

    assert versions() == [("public", 4, NOW + HOUR)]
    store(at(NOW, 5), now=NOW + HOUR)
    assert versions() == [("public", 5, NOW + HOUR + SECOND)]


def test_one_transaction_makes_one_version(app: Flask) -> None:
    with transaction():
        for number in range(3):
            service.store_entries([at(NOW, number)], variant=Variant.PUBLIC, domain=DOMAIN, now=NOW)
        service.remove_entries([UUID(int=0)], variant=Variant.PUBLIC, now=NOW)
    store(at(NOW, 7))

    assert versions() == [("public", 2, NOW + SECOND)]


def test_changes_at_once_make_a_version_each(app: Flask) -> None:
    gate = threading.Barrier(6)

    def change(number: int) -> None:
        with app.app_context():
            gate.wait()
            store(at(NOW, number))

    threads = [threading.Thread(target=change, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert versions() == [("public", 6, NOW + 5 * SECOND)]
    assert len(titles(feed())) == 6


def test_rollback_leaves_feed_and_version_alone(app: Flask) -> None:
    store(at(NOW, 1))
    before = (feed(), state())

    def fail() -> None:
        with transaction():
            service.store_entries([at(NOW, 2)], variant=Variant.PUBLIC, domain=DOMAIN, now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert (feed(), state()) == before


def test_feed_is_ordered_by_start_then_uid(app: Flask) -> None:
    store(at(NOW + HOUR, 1), at(NOW, 3), at(NOW, 2), at(NOW - HOUR, 4))

    assert titles(feed()) == ["number 4", "number 2", "number 3", "number 1"]


def test_feed_reaches_a_year_back_and_forward_without_end(app: Flask) -> None:
    store(at(CUT - SECOND, 1), at(CUT, 2), at(NOW, 3), at(NOW + 3650 * DAY, 4))

    assert titles(feed()) == ["number 2", "number 3", "number 4"]


def test_window_is_cut_by_the_day_and_not_by_the_moment(app: Flask) -> None:
    store(at(CUT, 1), at(CUT + DAY, 2))
    midnight = datetime(2026, 5, 2, tzinfo=UTC)

    assert titles(feed(midnight - SECOND)) == ["number 1", "number 2"]
    assert titles(feed(midnight)) == ["number 2"]


def test_etag_and_last_modified_change_when_the_window_moves_an_event_out(app: Flask) -> None:
    store(at(CUT, 1), at(CUT + 2 * DAY + HOUR, 2))
    days = [state(NOW + number * DAY) for number in range(5)]

    assert [day.modified_at for day in days] == [
        NOW,
        datetime(2026, 5, 2, tzinfo=UTC),
        datetime(2026, 5, 2, tzinfo=UTC),
        datetime(2026, 5, 4, tzinfo=UTC),
        datetime(2026, 5, 4, tzinfo=UTC),
    ]
    assert [day.etag == days[0].etag for day in days] == [True, False, False, False, False]
    assert (days[1].etag == days[2].etag, days[2].etag == days[3].etag) == (True, False)
    assert days[3].etag == days[4].etag


def test_last_modified_does_not_go_back_when_what_left_last_is_removed(app: Flask) -> None:
    store(at(CUT - DAY, 1), at(NOW, 2), now=NOW - 30 * DAY)
    later = NOW + 10 * DAY
    before = state(later)

    remove(UUID(int=1), now=later)

    after = state(later)
    assert before.modified_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert after.modified_at == later
    assert before.etag != after.etag


def test_etag_changes_with_each_version_and_with_the_name(app: Flask) -> None:
    empty = state().etag
    store(at(NOW, 1))
    first = state().etag
    store(at(NOW + HOUR, 1))
    second = state().etag
    store(at(NOW + HOUR, 1))  # as it stands
    assert state().etag == second
    renamed = service.public_feed_state(name="Another name", now=NOW).etag

    assert len({empty, first, second, renamed}) == 4


def test_etag_tells_a_database_set_up_anew_from_the_one_before(app: Flask) -> None:
    store(at(NOW, 1))
    before = state().etag
    with transaction():
        db.session.execute(sa.delete(FeedVersion))
        db.session.execute(sa.delete(StoredEntry))

    store(at(NOW, 2), now=NOW + HOUR)

    assert state().etag != before


def test_feed_before_anything_was_published_is_empty_and_valid(app: Flask) -> None:
    assert state().modified_at is None
    assert feed() == header("Training") + FOOTER


def test_state_of_a_feed_takes_one_query(app: Flask, statements: Statements) -> None:
    store(*(at(CUT + (number - 20) * DAY, number) for number in range(40)))

    with statements() as sent:
        state()

    assert len(sent) == 1


@pytest.mark.parametrize("engine", ["sqlite"])
def test_query_for_the_state_reads_no_table_through(app: Flask, statements: Statements) -> None:
    with statements() as sent:
        state()
    explain = f"EXPLAIN QUERY PLAN {sent[0]}"

    steps = db.session.connection().exec_driver_sql(explain, ("",) * explain.count("?")).all()

    found = [detail for *_, detail in steps if not detail.startswith("SCALAR SUBQUERY")]
    assert found == [
        "SEARCH feed_version USING INDEX sqlite_autoindex_feed_version_1 (feed=?)",
        "SEARCH stored_entry USING COVERING INDEX ix_stored_entry_feed (variant=? AND starts_at<?)",
    ]


def test_feed_takes_two_queries_cold_and_one_warm(app: Flask, statements: Statements) -> None:
    store(*(at(NOW, number) for number in range(3)))

    with statements() as cold:
        first = feed()
    with statements() as warm:
        second = feed()
    store(at(NOW, 9))
    with statements() as changed:
        third = feed()

    assert (len(cold), len(warm), len(changed)) == (2, 1, 2)
    assert first is second
    assert len(titles(third)) == 4


def test_compressed_feed_is_made_once_and_holds_the_same(app: Flask) -> None:
    store(at(NOW, 1))

    body = service.feed_body(state())

    assert gzip.decompress(body.compressed) == body.plain
    assert service.feed_body(state()).compressed is body.compressed


def test_32_pollers_cause_one_rebuild(app: Flask, statements: Statements) -> None:
    store(*(at(NOW, number) for number in range(50)))
    gate = threading.Barrier(32)
    bodies: list[bytes] = []

    def poll() -> None:
        with app.app_context():
            gate.wait()
            bodies.append(feed())

    threads = [threading.Thread(target=poll) for _ in range(32)]
    db.session.rollback()
    with statements() as sent:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(bodies) == 32
    assert len({id(body) for body in bodies}) == 1
    assert len([statement for statement in sent if "stored_entry.body" in statement]) == 1


def test_calendar_of_a_session_has_its_meetings_in_order(app: Flask) -> None:
    second, first, other = at(NOW + DAY, 1), at(CUT - 900 * DAY, 2), at(NOW, 3)
    store(second, first, other)

    calendar = service.calendar_of([second.uid, first.uid], variant=Variant.PUBLIC)

    assert calendar == header() + vevent(first, domain=DOMAIN) + vevent(second, domain=DOMAIN) + (
        FOOTER
    )


def test_calendar_of_what_is_not_public_is_none(app: Flask) -> None:
    store(at(NOW, 1))

    assert service.calendar_of([UUID(int=2)], variant=Variant.PUBLIC) is None
    assert service.calendar_of([], variant=Variant.PUBLIC) is None


def test_one_entry_with_hostile_texts_leaves_the_others_alone(app: Flask) -> None:
    """ICS-04."""
    hostile = entry(
        uid=UUID(int=2),
        starts_at=NOW + HOUR,
        summary="a\x00\ud800\r\nEND:VCALENDAR",
        url="https://example.org/\r\nX:1",
    )

    store(at(NOW, 1), hostile, at(NOW + DAY, 3))

    assert titles(feed()) == ["number 1", "a END:VCALENDAR", "number 3"]
    assert value_of(feed(), "URL") == "https://example.org/%20X:1"
