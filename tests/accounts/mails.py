"""The mails of accounts, sent to the folder of an application and read there."""

import email.parser
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path

from flask import current_app

from tests.apps import HOST
from training.clock import utc_now
from training.notifications.jobs import send_due

_LINK = re.compile(rf"http://{re.escape(HOST)}(/account/(?:invitation|reset)/\S+)")


def sent() -> list[EmailMessage]:
    """Send what is due, and return every mail that was sent, oldest first."""
    outcome = send_due(now=utc_now(), limit=100)
    assert (outcome.trouble, outcome.put_off) == (None, 0)
    folder = Path(current_app.instance_path) / "mail"
    parser = email.parser.BytesParser(policy=email.policy.default)
    paths = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [parser.parsebytes(path.read_bytes()) for path in paths]


def body_of(mail: EmailMessage) -> str:
    """Return what a person reads."""
    part = mail.get_body()
    assert part is not None
    text: str = part.get_content()
    return text


def link_in(mail: EmailMessage) -> str:
    """Return the path of the one link in a mail that opens something."""
    [path] = _LINK.findall(body_of(mail))
    return str(path)


def to(mails: list[EmailMessage], address: str) -> list[EmailMessage]:
    """Return the mails to one address."""
    return [mail for mail in mails if address in str(mail["To"])]
