"""What calendar programs answer: read whoever wrote it, believed only from who it says."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.calendars.answers import AUTHSERV_ID, PASSED, Answering
from training.calendars.itip.mails import ReceivedAnswer, read_mail
from training.calendars.itip.reading import UnreadableError, read_answer

UID = "29f6fec0-3530-4ef8-8e28-2b24f3d2437b@training.invalid"
AT = datetime(2026, 11, 23, 8, 0, 5, tzinfo=UTC)
ANA = Answering(uid=UID, stamped_at=AT, sequence=3)


def read(mail: bytes, authserv_id: str | None = AUTHSERV_ID) -> ReceivedAnswer:
    received = read_mail(mail, authserv_id=authserv_id)
    assert received is not None
    return received


def is_verified(mail: bytes, authserv_id: str | None = AUTHSERV_ID) -> bool:
    return read(mail, authserv_id).is_verified


@pytest.mark.parametrize("program", Answering.programs())
def test_the_answers_of_all_programs_are_read(program: str) -> None:
    for status in ("ACCEPTED", "TENTATIVE", "DECLINED"):
        received = read(replace(ANA, status=status).by(program))

        answer = received.answer
        assert answer.uid.lower() == UID
        assert answer.address.lower() == "ana@example.net"
        assert answer.status == status
        assert answer.sequence == (0 if program == "apple" else 3)
        assert answer.stamped_at == AT
        assert answer.comment == ""
        assert answer.proposed is None
        assert received.is_verified is True


def test_comments_and_proposals_are_read() -> None:
    said = replace(ANA, comment="Late\\, sorry\\; 10 min.\\nAna")
    counter = read(replace(said, status="TENTATIVE").counter()).answer

    assert read(said.google()).answer.comment == "Late, sorry; 10 min.\nAna"
    assert counter.comment == "Late, sorry; 10 min.\nAna"
    assert counter.proposed == "2027-11-25 16:00 Europe/Berlin"


def test_odd_ways_to_write_it_are_read_alike() -> None:
    event = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:x@y\nDTSTAMP:20261123T080005\n"
        "ATTENDEE;PARTSTAT=accepted;CN=Zoë:mailto:zo%C3%AB+1@example.net\n"
        "COMMENT:Zoë\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    folded_in_a_letter = event.encode().replace("Zoë".encode(), b"Zo\xc3\n \xab")
    ways = [
        (event.encode(), "utf-8"),
        (event.replace("\n", "\r").encode(), "utf-8"),
        (b"\xef\xbb\xbf" + event.encode(), "utf-8"),
        (event.encode("latin-1"), "iso-8859-1"),
        (event.encode("utf-16"), "utf-8"),
        (folded_in_a_letter, "utf-8"),
        (event.encode(), "no-such-charset"),
    ]

    answers = [read_answer(data, charset=charset) for data, charset in ways]

    assert len(set(map(str, answers))) == 1
    assert answers[0] is not None
    assert answers[0].comment == "Zoë"
    assert answers[0].address == "zoë+1@example.net"
    assert (answers[0].status, answers[0].sequence, answers[0].stamped_at) == ("ACCEPTED", 0, AT)


def test_what_is_no_answer_is_none() -> None:
    invitation = ANA.google().replace(b"METHOD:REPLY", b"METHOD:REQUEST")
    without = b"From: ana@example.net\r\nSubject: Hello\r\n\r\nSee you.\r\n"

    # The other copy of the invitation is in base64.
    assert (
        read_mail(invitation.partition(b"--b1\r\nContent-Type: application")[0], authserv_id="x")
        is None
    )
    assert read_mail(without, authserv_id=None) is None
    assert read_mail(b"", authserv_id=None) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"UID:", b"X-UID:"),
        (b"DTSTAMP:2", b"X-DTSTAMP:2"),
        (b"DTSTAMP:2026", b"DTSTAMP:2026-"),
        (b"DTSTAMP:202611", b"DTSTAMP:202613"),
        (b"DTSTAMP:2026", b"DTSTAMP:0001"),
        (b"ATTENDEE;", b"X-ATTENDEE;"),
        (b"SEQUENCE:3", b"SEQUENCE:-3"),
        (b"SEQUENCE:3", b"SEQUENCE:3\r\nSEQUENCE:4"),
        (b"SEQUENCE:3", b"SEQUENCE:99999999999"),
        (b"SEQUENCE:3", "SEQUENCE:٣".encode()),
        (b"SEQUENCE:3", b"ATTENDEE:mailto:bo@example.net\r\nSEQUENCE:3"),
        (b"mailto:ana@example.net\r\nDTSTART", b"invalid:nomail\r\nDTSTART"),
        (b"END:VEVENT", b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT"),
        (b"END:VEVENT", b""),
        (b"END:VCALENDAR", b""),
        (b"BEGIN:VEVENT", b"BEGIN:VTODO"),
        (b"SEQUENCE:3", b'COMMENT;X="unclosed:3'),
    ],
)
def test_what_is_broken_is_refused(old: bytes, new: bytes) -> None:
    mail = ANA.thunderbird()
    assert old in mail

    with pytest.raises(UnreadableError):
        read_mail(mail.replace(old, new, 1), authserv_id=AUTHSERV_ID)


def _mail_with(part: bytes) -> bytes:
    return b"From: a@b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n" + part


BOMBS = {
    "a large mail": b"x" * 1_000_001,
    "a large calendar": _mail_with(b"BEGIN:VCALENDAR\nMETHOD:REPLY\nX:" + b"y" * 300_000),
    "many lines": _mail_with(b"BEGIN:VCALENDAR\nMETHOD:REPLY\n" + b"X:1\n" * 20_000),
    "nested components": _mail_with(b"METHOD:REPLY\n" + b"BEGIN:VEVENT\n" * 4_000),
    "many components": _mail_with(b"BEGIN:VCALENDAR\nMETHOD:REPLY\n" + b"BEGIN:X\nEND:X\n" * 2_000),
    "nested parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number)
        for number in range(10_000)
    ),
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    "many parts": b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n' + b"--a\r\n\r\n" * 100_000,
    "a header of semicolons": b"Content-Type: text/calendar" + b';"' * 200_000 + b"\r\n\r\nx",
    "a folded header": b"Content-Type: text/calendar" + b';a="\r\n ' * 100_000 + b"\r\n\r\nx",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_ics_14_what_would_take_long_is_refused_at_once(bomb: str) -> None:
    mail = BOMBS[bomb]
    with_cr = b"From: a@b\r" + mail.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    began = time.perf_counter()

    for data in (mail, with_cr):
        with pytest.raises(UnreadableError):
            read_mail(data, authserv_id=AUTHSERV_ID)

    assert time.perf_counter() - began < 1


def test_no_charset_is_a_way_to_run_anything_else() -> None:
    """Python knows codecs that take long, refuse, or make of ASCII what no database takes."""
    event = ANA.google().partition(b"BEGIN:VCALENDAR")
    calendar = b"BEGIN:VCALENDAR" + event[2].partition(b"\r\n\r\n")[0]
    calendar = calendar.replace(b"STATUS:CONFIRMED", b"COMMENT:\\ud800")

    for charset in ("punycode", "idna", "undefined", "unicode_escape", "zlib", "utf-7"):
        answer = read_answer(calendar, charset=charset)

        assert answer is not None
        assert answer.comment == "\\ud800"


@pytest.mark.parametrize(
    "trace",
    [
        "Authentication-Results: %s; dmarc=pass" + ";" * 100_000,
        "Authentication-Results: %s; " + "(" * 100_000,
        "Authentication-Results: %s; dmarc=pass" + " " * 100_000 + "x",
        "From: " + "(" * 7_000 + "\r\nX: %s",
        "From: " + " " * 7_000 + "x\r\nX: %s",
        "From: " + '"' * 7_000 + "\r\nX: %s",
    ],
)
def test_long_headers_cost_no_time(trace: str) -> None:
    began = time.perf_counter()

    assert is_verified(replace(ANA, trace=trace % AUTHSERV_ID + "\r\n").google()) is False

    assert time.perf_counter() - began < 1


def test_only_the_word_of_our_own_mail_server_counts() -> None:
    mail = ANA.google()

    assert is_verified(mail) is True
    assert is_verified(mail, None) is False
    assert is_verified(mail, "mx.elsewhere.example") is False
    assert is_verified(replace(ANA, trace=PASSED.upper()).google()) is True
    assert is_verified(replace(ANA, trace="").google()) is False


@pytest.mark.parametrize(
    "results",
    [
        "none",
        "dmarc=fail header.from=example.net",
        "dmarc=none header.from=example.net",
        "dmarc=passed",
        "dmarc=pass-not",
        "x-dmarc=pass",
        "spf=pass smtp.mailfrom=example.net; dkim=pass header.d=example.net",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass header.from=example.net; dmarc=fail header.from=example.net",
        "spf=fail (dmarc=pass header.from=example.net) smtp.mailfrom=evil.example",
        "spf=fail (a (b; dmarc=pass header.from=example.net) smtp.mailfrom=x",
        "spf=fail (x; dmarc=pass; y) smtp.mailfrom=evil.example",
        "spf=fail (a (b) \\) ; dmarc=pass; y) smtp.mailfrom=evil.example",
        'spf=fail smtp.mailfrom="x; dmarc=pass header.from=example.net"@evil.example',
        'spf=fail smtp.mailfrom="\\"; dmarc=pass header.from=example.net',
    ],
)
def test_anything_but_a_pass_does_not_count(results: str) -> None:
    trace = f"Authentication-Results: {AUTHSERV_ID}; {results}\r\n"

    assert is_verified(replace(ANA, trace=trace).google()) is False


def test_a_pass_counts_however_it_is_written() -> None:
    for results in (
        "dmarc=pass",
        "DMARC = PASS (p=none) Header.From=Example.NET",
        "dmarc/1=pass header.from=example.net",
        'spf=fail reason="; dmarc=fail"; dmarc=pass action=none header.from=example.net',
    ):
        trace = f"Authentication-Results: {AUTHSERV_ID.upper()} 1; {results}\r\n"
        assert is_verified(replace(ANA, trace=trace).google()) is True


def test_headers_that_came_with_the_mail_do_not_count() -> None:
    """What our server found stands on top; below it anybody may have written anything."""
    failed = f"Authentication-Results: {AUTHSERV_ID}; dmarc=fail header.from=example.net\r\n"
    signed = f"Authentication-Results: {AUTHSERV_ID}; dkim=pass header.d=example.net\r\n"
    unclosed = (
        f"Authentication-Results: {AUTHSERV_ID}; spf=pass smtp.mailfrom={hidden}@evil.example;"
        " dmarc=fail header.from=example.net\r\n"
        for hidden in ('"x', "a(b")
    )
    others = "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.net\r\n"
    long = f"Authentication-Results: {AUTHSERV_ID}; {'x' * 9_000}\r\n"
    posing = f"Authentication-Results: evil.example {AUTHSERV_ID}; dmarc=pass\r\n"

    def verified(*trace: str) -> bool:
        return is_verified(replace(ANA, trace="".join(trace)).google())

    assert verified(failed, PASSED) is False
    assert verified(long, PASSED) is False
    assert [verified(one, PASSED) for one in unclosed] == [False, False]
    assert verified(others) is False
    assert verified(posing) is False
    assert verified(others, PASSED) is True
    assert verified(signed, PASSED) is True
    assert verified(PASSED, failed) is True


def test_an_answer_in_a_mail_that_is_attached_is_nobody_s() -> None:
    """Ana forwards what Eve wrote in her name: our server vouches for Ana, not for the answer."""
    head, _, _ = ANA.google().partition(b"--b1")
    forwarded = head.replace(b'"b1"', b'"b0"')
    for kind in (b"message/rfc822", b"message/global"):
        part = b"--b0\r\nContent-Type: " + kind + b"\r\n\r\n" + ANA.google() + b"\r\n--b0--\r\n"
        assert read_mail(forwarded + part, authserv_id=AUTHSERV_ID) is None


@pytest.mark.parametrize(
    "sender",
    [
        "Eve <eve@example.net>",
        "ana@example.net <eve@example.net>",
        '"ana@example.net" <eve@example.net>',
        "Ana <ana@example.net>, Eve <eve@example.net>",
        "Eve <eve@example.net>, Ana <ana@example.net>",
        "<eve@example.net> <ana@example.net>",
        "eve@example.net, ana@example.net",
        "eve@example.net (ana@example.net)",
        "Group: ana@example.net;",
        "ana@example.net eve@example.net",
        "Ana <ana@example.net>\r\nFrom: Eve <eve@example.net>",
        "Ana <ana@example.net",
        "ana@example.net>",
        "Ana (<ana@example.net>) <eve@example.net>",
        "\u0410na <\u0430na@example.net>",
        "",
    ],
)
def test_who_sends_must_be_who_was_invited_and_no_doubt(sender: str) -> None:
    assert is_verified(replace(ANA, sender=sender or " ").google()) is False


@pytest.mark.parametrize(
    "sender",
    [
        "ana@example.net",
        "<ana@example.net>",
        "Ana Li <Ana@Example.NET>",
        '"Li, Ana \\"A\\"" <ana@example.net>',
        "=?utf-8?Q?Ana_L=C3=AD?= <ana@example.net>",
        "Ana\r\n Li\r\n <ana@example.net>",
        "ana@example.net (Ana Li)",
    ],
)
def test_who_was_invited_is_known_however_the_name_is_written(sender: str) -> None:
    assert is_verified(replace(ANA, sender=sender).google()) is True
