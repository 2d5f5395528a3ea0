"""Mails as they are built: what people typed never becomes a header (MAIL-01, MAIL-08)."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest

from training.notifications.transport import BuildError, Envelope, SetupError, build
from training.notifications.values import Attachment, CalendarPart, Rendered

NOW = datetime(2026, 5, 12, 11, tzinfo=UTC)
HEADERS = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]


def built(
    sender: str = "Training <training@example.org>", reply_to: str | None = None, **fields: Any
) -> Envelope:
    values = {
        "to_name": "Ana",
        "to_address": "ana@example.org",
        "subject": "Your seat",
        "text": "Hello\n",
    }
    rendered = Rendered(**{**values, **fields})
    return build(rendered, sender=sender, message_id="abc123", now=NOW, reply_to=reply_to)


def read(envelope: Envelope) -> EmailMessage:
    return BytesParser(_class=EmailMessage, policy=default).parsebytes(envelope.data)


def test_a_mail_has_these_headers_and_no_other() -> None:
    assert list(read(built()).items()) == [
        ("Message-ID", "<abc123@example.org>"),
        ("Date", "Tue, 12 May 2026 11:00:00 +0000"),
        ("From", "Training <training@example.org>"),
        ("To", "Ana <ana@example.org>"),
        ("Subject", "Your seat"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Type", 'text/plain; charset="utf-8"'),
        ("Content-Transfer-Encoding", "7bit"),
        ("MIME-Version", "1.0"),
    ]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param("Title\r\nBcc: x@evil.example", "Title Bcc: x@evil.example", id="CR LF"),
        pytest.param("Title\nBcc: x@evil.example", "Title Bcc: x@evil.example", id="LF"),
        pytest.param("a\u2028b", "a b", id="line separator"),
        pytest.param("a\u2029b", "a b", id="paragraph separator"),
        pytest.param("a\x85b", "a b", id="NEL"),
        pytest.param("a\x0bb\x0cc", "a b c", id="VT and FF"),
        pytest.param("a\x00b\x07c", "abc", id="NUL and BEL"),
        pytest.param("a\ud800b", "ab", id="half a surrogate pair"),
        pytest.param("safe\u202etxt.exe", "safetxt.exe", id="right-to-left override"),
        pytest.param(
            "=?utf-8?q?=0D=0ABcc:_x?=", "= ?utf-8?q?=0D=0ABcc:_x?=", id="an encoded line end"
        ),
        pytest.param("日本の研修 🎥", "日本の研修 🎥", id="foreign letters"),
        pytest.param("x" * 200, "x" * 200, id="one long word"),
        pytest.param("é " * 99 + "é", "é " * 99 + "é", id="many short words"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_subject_stays_one_header(typed: str, shown: str) -> None:
    mail = read(built(subject=typed))

    assert (list(mail.keys()), mail["Subject"]) == (HEADERS, shown)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Ana\r\nBcc: x@evil.example", id="CR LF"),
        pytest.param('Ana" <x@evil.example>, "', id="quotes and an address"),
        pytest.param("Ana, x@evil.example", id="comma"),
        pytest.param("Jörg, " * 30 + '"<x@evil.example>', id="long, foreign, quoted"),
        pytest.param("=?utf-8?q?=2C_x=40evil.example?=", id="encoded comma"),
        pytest.param("a\u2028b\x85c\ud800", id="separators"),
        pytest.param("(comment) ; group: x@evil.example;", id="comment and group"),
        pytest.param("", id="empty"),
    ],
)
def test_whatever_the_name_a_mail_has_one_recipient(name: str) -> None:
    mail = read(built(to_name=name))

    assert list(mail.keys()) == HEADERS
    assert [address.addr_spec for address in mail["To"].addresses] == ["ana@example.org"]


def test_an_ordinary_foreign_name_stands_beside_the_address() -> None:
    assert str(read(built(to_name="José Ñandú"))["To"]) == "José Ñandú <ana@example.org>"


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org\r\nBcc: x@evil.example",
        "ana@example.org, x@evil.example",
        "ana@example.org> SIZE=1",
        "ana",
        "",
    ],
)
def test_what_is_no_address_makes_no_mail(address: str) -> None:
    with pytest.raises(BuildError):
        built(to_address=address)


@pytest.mark.parametrize("sender", ["Training <>", "träining@example.org"])
def test_a_sender_that_cannot_be_written_is_a_matter_of_settings(sender: str) -> None:
    with pytest.raises(SetupError):
        built(sender=sender)


def test_a_foreign_domain_is_written_in_ascii() -> None:
    envelope = built(to_address="ana@exämple.org")

    assert (envelope.recipient, envelope.needs_utf8) == ("ana@xn--exmple-cua.org", False)


def test_a_foreign_mailbox_needs_a_server_that_knows_it() -> None:
    envelope = built(to_address="jörg@example.org")

    assert (envelope.recipient, envelope.needs_utf8) == ("jörg@example.org", True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 5_000, id="one long line"),
        pytest.param("https://example.org/" + "a" * 3_000, id="one long word"),
        pytest.param("Ünïcödé " * 500, id="foreign letters"),
        pytest.param("研修" * 2_000, id="nothing but foreign letters"),
        pytest.param("a\r\n.\r\nMAIL FROM:<x@evil.example>", id="a dot on its own"),
    ],
)
def test_a_long_text_arrives_whole_in_short_lines(text: str) -> None:
    envelope = built(text=text)

    assert max(len(line) for line in envelope.data.split(b"\r\n")) <= 78
    expected = text.replace("\r\n", "\n").strip() + "\n"
    assert read(envelope).get_content().replace("\r\n", "\n") == expected


def test_an_attachment_arrives_byte_for_byte() -> None:
    data = "BEGIN:VCALENDAR\r\nSUMMARY:Ü\r\nEND:VCALENDAR\r\n".encode()
    calendar = Attachment(
        filename="session.ics", content_type="text/calendar; charset=utf-8", data=data
    )

    mail = read(built(attachments=(calendar,)))

    [part] = mail.iter_attachments()
    assert (part["Content-Type"], part.get_filename(), part.get_payload(decode=True)) == (
        'text/calendar; charset="utf-8"',
        "session.ics",
        data,
    )
    assert "Content-Transfer-Encoding" not in mail


def test_people_s_answers_go_where_somebody_reads_them() -> None:
    mail = read(built(reply_to='"Help; desk, \\"us\\"" <help@example.org>'))

    assert list(mail.keys()) == [*HEADERS[:4], "Reply-To", *HEADERS[4:]]
    assert [address.addr_spec for address in mail["Reply-To"].addresses] == ["help@example.org"]
    with pytest.raises(SetupError):
        built(reply_to="nobody")


def test_an_invitation_is_the_last_way_to_read_the_mail_and_a_file_beside_it() -> None:
    """RFC 6047, section 2.4: no program shows buttons for a file alone."""
    data = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Zoë\r\nEND:VCALENDAR\r\n".encode()
    html = "<p>Zoë</p>"
    mail = read(built(html=html, calendar=CalendarPart(method="REQUEST", data=data)))

    inline, attached = (
        part for part in mail.walk() if "VCALENDAR" in str(part.get_payload(decode=True))
    )
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True) == data
    assert inline["Content-Type"] == 'text/calendar; charset="utf-8"; method="REQUEST"'
    assert inline["Content-Disposition"] is None
    assert inline["Content-Transfer-Encoding"] == "base64"
    assert attached["Content-Type"] == 'application/ics; name="invite.ics"'
    assert attached["Content-Disposition"] == 'attachment; filename="invite.ics"'
    body = mail.get_body(("html",))
    assert body is not None
    assert body.get_content().splitlines() == [html]
