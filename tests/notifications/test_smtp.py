"""SMTP against a real server: what each failure is taken for (MAIL-04, MAIL-05)."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.notifications.servers import (
    DROP,
    SLOW,
    MailServer,
    accept_sign_in,
    refuse_sign_in,
    server_context,
)
from training.notifications.transport import (
    Envelope,
    NotSentError,
    RefusedError,
    ServerError,
    SetupError,
    TransportError,
    UnknownOutcomeError,
)
from training.notifications.transport.smtp import Server, SmtpTransport, Timeouts

CERTIFICATE = str(Path(__file__).with_name("localhost.pem"))
MAIL = Envelope(
    message_id="abc",
    sender="training@example.org",
    recipient="ana@example.org",
    data=b"Subject: Hello\r\n\r\n.dot\r\n..\r\nEnd\r\n",
    needs_utf8=False,
)
QUICK = Timeouts(command=0.5, accept=0.5)


@pytest.fixture
def server() -> Iterator[MailServer]:
    server = MailServer()
    with server.running():
        yield server


def connect(url: str, timeouts: Timeouts | None = None) -> SmtpTransport:
    transport = SmtpTransport(Server.of(url), timeouts)
    transport.open()
    return transport


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, "", "", "")),
        ("smtp://mail.example:2525", ("mail.example", 2525, "", "", "")),
        ("smtp://mail.example?starttls=1", ("mail.example", 587, "", "", "starttls")),
        ("smtp+starttls://mail.example", ("mail.example", 587, "", "", "starttls")),
        ("smtps://u%40x:p%2Fw@mail.example", ("mail.example", 465, "u@x", "p/w", "tls")),
    ],
)
def test_a_url_says_where_the_server_is(url: str, expected: tuple[str, int, str, str, str]) -> None:
    server = Server.of(url)

    found = (server.host, server.port, server.user, server.password, server.encryption)
    assert found == expected


def test_a_batch_goes_over_one_connection_and_arrives_as_it_was(server: MailServer) -> None:
    transport = connect(server.url)

    for _ in range(3):
        transport.send(MAIL)
    transport.close()

    assert server.raw == [MAIL.data] * 3
    assert server.recipients == ["ana@example.org"] * 3


@pytest.mark.parametrize(
    ("answers", "error", "reason"),
    [
        pytest.param(
            {"RCPT": ["450 4.2.0 Greylisted"]}, NotSentError, "450 4.2.0 Greylisted", id="450"
        ),
        pytest.param(
            {"RCPT": ["550 5.1.1 No such user"]}, RefusedError, "550 5.1.1 No such user", id="550"
        ),
        pytest.param({"DATA": ["452 Full"]}, NotSentError, "452 Full", id="452 after DATA"),
        pytest.param({"DATA": ["552 Too large"]}, RefusedError, "552 Too large", id="552"),
        pytest.param({"DATA": ["554 No spam"]}, RefusedError, "554 No spam", id="554"),
        pytest.param(
            {"RCPT": ["421 Later"]}, ServerError, "connection ended by the server (421)", id="421"
        ),
        pytest.param({"RCPT": ["530 Sign in"]}, SetupError, "sign-in wanted (530)", id="530"),
        pytest.param(
            {"MAIL": ["553 Not you"]},
            ServerError,
            "our sender's address was answered with 553",
            id="sender refused",
        ),
        pytest.param(
            {"RCPT": [DROP]},
            ServerError,
            "connection lost: Connection unexpectedly closed",
            id="lost before the text",
        ),
        pytest.param(
            {"DATA": [DROP]},
            UnknownOutcomeError,
            "connection lost while the mail was handed over: Connection unexpectedly closed",
            id="lost after the text",
        ),
    ],
)
def test_each_answer_says_what_to_do(
    server: MailServer,
    answers: dict[str, list[str]],
    error: type[TransportError],
    reason: str,
) -> None:
    server.answers = answers
    transport = connect(server.url)

    with pytest.raises(TransportError) as raised:
        transport.send(MAIL)

    assert type(raised.value) is error
    assert str(raised.value).removesuffix(": [Errno 104] Connection reset by peer") == reason
    transport.send(MAIL)  # the next one goes out all the same
    transport.close()
    assert server.raw == [MAIL.data]


def test_a_server_that_closes_between_two_mails_is_called_again(server: MailServer) -> None:
    transport = connect(server.url)
    transport.send(MAIL)
    server.answers = {"MAIL": ["421 Enough for one connection"]}

    transport.send(MAIL)
    transport.close()

    assert server.raw == [MAIL.data] * 2


@pytest.mark.parametrize(
    ("command", "error"), [("RCPT", ServerError), ("DATA", UnknownOutcomeError)]
)
def test_a_slow_server_is_not_waited_for(
    server: MailServer, command: str, error: type[TransportError]
) -> None:
    server.answers = {command: [SLOW]}
    transport = connect(server.url, QUICK)

    with pytest.raises(TransportError) as raised:
        transport.send(MAIL)

    assert type(raised.value) is error
    transport.close()


def test_nobody_there_is_the_servers_trouble() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{free.getsockname()[1]}"

        with pytest.raises(ServerError, match=r"^no connection: Connection refused$"):
            connect(url)


def test_a_foreign_mailbox_arrives_where_the_server_knows_it() -> None:
    server = MailServer()
    mail = replace(MAIL, recipient="jörg@example.org", needs_utf8=True)
    with server.running(enable_SMTPUTF8=True):
        transport = connect(server.url)

        transport.send(mail)
        transport.close()

    assert server.recipients == ["jörg@example.org"]


def test_a_foreign_mailbox_is_refused_where_it_is_not_known() -> None:
    server = MailServer()
    mail = replace(MAIL, recipient="jörg@example.org", needs_utf8=True)
    with server.running(enable_SMTPUTF8=False):
        transport = connect(server.url)

        with pytest.raises(RefusedError):
            transport.send(mail)
        transport.close()


def test_the_right_password_opens() -> None:
    server = MailServer()
    with server.running(authenticator=accept_sign_in, auth_require_tls=False):
        url = f"smtp://us%40here:p%40ss%2Fword@127.0.0.1:{server.port}"
        transport = connect(url)

        transport.send(MAIL)
        transport.close()

    assert server.raw == [MAIL.data]


def test_a_wrong_password_is_a_matter_of_settings() -> None:
    server = MailServer()
    with (
        server.running(authenticator=refuse_sign_in, auth_require_tls=False),
        pytest.raises(SetupError, match=r"^sign-in refused \(535\)$"),
    ):
        connect(f"smtp://us:wrong@127.0.0.1:{server.port}")


def test_a_password_never_travels_readable() -> None:
    with pytest.raises(SetupError, match="the password would travel readable"):
        connect("smtp://us:secret@mail.example")


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_certificate_that_nobody_trusts_is_refused(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    server = MailServer()
    with running_with_tls(server, scheme), pytest.raises(SetupError, match="no secure connection"):
        connect(f"{scheme}://localhost:{server.port}")


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_trusted_certificate_is_accepted(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", CERTIFICATE)
    server = MailServer()
    with running_with_tls(server, scheme):
        transport = connect(f"{scheme}://localhost:{server.port}")

        transport.send(MAIL)
        transport.close()

    assert server.raw == [MAIL.data]


def test_starttls_is_refused_where_the_server_has_none(server: MailServer) -> None:
    with pytest.raises(SetupError, match="STARTTLS"):
        connect(f"{server.url}?starttls=1")


def running_with_tls(server: MailServer, scheme: str) -> AbstractContextManager[None]:
    context = server_context(CERTIFICATE)
    if scheme == "smtps":
        return server.running(ssl_context=context)
    return server.running(tls_context=context, require_starttls=True)
