"""How a mail leaves: by SMTP, or into files where no mail server is set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from training.config import Settings
from training.notifications.transport.errors import (
    NotSentError,
    RefusedError,
    ServerError,
    SetupError,
    TransportError,
    UnknownOutcomeError,
)
from training.notifications.transport.files import FileTransport
from training.notifications.transport.mail import BuildError, Envelope, build, checked_address
from training.notifications.transport.smtp import Server, SmtpTransport

__all__ = [
    "BuildError",
    "Envelope",
    "NotSentError",
    "RefusedError",
    "ServerError",
    "SetupError",
    "Transport",
    "TransportError",
    "UnknownOutcomeError",
    "build",
    "checked_address",
    "connected",
]

#: In the instance folder, where no mail server is set up.
MAIL_FOLDER = "mail"


class Transport(Protocol):
    """What carries mails away."""

    def open(self) -> None: ...
    def close(self) -> None: ...
    def send(self, envelope: Envelope) -> None: ...


@contextmanager
def connected(settings: Settings) -> Iterator[Transport]:
    """Lend what the settings ask for, ready to send.

    :raise ServerError: it cannot be made ready; see the transports.
    """
    transport: Transport = (
        SmtpTransport(Server.of(settings.smtp_url))
        if settings.smtp_url
        else FileTransport(settings.instance / MAIL_FOLDER)
    )
    transport.open()
    try:
        yield transport
    finally:
        transport.close()
