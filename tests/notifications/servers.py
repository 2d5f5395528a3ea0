"""A real mail server on 127.0.0.1 that answers as a test wants it to."""

import asyncio
import os
import signal
import ssl
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

#: Instead of an answer: end the connection, end this process politely, answer too late.
DROP = "drop"
SIGTERM = "sigterm"
SLOW = "slow"


@dataclass
class MailServer:
    """What it took, and what it is to answer; 250 where nothing is said."""

    #: Such as {"RCPT": ["450 Greylisted"]}; each answer is given once.
    answers: dict[str, list[str]] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    #: How often a mail was begun.
    tries: int = 0
    port: int = 0
    #: Seconds that SLOW takes.
    slowness: float = 2.0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def subjects(self) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails]

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        answer = await self._answer("MAIL", server)
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await self._answer("DATA", server)
        if answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.raw.append(content)
            self.mails.append(BytesParser(_class=EmailMessage, policy=default).parsebytes(content))
            self.recipients.extend(envelope.rcpt_tos)
        return answer

    async def _answer(self, command: str, server: SMTP) -> str:
        waiting = deque(self.answers.get(command, ()))
        if not waiting:
            return "250 OK"
        answer = waiting.popleft()
        self.answers[command] = list(waiting)
        if answer == SIGTERM:
            os.kill(os.getpid(), signal.SIGTERM)
            return "250 OK"
        if answer == SLOW:
            await asyncio.sleep(self.slowness)
            return "250 OK"
        if answer == DROP:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer

    @contextmanager
    def running(self, **options: Any) -> Iterator[None]:
        """Answer on a port, a free one the first time, the same one afterwards."""
        controller = _Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=30, **options
        )
        controller.start()
        self.port = controller.port
        try:
            yield
        finally:
            controller.stop()


class _Controller(Controller):
    """Takes whatever port is free; aiosmtpd's own looks for itself at port 0."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd


def refuse_sign_in(*_who: object) -> AuthResult:
    return AuthResult(success=False, handled=False)


def accept_sign_in(_server: Any, _session: Any, _envelope: Any, _how: str, who: Any) -> AuthResult:
    is_right = isinstance(who, LoginPassword) and who == LoginPassword(b"us@here", b"p@ss/word")
    return AuthResult(success=is_right, handled=True)


def server_context(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
