"""From the version before to this one and back, with the demo's rows in all that both know."""

from typing import Any

import flask_migrate
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.times import NOW
from training.accounts.models import Invitation
from training.calendars.models import FeedVersion, StoredEntry
from training.calendars.values import Variant
from training.checks.service import audit
from training.db import db, transaction
from training.demo.cast import who_signs_in
from training.demo.service import make_demo
from training.sessions.cli import write_outdated
from training.sessions.models import Meeting, TrainingSession

Rows = dict[str, list[dict[str, Any]]]

HASHES = {one.email: "no hash" for one in who_signs_in()}
#: What an older version does not keep right is made anew.
MADE_ANEW = {StoredEntry.__tablename__, FeedVersion.__tablename__}


def stored() -> Rows:
    """Return every row of every table, as plain values."""
    metadata = sa.MetaData()
    metadata.reflect(db.engine)
    with db.engine.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(_in_order(table)).mappings().all()]
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }


def _in_order(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).order_by(*table.primary_key.columns)


def known_to(other: Rows, found: Rows) -> Rows:
    """Return the rows that stand in others, too, with the columns that they have there."""
    return {
        name: [
            {column: value for column, value in row.items() if column in rows[0]}
            for row in found[name]
        ]
        for name, rows in other.items()
        if rows and name not in MADE_ANEW
    }


def entries() -> list[tuple[Any, ...]]:
    columns = (StoredEntry.meeting_uid, StoredEntry.variant, StoredEntry.body)
    found = db.session.execute(sa.select(*columns).order_by(*columns[:2])).all()
    db.session.rollback()
    return [tuple(row) for row in found]


def test_mig_01_02_everything_comes_through_an_upgrade(app: Flask) -> None:
    """MIG-01, MIG-02: and back; going back loses what the migration says, and nothing else."""
    with transaction():
        make_demo(HASHES, now=NOW)
    newest, in_calendars = stored(), entries()
    assert newest["attendance_mark"]
    assert newest["membership"]
    db.session.remove()

    flask_migrate.downgrade(revision="0001")
    old = stored()
    flask_migrate.upgrade()
    upgraded = stored()

    assert known_to(old, newest) == known_to(old, old)
    assert known_to(old, upgraded) == known_to(old, old)
    assert {row["variant"] for row in old["stored_entry"]} == {"public"}
    assert {row["revision"] for row in upgraded["course"]} == {0}
    assert Invitation.__tablename__ not in old
    assert write_outdated() == db.session.scalar(
        sa.select(sa.func.count(TrainingSession.id)).where(
            TrainingSession.id.in_(sa.select(Meeting.training_session_id))
        )
    )
    assert entries() == in_calendars
    assert set(db.session.scalars(sa.select(FeedVersion.feed))) == {
        Variant.PUBLIC,
        Variant.STAFF,
    }
    db.session.rollback()
    assert audit(now=NOW) == []


def test_mig_03_an_upgrade_that_was_stopped_goes_on_with_the_rest(app: Flask, make: Make) -> None:
    """MIG-03: sessions whose entries are written already are not touched again."""
    ids = [make.training_session().id for _ in range(3)]
    before = entries()
    some = sa.select(Meeting.uid).where(Meeting.training_session_id.in_(ids[1:]))
    with transaction():
        db.session.execute(
            sa.delete(StoredEntry)
            .where(StoredEntry.variant != Variant.PUBLIC, StoredEntry.meeting_uid.in_(some))
            .execution_options(synchronize_session=False)
        )

    assert (write_outdated(), write_outdated()) == (2, 0)
    assert entries() == before
