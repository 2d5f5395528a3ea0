"""DB-03: the power goes while people register, and what was written last may be gone or torn.

What SQLite writes and syncs for the real services is taken down by a process of its own; then the
disk is put together as it may be after a power cut at many moments, checkpoints among them, and
the application looks at each. ``make crash ROUNDS=2000`` looks at more moments.
"""

import multiprocessing
import random
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.apps import create_test_app
from tests.crash import disk_log
from tests.crash.disk_log import DiskLog, Event
from tests.crash.disks import Crash, crashes
from tests.crash.load import wrong_rows
from tests.crash.site import CHANCE, ROUNDS, Site
from tests.factories import Make
from training import db as database
from training import instance
from training.config import load
from training.db import db
from training.people.models import Person
from training.registrations.models import Registration

pytestmark = pytest.mark.skipif(
    not disk_log.is_possible(),
    reason="this Python hides its SQLite; Debian's and pyenv's do not",
)

#: Moments at which the power goes; at each, four states of the disk are looked at.
MOMENTS = ROUNDS or 25
#: So few that there is a checkpoint every few registrations, and every other state falls into one.
PAGES_BEFORE_CHECKPOINT = 30
REGISTRATIONS = 40


def _register(site: Site, pragmas: tuple[str, ...], events: Any) -> None:
    """Run by a process of its own: its SQLite is watched."""
    log = DiskLog()
    database.PRAGMAS = pragmas  # type: ignore[assignment]  # longer by one
    app = create_test_app(site.url, site.folder)
    with app.app_context():
        make = Make()
        roomy = make.training_session(capacity=None)
        full = make.training_session(capacity=5)
        for number in range(REGISTRATIONS):
            address = f"ada.{number}@example.org"
            make.outcome((roomy, full)[number % 2], make.participant(email=address))
            log.acknowledge(address)
    events.send(log.events)


def watched(site: Site, synchronous: str) -> tuple[bytes, list[Event]]:
    """Return the database as it was, and what happened to it while people registered."""
    before = (site.folder / "training.sqlite").read_bytes()
    pragmas = tuple(
        f"synchronous={synchronous}" if pragma.startswith("synchronous") else pragma
        for pragma in database.PRAGMAS
    )
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    pragmas = (*pragmas, f"wal_autocheckpoint={PAGES_BEFORE_CHECKPOINT}")
    process = context.Process(target=_register, args=(site, pragmas, theirs))
    process.start()
    theirs.close()
    events = ours.recv()
    process.join()
    return before, events


def what_is_lost(crash: Crash) -> list[str]:
    """Return what the application would find wrong after this; its database is put together."""
    path = Path(str(db.engine.url.database))
    db.session.remove()
    db.engine.dispose()
    crash.put(path)
    settings = load({"TRAINING_INSTANCE": str(path.parent)})
    try:
        with instance.locked(settings):
            assert instance.check(settings, thorough=True)
        kept = set(
            db.session.scalars(
                sa.select(Person.email).join(Registration, Registration.person_id == Person.id)
            )
        )
        lost = [address for address in crash.acknowledged if address not in kept]
        return lost + wrong_rows([])
    except (instance.InstanceError, sa.exc.DatabaseError) as error:
        return [str(error)]


def test_db_03_whenever_the_power_goes_all_that_was_promised_is_there(on_sqlite: Site) -> None:
    """DB-03, DB-02: also in the middle of a checkpoint; no start needs anybody's hand."""
    before, events = watched(on_sqlite, "FULL")
    seed = CHANCE.randrange(2**32)
    chance = random.Random(seed)  # noqa: S311 -- no secret
    moments = crashes(before, events, count=MOMENTS, chance=chance)

    with on_sqlite.app():
        found = [
            (number, lost) for number, crash in enumerate(moments) if (lost := what_is_lost(crash))
        ]

    # For whoever runs it by hand.
    print(f"{MOMENTS} moments, 4 states each, of {len(events)} events, seed {seed}")  # noqa: T201
    assert found == [], f"seed {seed}"
    assert sum(event.kind == disk_log.Kind.SYNC and not event.suffix for event in events) > 3


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_db_04_without_durable_writes_the_same_test_finds_losses(
    on_sqlite: Site, synchronous: str
) -> None:
    """DB-03's teeth; that such a setting is not served is shown in ``tests/server``."""
    before, events = watched(on_sqlite, synchronous)

    with on_sqlite.app():
        moments = crashes(before, events, count=8, chance=random.Random(1))  # noqa: S311 -- no secret
        found = [lost for crash in moments if (lost := what_is_lost(crash))]

    assert len(found) > 3
