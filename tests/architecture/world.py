"""A small world of two organizations, whose people's data carry planted markers."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import DAY, NOW
from training import links
from training.accounts.models import Account
from training.calendars.service import feeds_of, make_feed
from training.calendars.values import FeedKind
from training.db import db, transaction
from training.links import Purpose
from training.people.models import Person
from training.registrations import seats, service
from training.registrations.models import Registration
from training.registrations.seats import Group
from training.registrations.values import Claim, Participant
from training.sessions.models import Meeting, Venue
from training.sessions.values import HoldPlan
from training.submissions.service import Send, new_key

#: Stand in names and addresses of two people; whoever may not see them must not find them.
MARKERS = ("Zyxwvut Quagga", "zyxwvut.quagga@marker.example.org", "zyxwvut")


@dataclass(frozen=True, kw_only=True)
class World:
    """Ids of what a test may ask for, and who asks."""

    values: dict[str, object]
    #: Ids of accounts.
    accounts: dict[str, int | None]

    def url(self, app: Flask, rule: Rule) -> str:
        """Return a path of a route with the world's own ids in it."""
        values = {name: self.values[name] for name in rule.arguments}
        with app.test_request_context():
            return str(app.url_map.bind("").build(rule.endpoint, values))

    def client(self, app: Flask, role: str) -> IsolatedClient:
        """Return a browser of somebody of that role."""
        client = app.test_client()
        assert isinstance(client, IsolatedClient)
        account_id = self.accounts[role]
        if account_id is not None:
            client.sign_in(db.session.get_one(Account, account_id))
        return client


def make_world(app: Flask, make: Make, markers: tuple[str, ...] = MARKERS) -> World:
    """Make sessions of two trainers, with registrations of two organizations.

    :param markers: name and address of the person whom only some may see.
    """
    trainer, neighbour, disabled = make.trainer(), make.trainer(), make.coordinator()
    with transaction():
        db.session.execute(
            sa.update(Account).where(Account.id == disabled.id).values(disabled_at=NOW)
        )
    ours, theirs = make.organization("Ours"), make.organization("Theirs")
    rival, representative = make.representative(theirs), make.representative(ours)
    campaign, course, room = make.campaign(f"For {ours.slug}"), make.course(), make.room()
    venue = db.session.get_one(Venue, room.venue_id)
    session = make.training_session(
        title="A session",
        capacity=1,
        trainer_ids=(trainer.person_id,),
        # In use, so that whoever may delete them is refused, and the next one finds them.
        course_id=course.id,
        campaign_id=campaign.id,
        meetings=(make.meeting_plan(NOW + DAY / 24, venue=venue.name, room=room.name),),
    )
    another = make.training_session(title="Another", trainer_ids=(neighbour.person_id,))
    marked = Participant(
        name=markers[0], email=markers[1], organization_id=ours.id, claim=Claim.REPRESENTATIVE
    )
    waiting = Participant(
        name=f"Waiting {markers[0]}",
        email=f"w.{markers[1]}",
        organization_id=theirs.id,
        claim=Claim.STATED,
    )
    key = new_key()
    with transaction():
        outcome = service.register(session.id, Group(participants=(marked,)), now=NOW)
    with transaction():
        send = Send(key=key, purpose=f"register:{session.id}", actor_id=None, content={})
        waits = service.register(session.id, Group(participants=(waiting,)), send=send, now=NOW)
    with transaction():
        plan = HoldPlan(seats=1)
        seats.set_hold(session.id, ours.id, plan, expected=None, actor_id=None, now=NOW)
    registration = db.session.get_one(Registration, outcome.registration_ids[0])
    make.member(ours, db.session.get_one(Person, registration.person_id))
    meeting_id = db.session.scalars(
        sa.select(Meeting.id).where(Meeting.training_session_id == session.id)
    ).one()
    with transaction():
        make_feed(FeedKind.TRAINER, owner_id=trainer.person_id, name="Phone", now=NOW)
    [feed_id] = [feed.id for feed in feeds_of(trainer.person_id)]
    settings = app.extensions["settings"]
    link = links.make(
        settings.secret_keys[0], Purpose.MANAGE, registration.public_id, registration.link_epoch
    )
    return World(
        values={
            "training_session_id": session.id,
            "slug": "a-session",
            "meeting_id": meeting_id,
            "registration_id": registration.id,
            "waiting_id": waits.registration_ids[0],
            "ending": "csv",
            "person_id": registration.person_id,
            "organization_id": ours.id,
            "membership_id": make.member(ours).id,
            "organization_slug": ours.slug,
            "their_organization_id": theirs.id,
            "their_organization_slug": theirs.slug,
            "campaign_id": campaign.id,
            "course_id": course.id,
            "question_id": make.question(training_session_id=another.id),
            "course_slug": course.slug,
            "venue_id": room.venue_id,
            "room_id": room.id,
            "feed_id": feed_id,
            "feed_token": "A" * 43,
            "link": link,
            "invitation_id": make.invitation().id,
            "invitation_link": make.invitation_link(make.invitation()),
            "reset_link": make.reset_link(make.trainer()),
            "sign_in_id": make.sign_in(trainer).id,
            "unavailability_id": make.unavailability(trainer.person_id),
            "key": key,
            "code_id": make.code(ours).id,
            "import_id": make.import_file(),
            "import_kind": "people",
        },
        accounts={
            "nobody": None,
            "disabled": disabled.id,
            "neighbour": neighbour.id,
            "trainer": trainer.id,
            "rival": rival.id,
            "representative": representative.id,
            "coordinator": make.coordinator().id,
            "admin": make.admin().id,
        },
    )


def rules_of(app: Flask) -> Iterator[Rule]:
    """Return every route of the application."""
    yield from sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def rows_of_everything() -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, to see whether anything changed at all."""
    db.session.rollback()
    return {
        table.name: [tuple(row) for row in db.session.execute(sa.select(table).order_by(*key))]
        for table in db.metadata.sorted_tables
        for key in [table.primary_key.columns]
    }
