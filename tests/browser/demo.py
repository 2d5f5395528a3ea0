"""The demo and an instance just set up, with what the paths of states hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from tests.apps import SECRET_KEY, create_test_app
from tests.browser.calendar_states import make_calendars
from tests.browser.partner_states import make_partner_seats
from tests.browser.seat_states import make_seats
from tests.factories import PASSWORD, Make
from tests.server.running import training
from training import links
from training.accounts.values import StaffRole
from training.clock import utc_now
from training.db import db
from training.links import Purpose
from training.people.models import Person

#: What the paths of states hold: one row of the demo each.
LOOKED_UP = {
    **{
        name: f"SELECT id FROM training_session WHERE title LIKE '{title}'"  # noqa: S608 -- words of ours
        for name, title in {
            "open": "Safer livestreams for beginners",
            "full": "Crisis response online: the first%",
            "over": "Crisis response online: the basics",
            "cancelled": "%evening repeat",
            "draft": "%what to agree on first",
            "on_request": "%reviewing a draft",
            "together": "Accessible video: a workshop%",
        }.items()
    },
    "meeting": "SELECT meeting.id FROM meeting JOIN training_session ON training_session.id"
    " = training_session_id WHERE title LIKE '%questions and practice'",
    "meeting_ahead": "SELECT meeting.id FROM meeting JOIN training_session ON training_session.id"
    " = training_session_id WHERE title LIKE 'Crisis response online: the first%'",
    "registration": "SELECT id FROM registration WHERE training_session_id = {open}"
    " ORDER BY ticket LIMIT 1",
    "waiting": "SELECT id FROM registration WHERE training_session_id = {full}"
    " AND status = 'waitlisted' ORDER BY ticket LIMIT 1",
    "offered": "SELECT id FROM registration WHERE status = 'offered'"
    " AND offer_expires_at > CURRENT_TIMESTAMP ORDER BY id LIMIT 1",
    "asked": "SELECT id FROM registration WHERE training_session_id = {on_request}"
    " AND status = 'requested' ORDER BY ticket LIMIT 1",
    "marked": "SELECT id FROM registration WHERE training_session_id = {over}"
    " ORDER BY ticket LIMIT 1",
    "question": "SELECT min(id) FROM question",
    "answered": "SELECT min(id) FROM registration WHERE training_session_id = {together}"
    " AND status = 'confirmed'",
    "campaign": "SELECT id FROM campaign",
    "course": "SELECT id FROM course WHERE slug = 'safer-livestreams'",
    "venue": "SELECT id FROM venue WHERE name LIKE 'Jacaranda House%'",
    "slug": "SELECT slug FROM organization WHERE name = 'Harbour Crisis Line'",
    "organization": "SELECT id FROM organization WHERE name = 'Harbour Crisis Line'",
    "person": "SELECT id FROM person WHERE name = 'Jack Thompson'",
    "membership": "SELECT id FROM membership WHERE person_id = {person}",
    "our_registration": "SELECT min(registration.id) FROM registration JOIN training_session"
    " ON training_session.id = training_session_id WHERE registration.status = 'confirmed'"
    " AND claim = 'representative' AND organization_id = {organization}"
    " AND training_session.starts_at > CURRENT_TIMESTAMP",
    "ours": "SELECT training_session_id FROM registration WHERE id = {our_registration}",
    "good_import": "SELECT min(id) FROM import_file",
    "bad_import": "SELECT max(id) FROM import_file",
}
LINKS = {
    "link": "registration",
    "waiting_link": "waiting",
    "offer_link": "offered",
    "asked_link": "asked",
    "answered_link": "answered",
}


@dataclass(frozen=True)
class Filled:
    """An instance with people in it."""

    folder: Path
    #: Role → who signs in as one, with which password.
    emails: dict[str, tuple[str, str]]
    #: What the paths of states hold.
    values: dict[str, str]

    @property
    def environ(self) -> dict[str, str]:
        return {"TRAINING_INSTANCE": str(self.folder), "TRAINING_SECRET_KEY": SECRET_KEY}


def look_up(make: Make) -> dict[str, str]:
    """Return what the paths hold, some of it made for them."""
    now = utc_now()
    account = make.trainer()
    trainer = db.session.get_one(Person, account.person_id)
    as_colleague = make.invitation(trainer, staff_role=StaffRole.COORDINATOR, now=now)
    make.import_file()
    make.import_file(content=b"name,email\nAda,not an address\n,bo@example.org\n")
    found = {
        "invitation": make.invitation_link(make.invitation(now=now)),
        "invitation_to_member": make.invitation_link(as_colleague),
        "reset": make.reset_link(make.trainer(), now=now),
    }
    for name, query in LOOKED_UP.items():
        found[name] = str(db.session.scalars(sa.text(query.format(**found))).one())
    found |= make_seats(make, int(found["organization"]), now=now)
    found |= make_partner_seats(make, int(found["organization"]), now=now)
    found |= make_calendars(make, now=now)
    for name, of in LINKS.items():
        public_id, epoch = db.session.execute(
            sa.text("SELECT public_id, link_epoch FROM registration WHERE id = :id"),
            {"id": found[of]},
        ).one()
        found[name] = links.make(SECRET_KEY, Purpose.MANAGE, public_id, epoch)
    return found


def make_demo(folder: Path) -> Filled:
    """Make the demo as a newcomer has it, and what its states need besides."""
    filled = Filled(folder, {}, {})
    assert training("migrate", **filled.environ).returncode == 0
    made = training("demo", **filled.environ)
    assert made.returncode == 0, made.stderr
    rows = [line.split() for line in made.stdout.splitlines() if "@" in line]
    filled.emails.update({role: (email, password) for role, email, password in reversed(rows)})
    with _inside(folder):
        filled.values.update(look_up(Make()))
    return filled


def make_new(folder: Path) -> Filled:
    """Make an instance that was just set up: with nobody but staff in it."""
    filled = Filled(folder, {"coordinator": ("cora@example.org", PASSWORD)}, {})
    assert training("migrate", **filled.environ).returncode == 0
    with _inside(folder):
        Make().coordinator(email="cora@example.org")
    return filled


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    with create_test_app(f"sqlite:///{folder / 'training.sqlite'}", folder).app_context():
        yield
        db.session.remove()
        db.engine.dispose()
