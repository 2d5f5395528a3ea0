"""Sending by SMTP (RFC 5321), step by step, so that each failure says what to do about it."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from training import text
from training.notifications.transport.errors import (
    NotSentError,
    RefusedError,
    ServerError,
    SetupError,
    TransportError,
    UnknownOutcomeError,
)
from training.notifications.transport.mail import Envelope

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: "Sign in first", "wrong password", "encrypt first" (RFC 4954, section 6): no fault of the mail.
_WANTS_SIGN_IN = frozenset({530, 534, 535, 538})
#: "Closing the channel": whatever was asked, this says that the server wants a rest.
_CLOSING = 421
_READY_FOR_DATA = 354
_LINE_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Seconds to wait for one answer of the server."""

    command: float = 20
    #: After the mail was handed over. Longer: giving up here leaves open whether it was taken.
    accept: float = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """Where the mail server is and how it wants to be spoken to."""

    host: str
    port: int
    user: str
    password: str
    #: "" for none, "starttls" or "tls" from the first byte.
    encryption: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Read ``smtp://``, ``smtp://…?starttls=1``, ``smtp+starttls://`` or ``smtps://``."""
        parts = urlsplit(url)
        wants_starttls = parse_qs(parts.query).get("starttls", ["0"])[-1] in {"1", "true", "yes"}
        encryption = "starttls" if wants_starttls or parts.scheme == "smtp+starttls" else ""
        encryption = "tls" if parts.scheme == "smtps" else encryption
        return cls(
            host=parts.hostname or "",
            port=parts.port or {"tls": 465, "starttls": 587}.get(encryption, 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encryption=encryption,
        )


class SmtpTransport:
    """One connection for a batch of mails; opened anew where the server closed it in between."""

    def __init__(self, server: Server, timeouts: Timeouts | None = None) -> None:
        self._server = server
        self._timeouts = timeouts or Timeouts()
        self._smtp: smtplib.SMTP | None = None
        #: Mails that went over this connection: a server may close it after some.
        self._mails = 0

    def open(self) -> None:
        """Connect, encrypt and sign in.

        :raise ServerError: the server is away or does not want us.
        :raise SetupError: and will not before somebody changes a setting.
        """
        try:
            self._smtp = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            # 4xx: the server cannot look the password up just now (RFC 4954, section 6).
            kind = SetupError if error.smtp_code >= 500 else ServerError  # noqa: PLR2004 -- 5xx
            raise kind(f"sign-in refused ({error.smtp_code})") from error
        except (ssl.SSLError, smtplib.SMTPNotSupportedError) as error:
            raise SetupError(f"no secure connection: {_described(error)}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise ServerError(f"no connection: {_described(error)}") from error
        self._mails = 0

    def close(self) -> None:
        """Say goodbye, if anybody listens still."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def send(self, envelope: Envelope) -> None:
        """Hand a mail over.

        :raise NotSentError: 4xx for this mail: greylisted, mailbox full for now.
        :raise RefusedError: 5xx for this mail or this recipient.
        :raise UnknownOutcomeError: the connection broke while the server took it.
        :raise ServerError: the connection broke before, or the server wants none of our mails.
        """
        try:
            self._begin(envelope)
            self._hand_over(envelope)
        except TransportError:
            self._reset()
            raise
        self._mails += 1

    def _connect(self) -> smtplib.SMTP:
        server, timeout = self._server, self._timeouts.command
        if server.user and not server.encryption and server.host not in _LOOPBACK:
            raise smtplib.SMTPNotSupportedError("the password would travel readable")
        if server.encryption == "tls":
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=timeout, context=context
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=timeout)
        try:
            if server.encryption == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
        return smtp

    def _begin(self, envelope: Envelope) -> None:
        """Name the sender, on a new connection if the server closed the one we had."""
        if self._smtp is None:
            self.open()
        try:
            self._name_sender(envelope)
        except ServerError:
            if self._mails == 0:
                raise
            self.close()
            self.open()
            self._name_sender(envelope)

    def _name_sender(self, envelope: Envelope) -> None:
        smtp = self._connected()
        options = []
        if envelope.needs_utf8:
            if not smtp.has_extn("smtputf8"):
                raise RefusedError("the mail server cannot send to an address in this script")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        try:
            code, _ = smtp.mail(envelope.sender, options)
        except (OSError, smtplib.SMTPException) as error:
            raise ServerError(f"connection lost: {_described(error)}") from error
        if not _is_ok(code):  # says nothing of the recipient: each mail would get the same answer
            kind = SetupError if code in _WANTS_SIGN_IN else ServerError
            raise kind(f"our sender's address was answered with {code}")

    def _hand_over(self, envelope: Envelope) -> None:
        smtp = self._connected()
        try:
            code, reply = smtp.rcpt(envelope.recipient)
            if _is_ok(code):
                code, reply = smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            raise ServerError(f"connection lost: {_described(error)}") from error
        if code != _READY_FOR_DATA:
            raise _refusal(code, reply)
        code, reply = self._send_data(smtp, envelope.data)
        if not _is_ok(code):
            raise _refusal(code, reply)

    def _send_data(self, smtp: smtplib.SMTP, data: bytes) -> tuple[int, bytes]:
        stuffed = _LINE_WITH_DOT.sub(b"..", data)  # RFC 5321, section 4.5.2
        end = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        assert smtp.sock is not None
        smtp.sock.settimeout(self._timeouts.accept)
        try:
            smtp.send(stuffed + end)
            answer = smtp.getreply()
            smtp.sock.settimeout(self._timeouts.command)
        except (OSError, smtplib.SMTPException) as error:
            raise UnknownOutcomeError(
                f"connection lost while the mail was handed over: {_described(error)}"
            ) from error
        if answer[0] < 0:  # no answer that anybody understands
            raise UnknownOutcomeError("the mail was handed over and answered with garbage")
        return answer

    def _connected(self) -> smtplib.SMTP:
        assert self._smtp is not None
        return self._smtp

    def _reset(self) -> None:
        """Make the connection ready for the next mail, or forget it."""
        if self._smtp is None:
            return
        try:
            code, _ = self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = _CLOSING
        if not _is_ok(code):
            self._smtp.close()
            self._smtp = None


def _is_ok(code: int) -> bool:
    return 200 <= code <= 299  # noqa: PLR2004 -- RFC 5321, section 4.2.1


def _refusal(code: int, reply: bytes) -> TransportError:
    """Return what an answer to RCPT, to DATA or to the mail itself means."""
    if code in _WANTS_SIGN_IN:
        return SetupError(f"sign-in wanted ({code})")
    if code == _CLOSING or code < 0:  # negative: no answer that anybody understands
        return ServerError(f"connection ended by the server ({code})")
    answer = f"{code} {text.cleaned_line(reply.decode(errors='replace'))}"
    return RefusedError(answer) if code >= 500 else NotSentError(answer)  # noqa: PLR2004 -- 5xx


def _described(error: Exception) -> str:
    """Name an error without what the server wrote: that may hold a name or an address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return error.strerror or type(error).__name__
    return str(error) or type(error).__name__
