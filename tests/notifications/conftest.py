"""Fixtures: a mail server, and an outbox whose messages say what their key says."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories import Make
from tests.notifications.servers import MailServer
from tests.times import NOW
from training.config import Settings
from training.db import db, transaction
from training.notifications.models import Message
from training.notifications.outbox import Letter, queue_messages
from training.notifications.values import MessageFacts, Rendered, Untold
from training.people.models import Person

#: The token at the end stands for what must not be kept.
TOKEN = "abc.0.secret"


def render_letter(facts: MessageFacts) -> Rendered:
    """Write a mail to the recipient of a message."""
    person = db.session.get_one(Person, facts.recipient_id)
    assert person.email
    return Rendered(
        to_name=person.name,
        to_address=person.email,
        subject=f"Letter of {person.name}",
        text=f"See https://training.example/registrations/{TOKEN}\n",
        secrets=(TOKEN,),
    )


def render_poison(facts: MessageFacts) -> Rendered:
    raise ValueError("somebody@example.org cannot be rendered")


def render_outdated(facts: MessageFacts) -> Untold:
    return Untold.OUTDATED


RENDERERS = {"letter": render_letter, "poison": render_poison, "outdated": render_outdated}


class Outbox:
    """Queues messages, each to a person of its own, and tells what became of them."""

    def __init__(self, app: Flask, make: Make) -> None:
        self._app, self._make = app, make
        app.extensions["renderers"] = RENDERERS

    def send_to(self, url: str | None) -> None:
        """Set the mail server up; None: into files."""
        settings: Settings = self._app.extensions["settings"]
        self._app.extensions["settings"] = replace(settings, smtp_url=url)

    def queue(
        self,
        *names: str,
        kind: str = "letter",
        priority: int = 50,
        valid_until: datetime | None = None,
        now: datetime = NOW,
    ) -> None:
        people = [self._make.person(name, f"{name.lower()}@example.org").id for name in names]
        with transaction():
            queue_messages(
                [
                    Letter(
                        kind=kind,
                        key=name,
                        recipient_id=person_id,
                        priority=priority,
                        valid_until=valid_until,
                    )
                    for name, person_id in zip(names, people, strict=True)
                ],
                now=now,
            )

    def message(self, name: str) -> Message:
        db.session.rollback()
        return db.session.scalars(
            sa.select(Message).where(Message.key == name).execution_options(populate_existing=True)
        ).one()

    def statuses(self) -> dict[str, str]:
        db.session.rollback()
        rows = db.session.execute(sa.select(Message.key, Message.status).order_by(Message.id))
        return {key: str(status) for key, status in rows}


@pytest.fixture
def outbox(app: Flask, make: Make) -> Outbox:
    return Outbox(app, make)


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that runs."""
    server = MailServer()
    with server.running():
        yield server


@pytest.fixture
def sending_outbox(outbox: Outbox, server: MailServer) -> Outbox:
    """An outbox that sends to the server."""
    outbox.send_to(server.url)
    return outbox


@pytest.fixture
def files(app: Flask) -> Callable[[], list[bytes]]:
    """The mails that were written into files."""

    def read() -> list[bytes]:
        settings: Settings = app.extensions["settings"]
        folder = settings.instance / "mail"
        return [path.read_bytes() for path in sorted(folder.glob("*.eml"))]

    return read
