"""``training demo``: what it makes, for whom, and that it leaves real data alone."""

import re
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.apps import create_test_app
from tests.conftest import ENGINES
from tests.databases import Databases
from training.accounts.models import Account
from training.accounts.service import check_password
from training.attendance.models import Attendance, AttendanceMark
from training.campaigns.models import Allotment
from training.checks import service as checks
from training.clock import utc_now
from training.config import Settings
from training.db import Base, db, transaction
from training.demo import sign_ins
from training.demo.cast import who_signs_in
from training.demo.cli import commands
from training.demo.service import make_demo
from training.notifications.models import Message
from training.organizations.models import Membership, Organization
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.people.service import make_missing_people
from training.registrations.allotment_queries import balances
from training.registrations.models import Registration
from training.registrations.values import RegistrationStatus
from training.sessions.models import (
    Assignment,
    Course,
    Hold,
    Meeting,
    Prerequisite,
    TrainingSession,
)
from training.sessions.queries import get_session
from training.sessions.values import Delivery, SessionState
from training.staff.calendar_queries import session_calendars

Demo = Callable[..., Result]
HASHES = {one.email: "no hash" for one in who_signs_in()}
#: E-mail → role, as the table of sign-ins shows them.
SIGN_INS = {
    "admin@example.org": "admin",
    "coordinator@example.org": "coordinator",
    "wanjiru@example.org": "trainer",
    "noah@example.org": "trainer",
    "camille@example.org": "trainer",
    "rania@example.org": "trainer",
    "kenji@example.org": "trainer",
    "olivia.nguyen@harbour-crisis-line.example.org": "representative",
    "charlotte.evans@lantern-alliance.example.org": "representative",
}
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


@pytest.fixture(scope="module", params=ENGINES)
def made(
    request: pytest.FixtureRequest,
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """One demo of each engine, for the tests that only look at it."""
    folder = tmp_path_factory.mktemp("demo")
    url = databases.make(request.param, folder)
    app = create_test_app(url, folder)
    with app.app_context():
        result = app.test_cli_runner().invoke(commands)
        assert result.exit_code == 0, result.output
        db.session.rollback()
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


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
    return [line.split() for line in output.splitlines() if "example.org " in line]


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
    headings = [line for line in result.output.splitlines() if line.startswith("role")]
    assert [line.split() for line in headings] == [["role", "e-mail", "password"]]
    shown = rows(result.output)
    assert {email: role for role, email, _ in shown} == SIGN_INS
    roles = {}
    for _, email, password in shown:
        assert re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", password)
        account = db.session.get_one(Account, check_password(email, password).account_id)
        roles[email] = account.staff_role
    staff = {"admin", "coordinator"}
    assert roles == {email: role if role in staff else None for email, role in SIGN_INS.items()}
    assert count(Account) == len(SIGN_INS)


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
    passwords = [one.password for _ in range(20) for one in sign_ins.invent(list(who_signs_in()))]

    assert len(set(passwords)) == 180


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


def test_the_demo_holds_what_there_is_to_look_at(made: Flask) -> None:
    now = utc_now()

    assert count(Organization) == 8
    assert count(Course) == 8
    assert count(sa.select(TrainingSession.id).where(~IS_OURS).subquery()) == 68
    assert count(sa.select(TrainingSession.id).where(IS_OURS).subquery()) == 40
    assert count(Registration) == 352
    assert count(Assignment) == 40
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
    counted = Counter(told.values())
    assert counted[SessionState.OPEN] == 16
    assert counted[SessionState.WAITLIST] == 3
    statuses = db.session.scalars(
        sa.select(Registration.status)
        .join(Registration.training_session)
        .where(TrainingSession.title == "Crisis response online: the first hour")
        .order_by(Registration.ticket)
    ).all()
    assert statuses == ["confirmed"] * 8 + ["waitlisted"] * 4


def test_each_rule_for_seats_is_shown_once(made: Flask) -> None:
    now = utc_now()

    def statuses(title: str) -> Counter[str]:
        found = db.session.scalars(
            sa.select(Registration.status)
            .join(Registration.training_session)
            .where(TrainingSession.title == title)
        )
        return Counter(str(status) for status in found)

    offer = db.session.scalars(
        sa.select(Registration).where(Registration.status == RegistrationStatus.OFFERED)
    ).one()
    assert offer.offer_expires_at is not None
    assert timedelta(0) < offer.offer_expires_at - now <= timedelta(hours=48)
    assert statuses("Looking after your team: rotas that last") == {
        "confirmed": 11,
        "offered": 1,
        "waitlisted": 1,
        "cancelled": 1,
    }
    assert statuses("Working with creators: reviewing a draft") == {"confirmed": 3, "requested": 2}
    together = db.session.scalars(
        sa.select(Registration.ticket).where(Registration.group == 15).order_by(Registration.ticket)
    ).all()
    assert together == [15, 16, 17]
    assert statuses("Accessible video: a workshop in the room") == {
        "confirmed": 12,
        "waitlisted": 5,
    }
    held = db.session.execute(
        sa.select(TrainingSession.organization_limit, Hold.seats, Hold.release_at)
        .join(Hold, Hold.training_session_id == TrainingSession.id)
        .order_by(Hold.seats)
    ).all()
    assert [(limit, number, at > now) for limit, number, at in held] == [(8, 3, True), (8, 4, True)]
    campaign_id = db.session.scalars(sa.select(Allotment.campaign_id).distinct()).one()
    left = [(one.seats, one.left) for one in balances(campaign_id)]
    assert [seats for seats, _left in left] == [40, 30]
    assert all(0 < left < seats for seats, left in left)
    ahead = db.session.execute(
        sa.select(TrainingSession.minimum, TrainingSession.decide_at).where(
            TrainingSession.minimum.is_not(None)
        )
    ).one()
    assert (ahead.minimum, ahead.decide_at > now) == (8, True)
    built_on = sa.orm.aliased(Course)
    builds_on = db.session.execute(
        sa.select(Course.slug, built_on.slug)
        .join(Prerequisite, Prerequisite.course_id == Course.id)
        .join(built_on, built_on.id == Prerequisite.required_course_id)
    ).all()
    assert [tuple(one) for one in builds_on] == [("ads-that-reach-people", "safer-livestreams")]


def test_one_session_was_put_off_and_some_calendars_have_the_old_time(made: Flask) -> None:
    put_off = db.session.scalars(
        sa.select(Meeting.training_session_id).where(
            Meeting.rescheduled_at.is_not(None), Meeting.cancelled_at.is_(None)
        )
    ).one()

    known = session_calendars(put_off, now=utc_now())

    assert known.title == "Safer livestreams for beginners"
    assert {one.name for one in known.outdated} == {
        "Arjun Patel",
        "Camille Laurent",
        "Emma Tremblay",
        "Mei Fujita",
        "Samuel Roy",
    }


def test_sessions_differ_in_zone_language_delivery_and_meetings(made: Flask) -> None:
    zones, languages, deliveries = (
        set(db.session.scalars(sa.select(column).where(IS_OURS)))
        for column in (TrainingSession.timezone, TrainingSession.language, TrainingSession.delivery)
    )
    assert len(zones) == 18
    assert languages == {"en", "es", "fr", "de", "pt-BR", "ar", "ja"}
    assert deliveries == set(Delivery)
    meetings = db.session.scalars(
        sa.select(sa.func.count(Meeting.id))
        .join(Meeting.training_session)
        .where(IS_OURS)
        .group_by(TrainingSession.id)
    )
    assert sorted(meetings) == [*[1] * 37, 2, 2, 2]
    in_a_room = db.session.scalars(
        sa.select(TrainingSession.title)
        .join(TrainingSession.meetings)
        .where(Meeting.room_id.is_not(None))
        .order_by(TrainingSession.title)
    )
    assert in_a_room.all() == [
        "Accessible video: a workshop in the room",
        "Crisis response online: a day in Nairobi",
        "Crisis response online: exercises in the room",
        "Des directs plus sûrs",
    ]


def test_trainers_have_marked_who_came_but_for_the_newest_session(made: Flask) -> None:
    marked = db.session.execute(
        sa.select(TrainingSession.title, Attendance.status, AttendanceMark.recorded_by)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .join(Meeting.training_session)
        .join(AttendanceMark, AttendanceMark.id == Attendance.mark_id)
    ).all()
    assert len(marked) == 182
    assert {status for _, status, _ in marked} == {
        "present",
        "late",
        "left_early",
        "absent",
        "excused",
    }
    titles = {title for title, _, _ in marked}
    assert len(titles) == 15
    assert "Privacy on a helpline: questions and answers" not in titles
    trainers = set(db.session.scalars(sa.select(Assignment.person_id)))
    assert {recorded_by for _, _, recorded_by in marked} <= trainers


def test_one_person_represents_two_organizations(made: Flask) -> None:
    represented = db.session.scalars(
        sa.select(Organization.name)
        .join(Membership, Membership.organization_id == Organization.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Person.email == "charlotte.evans@lantern-alliance.example.org",
            Membership.role == MembershipRole.REPRESENTATIVE,
        )
        .order_by(Organization.name)
    ).all()
    assert represented == ["Lantern Alliance for Mental Health", "Shabakat Amal"]


def test_everybody_s_address_leads_nowhere(made: Flask) -> None:
    emails = db.session.scalars(sa.select(Person.email)).all()
    assert len(emails) == 73
    assert emails.count(None) == 2  # their representative gets their mails
    typed = [email for email in emails if email]
    assert [email for email in typed if not re.search(r"[@.]example\.org$", email)] == []


def test_only_today_s_mails_wait_to_be_sent(made: Flask) -> None:
    mails = db.session.execute(
        sa.select(Message.status, Message.kind, sa.func.count())
        .group_by(Message.status, Message.kind)
        .order_by(Message.status, Message.kind)
    ).all()
    assert [tuple(mail) for mail in mails] == [
        ("dead", "registration.confirmed", 333),
        ("dead", "registration.requested", 5),
        ("dead", "registration.waitlisted", 12),
        ("queued", "registration.cancelled", 1),
        ("queued", "registration.offered", 1),
        ("queued", "registration.session_cancelled", 3),
        ("queued", "registration.waitlisted", 5),
    ]
    assert set(db.session.scalars(sa.select(Message.reason))) == {
        None,
        "no longer true when it was to be sent",
    }


def test_the_demo_breaks_no_invariant(made: Flask) -> None:
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
    begins = db.session.scalars(sa.select(TrainingSession.starts_at).where(IS_OURS)).all()
    assert sum(at < now - timedelta(hours=2) for at in begins) == 16
    assert sum(at > now for at in begins) == 23
    assert count(Registration) == 352
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
                Attendance.status,
            )
            .join(TrainingSession.meetings)
            .outerjoin(Registration, Registration.training_session_id == TrainingSession.id)
            .outerjoin(
                Attendance,
                sa.and_(
                    Attendance.registration_id == Registration.id,
                    Attendance.meeting_id == Meeting.id,
                ),
            )
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
