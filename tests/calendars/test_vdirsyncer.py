"""ICS-12, ICS-13: vdirsyncer, a real subscriber, at a real server."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.serving import make_server

from tests.calendars.entries import value_of
from tests.calendars.feeds import make_token, path_of, settle
from tests.factories import Make
from tests.times import DAY, NOW
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.sessions import service as sessions
from training.sessions.models import Meeting

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

PROGRAM = Path(sys.executable).with_name("vdirsyncer")
CONFIG = """\
[general]
status_path = "{folder}/status"
[pair ours]
a = "web"
b = "disk"
collections = null
[storage web]
type = "http"
url = "{url}"
[storage disk]
type = "filesystem"
path = "{folder}/items"
fileext = ".ics"
"""


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application really answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Subscriber:
    """What one calendar program has of a feed."""

    def __init__(self, url: str, folder: Path) -> None:
        self._config, self._items = folder / "config", folder / "items"
        self._items.mkdir(parents=True)
        self._config.write_text(CONFIG.format(folder=folder, url=url))
        self._run("discover")

    def _run(self, command: str) -> None:
        run = subprocess.run(
            [PROGRAM, "-c", self._config, command],
            capture_output=True,
            text=True,
            input="y\n",
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        assert "error" not in run.stderr.lower(), run.stderr

    def sync(self) -> dict[str, bytes]:
        """Ask the server, and return what there is: name of a file → its one event."""
        db.session.rollback()
        self._run("sync")
        settle()
        return {path.name: path.read_bytes() for path in self._items.iterdir()}


def said(item: bytes, name: str) -> str:
    return value_of(item.rstrip() + b"\r\n", name)


def test_syncing_again_changes_nothing_and_one_edit_changes_one_event(
    address: str, make: Make, tmp_path: Path
) -> None:
    """It names events by what is in them, so an edit is one file less and one file more."""
    trainer = make.trainer()
    edited, *_ = [
        make.training_session(
            title=f"Talk {number} 🧠; and, more",
            trainer_ids=(trainer.person_id,),
            meetings=(
                make.meeting_plan(NOW + number * DAY),
                make.meeting_plan(NOW + number * DAY + DAY / 4),
            ),
        )
        for number in range(1, 6)
    ]
    token = make_token(FeedKind.TRAINER, trainer.person_id)
    program = Subscriber(f"{address}{path_of(token)}", tmp_path / "program")
    before = program.sync()
    assert len(before) == 10

    assert program.sync() == before

    ids = db.session.scalars(
        sa.select(Meeting.id)
        .where(Meeting.training_session_id == edited.id)
        .order_by(Meeting.starts_at)
    ).all()
    meetings = (
        make.meeting_plan(NOW + DAY, meeting_id=ids[0]),
        make.meeting_plan(NOW + DAY + DAY / 3, meeting_id=ids[1]),  # later that day
    )
    plan = make.session_plan(
        title=edited.title, trainer_ids=(trainer.person_id,), meetings=meetings
    )
    with transaction():
        sessions.revise(edited.id, plan, expected_revision=None, actor_id=None, now=NOW)
    after = program.sync()
    gone, new = before.keys() - after.keys(), after.keys() - before.keys()
    kept = before.keys() & after.keys()
    assert (len(gone), len(new)) == (1, 1)
    assert {one: before[one] for one in kept} == {one: after[one] for one in kept}
    [old], [moved] = (before[one] for one in gone), (after[one] for one in new)
    assert said(old, "SUMMARY") == said(moved, "SUMMARY") == f"{edited.title} (2/2)"
    assert said(old, "DTSTART") < said(moved, "DTSTART")
    assert int(said(moved, "SEQUENCE")) == int(said(old, "SEQUENCE")) + 1
