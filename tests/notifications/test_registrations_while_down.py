"""A mail server that is down neither delays nor loses a registration. On both engines."""

from collections import Counter

from flask import Flask

from tests.factories import Make
from tests.notifications.conftest import Outbox
from tests.notifications.servers import MailServer
from tests.times import HOUR, NOW
from training.checks.service import audit
from training.notifications.jobs import Sent, Trouble, send_due
from training.registrations import letters


def test_mail_02_two_hundred_people_register_while_no_mail_goes_out(
    app: Flask, make: Make, outbox: Outbox
) -> None:
    """MAIL-02: each is registered at once, and has one mail in the end."""
    app.extensions["renderers"] = letters.RENDERERS
    server = MailServer()
    with server.running():
        outbox.send_to(server.url)
    session = make.training_session(capacity=150)

    down = []
    for hour in range(6):
        for _ in range(200 // 6 + (hour < 200 % 6)):
            make.outcome(session)
        down.append(send_due(now=NOW + hour * HOUR, limit=500).trouble)
    with server.running():
        up = send_due(now=NOW + 6 * HOUR, limit=500)
        again = send_due(now=NOW + 7 * HOUR, limit=500)

    assert down == [Trouble.SERVER] * 6
    assert (up, again) == (Sent(sent=200), Sent())
    assert Counter(Counter(server.recipients).values()) == {1: 200}
    assert audit(now=NOW) == []
