"""``training demo``: what it makes, for whom, and that it leaves real data alone."""

import re
import stat
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from training.accounts.models import Account
from training.accounts.service import check_password
from training.checks import service as checks
from training.clock import utc_now
from training.config import Settings
from training.db import Base, db, transaction
from training.demo import scenario, sign_ins
from training.demo.cli import commands
from training.demo.service import make_demo
from training.notifications.models import Message
from training.organizations.models import Organization
from training.people.models import Person
from training.people.service import make_missing_people
from training.registrations.models import Registration
from training.sessions.models import Assignment, Course, Meeting, TrainingSession
from training.sessions.queries import get_session
from training.sessions.values import Delivery, SessionState

Demo = Callable[..., Result]
HASHES = {one.email: "no hash" for one in (*scenario.COLLEAGUES, *scenario.TRAINERS)}
IS_OURS = TrainingSession.external_key.is_(None)


@pytest.fixture
def demo(app: Flask) -> Demo:
    """Run the command as ``make run`` does."""

    def invoke(*arguments: str) -> Result:
        db.session.rollback()
        result = app.test_cli_runner().invoke(commands, arguments)
        db.session.rollback()
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


@pytest.fixture
def instance(app: Flask) -> Path:
    settings: Settings = app.extensions["settings"]
    return settings.instance


def everything() -> dict[str, list[str]]:
    with db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(sa.select(table))))
            for table in Base.metadata.sorted_tables
        }


def rows(output: str) -> list[list[str]]:
    """Return the lines of the table of sign-ins, without its headings."""
    return [line.split() for line in output.splitlines() if "@example.org" in line]


def count(column: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(column)) or 0


def states(now: datetime) -> dict[str, SessionState]:
    """Return what a reader is told about each session of the demo itself."""
    ids = dict(
        db.session.execute(
            sa.select(TrainingSession.title, TrainingSession.id).where(IS_OURS)
        ).all()
    )
    return {title: get_session(id_, now=now).availability.state for title, id_ in ids.items()}


def test_demo_shows_sign_ins_that_open_accounts(demo: Demo) -> None:
    result = demo()

    assert result.exit_code == 0
    assert "role         e-mail                   password" in result.output.splitlines()
    shown = rows(result.output)
    assert [(role, email) for role, email, _ in shown] == [
        ("admin", "admin@example.org"),
        ("coordinator", "coordinator@example.org"),
        ("trainer", "wanjiru@example.org"),
        ("trainer", "noah@example.org"),
        ("trainer", "camille@example.org"),
    ]
    roles = {}
    for _, email, password in shown:
        assert re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", password)
        account = db.session.get_one(Account, check_password(email, password))
        roles[email] = account.staff_role
    assert roles == {
        "admin@example.org": "admin",
        "coordinator@example.org": "coordinator",
        "wanjiru@example.org": None,
        "noah@example.org": None,
        "camille@example.org": None,
    }
    assert count(Account) == 5


def test_sign_ins_are_kept_for_the_owner_alone_and_shown_again(demo: Demo, instance: Path) -> None:
    first = demo("--if-fresh")
    before = everything()

    again = demo("--if-fresh")

    kept = instance / "demo-sign-ins.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert again.exit_code == 0
    assert rows(again.output) == rows(first.output) == rows(kept.read_text())
    assert everything() == before
    assert [path.name for path in instance.glob("*demo*")] == ["demo-sign-ins.txt"]


def test_passwords_are_others_each_time() -> None:
    colleagues = (*scenario.COLLEAGUES, *scenario.TRAINERS)
    passwords = [one.password for _ in range(20) for one in sign_ins.invent(colleagues)]

    assert len(set(passwords)) == 100


@pytest.mark.parametrize(("arguments", "status"), [((), 1), (("--if-fresh",), 0)])
def test_an_instance_in_use_is_left_alone(
    demo: Demo, instance: Path, arguments: tuple[str, ...], status: int
) -> None:
    with transaction():
        make_missing_people({"grace@example.org": "Grace"})
    before = everything()

    result = demo(*arguments)

    assert result.exit_code == status
    assert rows(result.output) == []
    assert everything() == before
    assert list(instance.glob("*demo*")) == []


def test_a_refusal_says_why(demo: Demo) -> None:
    demo()

    result = demo()

    assert result.exit_code == 1
    assert result.output == (
        "Error: Somebody uses this instance already, so nothing was added. "
        "Demo data are made in a fresh instance only.\n"
    )


def test_the_demo_holds_what_there_is_to_look_at(demo: Demo) -> None:
    demo()
    now = utc_now()

    assert count(Organization) == 6
    assert count(Course) == 6
    assert count(sa.select(TrainingSession.id).where(~IS_OURS).subquery()) == 68
    assert count(sa.select(TrainingSession.id).where(IS_OURS).subquery()) == 14
    assert count(Registration) == 86
    assert count(Assignment) == 14
    told = states(now)
    assert told["Safer livestreams for beginners"] is SessionState.FEW_SEATS
    assert told["Crisis response online: the first hour"] is SessionState.WAITLIST
    assert told["Crisis response online: evening repeat"] is SessionState.CANCELLED
    assert told["Accessible video for helplines"] is SessionState.NOT_YET_OPEN
    assert told["Working with creators: what to agree on first"] is SessionState.DRAFT
    assert told["Safer livestreams: questions and practice"] in {
        SessionState.RUNNING,
        SessionState.OVER,
    }
    assert Counter(told.values())[SessionState.OPEN] == 8
    statuses = db.session.scalars(
        sa.select(Registration.status)
        .join(Registration.training_session)
        .where(TrainingSession.title == "Crisis response online: the first hour")
        .order_by(Registration.ticket)
    ).all()
    assert statuses == ["confirmed"] * 8 + ["waitlisted"] * 4


def test_sessions_differ_in_zone_language_delivery_and_meetings(demo: Demo) -> None:
    demo()

    zones, languages, deliveries = (
        set(db.session.scalars(sa.select(column).where(IS_OURS)))
        for column in (TrainingSession.timezone, TrainingSession.language, TrainingSession.delivery)
    )
    assert len(zones) == 12
    assert languages == {"en", "es", "fr", "de", "pt-BR"}
    assert deliveries == set(Delivery)
    meetings = db.session.scalars(
        sa.select(sa.func.count(Meeting.id))
        .join(Meeting.training_session)
        .where(IS_OURS)
        .group_by(TrainingSession.id)
    )
    assert sorted(meetings) == [*[1] * 13, 2]
    in_a_room = db.session.scalars(
        sa.select(TrainingSession.title)
        .join(TrainingSession.meetings)
        .where(Meeting.room_id.is_not(None))
        .order_by(TrainingSession.title)
    )
    assert in_a_room.all() == [
        "Crisis response online: exercises in the room",
        "Des directs plus sûrs",
    ]


def test_everybody_s_address_leads_nowhere(demo: Demo) -> None:
    demo()

    emails = db.session.scalars(sa.select(Person.email)).all()
    assert len(emails) == 53
    assert [email for email in emails if not re.search(r"[@.]example\.org$", email or "")] == []


def test_only_today_s_mails_wait_to_be_sent(demo: Demo) -> None:
    demo()

    mails = db.session.execute(
        sa.select(Message.status, Message.kind, sa.func.count())
        .group_by(Message.status, Message.kind)
        .order_by(Message.status, Message.kind)
    ).all()
    assert [tuple(mail) for mail in mails] == [
        ("dead", "registration.confirmed", 82),
        ("dead", "registration.waitlisted", 2),
        ("queued", "registration.session_cancelled", 3),
        ("queued", "registration.waitlisted", 2),
    ]
    assert set(db.session.scalars(sa.select(Message.reason))) == {
        None,
        "demo data: of the past, so it was never sent",
    }


def test_the_demo_breaks_no_invariant(demo: Demo) -> None:
    demo()

    found = dict(checks.find_broken(now=utc_now()))

    assert found
    assert [finding for findings in found.values() for finding in findings] == []


MOMENTS = [
    pytest.param(datetime(2027, 3, 26, 0, 5, tzinfo=UTC), id="before clocks go forward in Europe"),
    pytest.param(datetime(2027, 12, 31, 18, 30, tzinfo=UTC), id="new year's eve"),
]


@pytest.mark.parametrize("now", MOMENTS)
def test_the_demo_can_be_made_at_any_time(app: Flask, now: datetime) -> None:
    with transaction():
        make_demo(HASHES, now=now)

    today = db.session.execute(
        sa.select(TrainingSession.starts_at, TrainingSession.ends_at).where(
            TrainingSession.title == "Safer livestreams: questions and practice"
        )
    ).one()
    assert timedelta(hours=1) <= now - today.starts_at < timedelta(hours=2)
    assert today.ends_at - today.starts_at == timedelta(minutes=90)
    others = db.session.scalars(
        sa.select(TrainingSession.starts_at).where(IS_OURS).order_by(TrainingSession.starts_at)
    ).all()[1:]
    assert others[0] > now
    assert count(Registration) == 86
    assert states(now)["Crisis response online: the first hour"] is SessionState.WAITLIST


def test_on_one_day_the_same_is_made_again(app: Flask) -> None:
    now = datetime(2027, 3, 1, 10, 20, tzinfo=UTC)

    def made() -> list[Any]:
        with transaction():
            make_demo(HASHES, now=now)
        found = db.session.execute(
            sa.select(
                TrainingSession.title,
                Meeting.starts_at,
                Registration.name,
                Registration.status,
                Registration.ticket,
                Registration.registered_at,
            )
            .join(TrainingSession.meetings)
            .outerjoin(Registration, Registration.training_session_id == TrainingSession.id)
            .order_by(TrainingSession.title, Meeting.starts_at, Registration.ticket)
        )
        return [tuple(row) for row in found]

    first = made()
    db.session.remove()
    with db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            if table.name == "audit_entry":  # points at itself
                connection.execute(sa.update(table).values(because_id=None))
            connection.execute(sa.delete(table))

    assert made() == first


def test_the_demo_is_made_quickly(demo: Demo) -> None:
    # Of the processor, so that a busy machine does not count.
    began = time.process_time()

    demo()

    assert time.process_time() - began < 6
