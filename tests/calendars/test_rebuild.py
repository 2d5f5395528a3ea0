"""``training calendars rebuild``: after an upgrade everybody gets what this version writes."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib import resources
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from tzdata import IANA_VERSION
from werkzeug.test import TestResponse

from tests.calendars.feeds import events, make_token, path_of
from tests.clients import IsolatedClient
from tests.databases import Databases
from tests.factories import Make
from tests.server.running import clean_environ
from tests.times import NOW
from training.calendars import feed
from training.calendars.feed import WRITTEN_BY
from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.service import feeds
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.sessions import entries
from training.sessions.cli import commands
from training.sessions.models import Meeting, TrainingSession

Statements = Callable[[], AbstractContextManager[list[str]]]

OLD = "0-2020a"
PUBLIC = "/calendar/sessions.ics"
DONE = "Sessions whose calendar entries were written: {}.\n"


class Bed:
    """One session that somebody of an organization goes to, with a trainer; and another one."""

    def __init__(self, make: Make) -> None:
        trainer, other = make.trainer(), make.trainer()
        organization, coordinator = make.organization(), make.coordinator()
        representative = make.representative(organization)
        self.session = make.training_session(
            title="Basics", language="en", trainer_ids=(trainer.person_id,)
        )
        participant = make.claimed(make.participant(), organization)
        make.outcome(self.session, participant)
        self.other = make.training_session(
            title="Next", language="fr", trainer_ids=(other.person_id,)
        )
        stranger = make.registration(self.other)
        person_id = make.person(email=participant.email).id
        #: The paths of feeds that have the session in them, and of those that do not.
        self.with_it = [
            PUBLIC,
            f"{PUBLIC}?language=en",
            *(
                path_of(make_token(kind, owner_id, organization_id))
                for kind, owner_id, organization_id in (
                    (FeedKind.PERSON, person_id, None),
                    (FeedKind.TRAINER, trainer.person_id, None),
                    (FeedKind.ORGANIZATION, representative.person_id, organization.id),
                    (FeedKind.STAFF, coordinator.person_id, None),
                )
            ),
        ]
        self.without = [
            path_of(make_token(FeedKind.PERSON, stranger.person_id)),
            path_of(make_token(FeedKind.TRAINER, other.person_id)),
        ]


@pytest.fixture
def bed(make: Make) -> Bed:
    return Bed(make)


def rebuild(app: Flask, *options: str) -> str:
    db.session.remove()
    result = app.test_cli_runner().invoke(commands, ["rebuild", *options])
    assert result.exit_code == 0
    return str(result.output)


def written_before(
    sessions: Sequence[TrainingSession], *, old: bytes = b"", new: bytes = b""
) -> None:
    """Let the entries of sessions be as the version before wrote them."""
    uids = sa.select(Meeting.uid).where(
        Meeting.training_session_id.in_([session.id for session in sessions])
    )
    stored = sa.select(StoredEntry).where(StoredEntry.meeting_uid.in_(uids))
    with transaction():
        for entry in db.session.scalars(stored):
            entry.written_by, entry.body = OLD, entry.body.replace(old, new)
    db.session.remove()


def stored() -> dict[tuple[str, str], tuple[object, ...]]:
    rows = db.session.execute(
        sa.select(
            StoredEntry.meeting_uid, StoredEntry.variant, StoredEntry.rewritten, StoredEntry.body
        )
    ).all()
    db.session.remove()
    return {(str(row[0]), row[1]): tuple(row[2:]) for row in rows}


def versions() -> dict[str, int]:
    statement = sa.select(FeedVersion).order_by(FeedVersion.feed)
    found = {row.feed: row.version for row in db.session.scalars(statement)}
    db.session.remove()
    return found


def written_by() -> set[str]:
    found = set(db.session.scalars(sa.select(StoredEntry.written_by)))
    db.session.remove()
    return found


def asked_again(client: IsolatedClient, path: str, before: TestResponse) -> TestResponse:
    """Ask as a program does that has the answer before."""
    return client.get(path, headers={"If-None-Match": before.headers["ETag"]})


def summaries(response: TestResponse) -> list[str]:
    return sorted(event["SUMMARY"] for event in events(response.data))


def test_feeds_read_between_an_upgrade_and_its_rebuild_are_fetched_again(
    app: Flask, client: IsolatedClient, bed: Bed
) -> None:
    """One ETag stands for one body; in the feed of a person too, who gets other bytes yet."""
    written_before([bed.session], old=b"SUMMARY:Basics", new=b"SUMMARY:Bases")
    paths = bed.with_it + bed.without
    between = {path: client.get(path) for path in paths}
    assert all("Bases" in summaries(between[path]) for path in bed.with_it)
    was = versions()

    said = rebuild(app)

    after = {path: asked_again(client, path, between[path]) for path in paths}
    assert said == DONE.format(1)
    assert {path: after[path].status_code for path in paths} == (
        dict.fromkeys(bed.with_it, 200) | dict.fromkeys(bed.without, 304)
    )
    for path in bed.with_it:
        assert after[path].headers["ETag"] != between[path].headers["ETag"]
        assert "Basics" in summaries(after[path])
        assert "Bases" not in summaries(after[path])
        # The same for programs that know dates only.
        since = between[path].headers.get("Last-Modified")
        if since is not None:
            assert client.get(path, headers={"If-Modified-Since": since}).status_code == 200
    assert versions() == {name: version + 1 for name, version in was.items()}
    assert written_by() == {WRITTEN_BY}


def test_entries_that_come_out_as_they_were_tell_nobody(
    app: Flask, client: IsolatedClient, bed: Bed
) -> None:
    written_before([bed.session, bed.other])
    paths = bed.with_it + bed.without
    before = {path: client.get(path) for path in paths}
    was, numbers = stored(), versions()

    assert rebuild(app) == DONE.format(2)

    assert (stored(), versions(), written_by()) == (was, numbers, {WRITTEN_BY})
    answers = [asked_again(client, path, before[path]).status_code for path in paths]
    assert answers == [304] * len(paths)
    assert (rebuild(app), rebuild(app, "--all")) == (DONE.format(0), DONE.format(2))
    assert (stored(), versions()) == (was, numbers)


def test_with_all_what_looks_up_to_date_is_written_anew_too(
    app: Flask, client: IsolatedClient, bed: Bed
) -> None:
    """Such as after the address of the site has changed, or the words of a translation."""
    written_before([bed.session], old=b"SUMMARY:Basics", new=b"SUMMARY:Bases")
    with transaction():
        db.session.execute(sa.update(StoredEntry).values(written_by=WRITTEN_BY))
    between = {path: client.get(path) for path in bed.with_it}

    assert rebuild(app) == DONE.format(0)
    assert all(asked_again(client, path, between[path]).status_code == 304 for path in between)
    assert rebuild(app, "--all") == DONE.format(2)
    after = [asked_again(client, path, between[path]) for path in between]

    assert ["Basics" in summaries(answer) for answer in after] == [True] * len(after)


def test_a_rebuild_that_was_stopped_goes_on_with_the_rest(
    app: Flask, bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_before([bed.session, bed.other])
    really, ids = entries.rewrite, (bed.session.id, bed.other.id)
    rewritten: list[int] = []

    def stop(training_session_id: int, **values: object) -> None:
        if training_session_id == ids[1]:
            raise KeyboardInterrupt
        really(training_session_id, now=NOW)

    def note(training_session_id: int, **values: object) -> None:
        rewritten.append(training_session_id)
        really(training_session_id, now=NOW)

    monkeypatch.setattr(entries, "rewrite", stop)
    db.session.remove()
    stopped = app.test_cli_runner().invoke(commands, ["rebuild"])
    db.session.remove()
    monkeypatch.setattr(entries, "rewrite", note)

    assert stopped.exit_code == 1
    assert written_by() == {OLD, WRITTEN_BY}
    assert rebuild(app) == DONE.format(1)
    assert rewritten == [ids[1]]
    assert written_by() == {WRITTEN_BY}


def test_a_session_is_locked_while_its_entries_are_written(
    app: Flask, bed: Bed, statements: Statements
) -> None:
    """Else a change that is committed meanwhile would be overwritten by what was before it."""
    written_before([bed.session])

    with statements() as sent:
        rebuild(app)

    locked = [
        number for number, one in enumerate(sent) if one.startswith("UPDATE training_session")
    ]
    read_ = [number for number, one in enumerate(sent) if "training_session.description" in one]
    assert len(locked) == len(read_) == 1
    assert locked < read_


def test_entries_and_etags_know_the_writer_and_its_zone_data(
    app: Flask, client: IsolatedClient, bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = bed.with_it + bed.without
    before = {path: client.get(path) for path in paths}

    monkeypatch.setattr(feeds, "WRITTEN_BY", f"{feed.WRITER_VERSION}-2099z")
    feeds._fingerprint.cache_clear()  # noqa: SLF001 -- it remembers what is patched
    upgraded = [asked_again(client, path, before[path]).status_code for path in paths]
    monkeypatch.undo()
    feeds._fingerprint.cache_clear()  # noqa: SLF001 -- it remembers what is patched

    assert written_by() == {f"{feed.WRITER_VERSION}-{IANA_VERSION}"} == {WRITTEN_BY}
    assert upgraded == [200] * len(paths)


#: Plans a session by the wall clock, and prints what a feed says of it.
_PROGRAM = """
import sys, zoneinfo
from datetime import datetime
from pathlib import Path

wall = datetime(2031, 3, 1, 10)
print(wall.replace(tzinfo=zoneinfo.ZoneInfo("Africa/Nairobi")).utcoffset())
from tests.apps import create_test_app
from tests.factories import Make
from training.sessions.values import MeetingPlan

app = create_test_app(sys.argv[1], Path(sys.argv[2]))
with app.app_context():
    plan = MeetingPlan(wall_start=wall, wall_end=wall.replace(hour=11), timezone="Africa/Nairobi")
    Make().training_session(meetings=(plan,))
    for line in app.test_client().get("/calendar/sessions.ics").text.splitlines():
        if line.startswith("DTSTART"):
            print(line)
"""


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_feed_is_served_by_our_own_zone_data_whatever_the_system_has(
    engine: str, databases: Databases, tmp_path: Path
) -> None:
    """On this system's clocks it is as late in Nairobi as it is in Tokyo."""
    poisoned = tmp_path / "zoneinfo" / "Africa" / "Nairobi"
    poisoned.parent.mkdir(parents=True)
    tokyo = resources.files("tzdata.zoneinfo").joinpath("Asia", "Tokyo")
    poisoned.write_bytes(tokyo.read_bytes())

    printed = subprocess.run(
        [sys.executable, "-c", _PROGRAM, databases.make(engine, tmp_path), str(tmp_path)],
        env=clean_environ() | {"PYTHONTZPATH": str(tmp_path / "zoneinfo")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert printed.splitlines() == ["9:00:00", "DTSTART:20310301T070000Z"]
