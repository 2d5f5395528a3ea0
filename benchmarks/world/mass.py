"""Years that are over: copies of one session and its registrations, made by the database itself.

Through the services a million registrations would take half an hour. Each row is a copy of one
that they made, with what must differ, so a new column needs no mention here.
"""

import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import psycopg
import sqlalchemy as sa

from benchmarks.site import Site
from training.accounts.policy import Scope
from training.attendance import service as attendance
from training.attendance.models import Attendance, AttendanceMark
from training.attendance.values import AttendanceStatus, Mark, MarkSource
from training.audit.models import AuditEntry
from training.calendars.models import StoredEntry
from training.clock import utc_now
from training.db import Base, db, transaction
from training.notifications.models import Message
from training.people.models import Person
from training.registrations import service as registrations
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import Participant
from training.sessions import service as sessions
from training.sessions.models import Meeting, TrainingSession
from training.sessions.values import Audience, Delivery, MeetingPlan, SeatPlan, SessionPlan

#: Registrations in each session that is over.
EACH = 100
#: How many sessions one person went to, on average.
_SESSIONS_OF_ONE = 4
_ZONE = "Africa/Nairobi"
#: Far from what the services number.
_FIRST = 10_000_000
_DAYS = 360


class _Connection(Protocol):
    def run(self, statement: str) -> None: ...


def add_past(site: Site, *, registrations_wanted: int) -> None:
    """Add sessions of the past year with so many registrations, their marks, mails and history."""
    count = registrations_wanted // EACH
    with site.app.app_context():
        template = _make_template()
        _copy_sessions(template, count)
        db.session.remove()
        db.engine.dispose()
    wanted = count * EACH
    people = max(EACH, wanted // _SESSIONS_OF_ONE)
    with _beside(site) as connection:
        _number(connection, wanted)
        for model, overrides, where in _copies(people):
            template_id = template[model.__tablename__]
            connection.run(_copy(model, overrides, template_id, where))
        _close(connection, site.engine)


def _make_template() -> dict[str, Any]:
    """Hold one session that is over, with one person who was there; returns the ids of its rows."""
    now = utc_now()
    before = now - timedelta(days=_DAYS + 30)
    start = (before + timedelta(days=10)).replace(tzinfo=None, microsecond=0)
    plan = SessionPlan(
        title="Safer livestreams, held before",
        description="What was taught a while ago.",
        language="en",
        delivery=Delivery.ONLINE,
        audience=Audience.PUBLIC,
        timezone=_ZONE,
        meetings=(
            MeetingPlan(wall_start=start, wall_end=start + timedelta(hours=1), timezone=_ZONE),
        ),
    )
    with transaction():
        id_ = sessions.schedule(plan, SeatPlan(capacity=EACH), actor_id=None, now=before)
    with transaction():
        sessions.publish(id_, actor_id=None, now=before)
    with transaction():
        outcome = registrations.register(
            id_,
            Group(participants=(Participant(name="Ada Past", email="past@example.net"),)),
            now=before,
        )
    (registration_id,) = outcome.registration_ids
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == id_)
    ).one()
    person_id = db.session.scalars(
        sa.select(Registration.person_id).where(Registration.id == registration_id)
    ).one()
    with transaction():
        attendance.record_marks(
            meeting_id,
            [
                Mark(
                    registration_id=registration_id,
                    status=AttendanceStatus.PRESENT,
                    nonce="before.1",
                )
            ],
            source=MarkSource.TRAINER,
            actor_id=person_id,
            scope=Scope.ALL,
            now=before + timedelta(days=11),
        )
    return {
        "training_session": id_,
        "meeting": meeting_id,
        "person": person_id,
        "registration": registration_id,
        "attendance": registration_id,
        "attendance_mark": _id_of(AttendanceMark, AttendanceMark.registration_id, registration_id),
        "message": _id_of(Message, Message.registration_id, registration_id),
        "audit_entry": _id_of(
            AuditEntry,
            AuditEntry.subject_id,
            registration_id,
            AuditEntry.subject_kind == "registration",
        ),
    }


def _id_of(model: Any, column: Any, value: int, *also: sa.ColumnElement[bool]) -> int:
    id_: int = db.session.scalars(sa.select(model.id).where(column == value, *also)).one()
    return id_


def _copy_sessions(template: Mapping[str, Any], count: int) -> None:
    held, meeting = _row(TrainingSession, template), _row(Meeting, template)
    entries = [
        dict(row._mapping)  # noqa: SLF001 -- a row as a mapping
        for row in db.session.execute(
            sa.select(StoredEntry.__table__).where(StoredEntry.meeting_uid == meeting["uid"])
        )
    ]
    now, old_uid = utc_now(), str(meeting["uid"])
    rows: dict[Any, list[dict[str, Any]]] = {TrainingSession: [], Meeting: [], StoredEntry: []}
    for number in range(count):
        ends_at = now - timedelta(days=1, minutes=number * _DAYS * 24 * 60 // count)
        times = {"starts_at": ends_at - timedelta(hours=1), "ends_at": ends_at}
        rows[TrainingSession].append(
            held
            | times
            | {
                "id": _FIRST + number,
                "uid": uuid.uuid4(),
                "confirmed_count": EACH,
                "next_ticket": EACH + 1,
            }
        )
        uid = uuid.uuid4()
        walls = {"wall_start": _wall(times["starts_at"]), "wall_end": _wall(ends_at)}
        own = {"id": _FIRST + number, "uid": uid, "training_session_id": _FIRST + number}
        rows[Meeting].append(meeting | times | walls | own)
        rows[StoredEntry] += [
            entry
            | {
                "meeting_uid": uid,
                "starts_at": times["starts_at"],
                "body": entry["body"].replace(old_uid.encode(), str(uid).encode()),
            }
            for entry in entries
        ]
    with transaction():
        for model, some in rows.items():
            db.session.execute(sa.insert(model.__table__), some)


def _wall(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None) + timedelta(hours=3)  # in Nairobi, all year round


def _row(model: Any, template: Mapping[str, Any]) -> dict[str, Any]:
    table = model.__table__
    found = db.session.execute(sa.select(table).where(table.c.id == template[table.name]))
    return dict(found.one()._mapping)  # noqa: SLF001 -- a row as a mapping


def _copies(people: int) -> Iterator[tuple[type[Base], dict[str, str], str]]:
    """Yield each table with what differs in copy ``n``, and which copies there are."""
    id_, session_id = f"{_FIRST} + n", f"{_FIRST} + n / {EACH}"
    # Neighbours go to the same session, so they must be different people.
    person_id = f"{_FIRST} + (n * 37) % {people}"
    yield (
        Person,
        {
            "id": id_,
            "public_id": "'p' || n",
            "email": "'past' || n || '@example.net'",
            "email_key": "'past' || n || '@example.net'",
            "search_key": "'past ' || n",
        },
        f"n < {people}",
    )
    yield (
        Registration,
        {
            "id": id_,
            "public_id": "'r' || n",
            "training_session_id": session_id,
            "person_id": person_id,
            "ticket": f"n % {EACH} + 1",
        },
        "true",
    )
    yield (
        AuditEntry,
        {"id": id_, "subject_id": id_, "training_session_id": session_id},
        "true",
    )
    yield (
        Message,
        {
            "id": id_,
            "key": "'past:' || n",
            "message_id": "'past' || n",
            "recipient_id": person_id,
            "registration_id": id_,
            "training_session_id": session_id,
            "audit_entry_id": id_,
            "status": "'sent'",
            "attempts": "1",
            "ended_at": "queued_at",
        },
        "true",
    )
    yield (
        AttendanceMark,
        {
            "id": id_,
            "registration_id": id_,
            "meeting_id": session_id,
            "nonce": "'past.' || n",
        },
        "n % 2 = 0",
    )
    yield (
        Attendance,
        {"registration_id": id_, "meeting_id": session_id, "mark_id": id_},
        "n % 2 = 0",
    )


def _copy(model: type[Base], overrides: Mapping[str, str], template_id: int, where: str) -> str:
    table = cast("sa.Table", model.__table__)
    names = [f'"{column.name}"' for column in table.columns]
    values = [overrides.get(column.name, f't."{column.name}"') for column in table.columns]
    key = "registration_id" if table.name == "attendance" else "id"
    return (
        f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {', '.join(values)} "  # noqa: S608 -- names of our own
        f"FROM {table.name} t, benchmark_number WHERE t.{key} = {template_id} AND {where}"
    )


def _number(connection: _Connection, count: int) -> None:
    connection.run("CREATE TABLE benchmark_number (n INTEGER PRIMARY KEY)")
    connection.run(
        "INSERT INTO benchmark_number WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL "  # noqa: S608 -- a number
        f"SELECT n + 1 FROM counted WHERE n + 1 < {count}) SELECT n FROM counted"
    )


def _close(connection: _Connection, engine: str) -> None:
    connection.run("DROP TABLE benchmark_number")
    if engine == "sqlite":
        return
    for table in Base.metadata.tables.values():
        if "id" in table.columns:
            connection.run(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 -- a name of our own
                f"coalesce(max(id), 1)) FROM {table.name}"
            )
    connection.run("VACUUM ANALYZE")  # else it would begin by itself while something is measured
    connection.run("CHECKPOINT")


@contextmanager
def _beside(site: Site) -> Iterator[_Connection]:
    """Connect without what would make a million rows slow: checks of keys, and the disk."""
    path = site.settings.sqlite_path
    if path is not None:
        sqlite = _SQLite(path)
        yield sqlite
        sqlite.close()
        return
    address = site.settings.database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield _PostgreSQL(connection)


class _SQLite:
    def __init__(self, path: Any) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-200000"):
            self._connection.execute(f"PRAGMA {pragma}")

    def run(self, statement: str) -> None:
        self._connection.execute(statement)

    def close(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()


class _PostgreSQL:
    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def run(self, statement: str) -> None:
        self._connection.execute(statement.encode())
