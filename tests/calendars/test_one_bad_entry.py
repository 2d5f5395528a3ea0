"""ICS-04: one entry that cannot be written takes no other down, and stops nobody's work."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.calendars.entries import value_of
from tests.calendars.feeds import events, make_token, read, titles
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, NOW
from training.calendars import feed
from training.calendars.models import StoredEntry
from training.calendars.values import CalendarEntry, FeedKind, Variant
from training.db import db, transaction
from training.registrations import entries
from training.registrations.models import Registration
from training.sessions import entries as session_entries
from training.sessions import service as sessions
from training.sessions.cli import commands
from training.sessions.models import Meeting, TrainingSession

PUBLIC = "/calendar/sessions.ics"
Break = Callable[[str], None]


@pytest.fixture
def break_on(monkeypatch: pytest.MonkeyPatch) -> Break:
    """Let the writer fail at every entry in which a text stands, or at all of one meeting's."""
    original = feed.vevent

    def broken(wanted: str) -> None:
        def vevent(entry: CalendarEntry, *, domain: str) -> bytes:
            if wanted in f"{entry.summary} {entry.uid}":
                raise UnicodeError(wanted)
            return original(entry, domain=domain)

        monkeypatch.setattr(feed, "vevent", vevent)

    return broken


def uid_of(session: TrainingSession) -> str:
    return str(
        db.session.scalars(
            sa.select(Meeting.uid).where(Meeting.training_session_id == session.id)
        ).one()
    )


def test_text_that_the_writer_fails_at_leaves_the_time_and_everything_else(
    client: IsolatedClient, make: Make, break_on: Break, caplog: pytest.LogCaptureFixture
) -> None:
    break_on("Snag")
    make.training_session(title="Before", starts_at=NOW + DAY)
    bad = make.training_session(title="Snag", description="What", starts_at=NOW + 2 * DAY)
    make.training_session(title="After", starts_at=NOW + 3 * DAY)

    found = events(client.get(PUBLIC).data)

    assert [event["SUMMARY"] for event in found] == ["Before", "Training session", "After"]
    assert found[1]["DTSTART"] == f"{bad.starts_at:%Y%m%dT%H%M%SZ}"
    assert found[1]["STATUS"] == "CONFIRMED"
    assert "DESCRIPTION" not in found[1]
    # Which meeting it was, and nothing of what people wrote.
    assert {record.getMessage() for record in caplog.records} == {"calendar entry not written"}
    assert {vars(record)["uid"] for record in caplog.records} == {uid_of(bad)}
    assert "Snag" not in caplog.text


def test_entry_that_cannot_be_written_at_all_stays_as_it_was(
    app: Flask, client: IsolatedClient, make: Make, break_on: Break
) -> None:
    """Staff can still save; what is rebuilt is the rest; and it is known to be outdated."""
    bad = make.training_session(title="Bad", starts_at=NOW + DAY)
    good = make.training_session(title="Good", starts_at=NOW + 2 * DAY)
    break_on(uid_of(bad))
    for session, title in ((bad, "Bad now"), (good, "Good now")):
        meeting_id = db.session.scalars(
            sa.select(Meeting.id).where(Meeting.training_session_id == session.id)
        ).one()
        plan = make.session_plan(
            title=title, meetings=(make.meeting_plan(session.starts_at, meeting_id=meeting_id),)
        )
        with transaction():
            sessions.revise(session.id, plan, expected_revision=None, actor_id=None, now=NOW)
    assert titles(client.get(PUBLIC).data) == ["Bad", "Good now"]
    with transaction():
        db.session.execute(sa.update(StoredEntry).values(written_by="an older one"))

    result = app.test_cli_runner().invoke(commands, ["rebuild"])

    assert result.exit_code == 0
    outdated = sa.select(StoredEntry.meeting_uid).where(StoredEntry.written_by == "an older one")
    assert {str(uid) for uid in db.session.scalars(outdated)} == {uid_of(bad)}


def test_own_feed_is_served_without_what_cannot_be_written_for_it(
    client: IsolatedClient, make: Make, break_on: Break, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the entry is written when it is read: for who has no seat."""
    full, other, torn, impossible = (
        make.training_session(title=title, capacity=capacity, starts_at=NOW + day * DAY)
        for day, (title, capacity) in enumerate(
            (("Full", 1), ("Other", 9), ("Torn", 9), ("Impossible", 1)), start=1
        )
    )
    me = make.participant("Ana")
    for one in (full, impossible):
        make.outcome(one)
    registered = [make.outcome(one, me) for one in (full, other, torn, impossible)]
    [mine] = {
        db.session.get_one(Registration, one.registration_ids[0]).person_id for one in registered
    }
    token = make_token(FeedKind.PERSON, mine)
    everything = ["Waitlist: Full", "Other", "Torn", "Waitlist: Impossible"]
    assert titles(read(client, token).data) == everything
    client.application.extensions.pop("feed_bodies")
    break_on(uid_of(full))
    with transaction():
        db.session.execute(
            sa.update(StoredEntry)
            .where(
                StoredEntry.variant == Variant.PERSONAL,
                StoredEntry.meeting_uid
                == sa.select(Meeting.uid)
                .where(Meeting.training_session_id == torn.id)
                .scalar_subquery(),
            )
            .values(body=b"BEGIN:VEVENT\r\nEND:VEVENT\r\n")
        )
    impossible_id, original = impossible.id, session_entries.open_entries

    def open_entries(training_session: TrainingSession, *, base_url: str) -> list[CalendarEntry]:
        if training_session.id == impossible_id:
            raise ValueError("a calendar entry ends after it starts")
        return original(training_session, base_url=base_url)

    monkeypatch.setattr(entries, "open_entries", open_entries)

    response = read(client, token)

    assert (response.status_code, titles(response.data)) == (200, ["Other"])
    assert value_of(response.data, "SUMMARY") == "Other"
