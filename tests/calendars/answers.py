"""Answers to an invitation, in the shapes in which calendar programs send them."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

#: The mail server whose word counts in these tests, and what it says of a mail that passed.
AUTHSERV_ID = "mx.training.example"
PASSED = (
    f"Authentication-Results: {AUTHSERV_ID};\r\n"
    " dkim=pass (2048-bit key) header.d=example.net header.s=s1 header.b=abc;\r\n"
    " spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=ana@example.net;\r\n"
    " dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.net\r\n"
)


@dataclass(frozen=True, kw_only=True)
class Answering:
    """Who answers what; each method writes it as one program does."""

    uid: str
    stamped_at: datetime
    address: str = "ana@example.net"
    #: In the header of the mail, if that is another one.
    sender: str = ""
    status: str = "ACCEPTED"
    sequence: int = 0
    comment: str = ""
    #: The lines above what the sender wrote.
    trace: str = PASSED
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def stamp(self) -> str:
        return f"{self.stamped_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    def google(self) -> bytes:
        """As Gmail: three alternatives, the calendar among them and attached, LF in the text."""
        calendar = (
            "BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\n"
            "VERSION:2.0\r\nCALSCALE:GREGORIAN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
            "DTSTART:20271125T150000Z\r\nDTEND:20271125T160000Z\r\n"
            f"DTSTAMP:{self.stamp}\r\n"
            "ORGANIZER;CN=Training:mailto:training@example.org\r\n"
            f"UID:{self.uid}\r\n"
            "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;"
            f"PARTSTAT={self.status};CN=Ana Li;\r\n X-NUM-GUESTS=0:mailto:{self.address}\r\n"
            "CREATED:20261101T000000Z\r\nLAST-MODIFIED:20261124T080000Z\r\n"
            "DESCRIPTION:Bring shoes\\, water.\r\nLOCATION:\r\n"
            f"SEQUENCE:{self.sequence}\r\nSTATUS:CONFIRMED\r\nSUMMARY:Safer livestreams\r\n"
            f"{self._comment()}TRANSP:OPAQUE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        return self._mail(
            _part(calendar, "text/calendar; charset=UTF-8; method=REPLY", "7bit"),
            _part(calendar, 'application/ics; name="invite.ics"', "base64"),
        )

    def outlook(self) -> bytes:
        """As Exchange: no ORGANIZER, a zone of Windows by its own name, tabs before folds."""
        calendar = (
            "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nPRODID:Microsoft Exchange Server 2010\r\n"
            "VERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:W. Europe Standard Time\r\n"
            "BEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\n"
            "TZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\n"
            "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\n"
            "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\n"
            "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\n"
            "END:VTIMEZONE\r\nBEGIN:VEVENT\r\n"
            f"ATTENDEE;PARTSTAT={self.status};CN=Ana Li:MAILTO:{self.address.upper()}\r\n"
            f"COMMENT;LANGUAGE=en-US:{self.comment or chr(92) + 'n'}\r\n"
            f"UID:{self.uid[:40]}\r\n\t{self.uid[40:]}\r\n"
            "SUMMARY;LANGUAGE=en-US:Accepted: Safer livestreams\r\n"
            "DTSTART;TZID=W. Europe Standard Time:20271125T160000\r\n"
            "DTEND;TZID=W. Europe Standard Time:20271125T170000\r\n"
            f"CLASS:PUBLIC\r\nPRIORITY:5\r\nDTSTAMP:{self.stamp}\r\nTRANSP:OPAQUE\r\n"
            f"STATUS:CONFIRMED\r\nSEQUENCE:{self.sequence}\r\n"
            "LOCATION;LANGUAGE=en-US:Room 1\r\nX-MICROSOFT-CDO-APPT-SEQUENCE:0\r\n"
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nREPEAT:1000000000\r\nEND:VALARM\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        return self._mail(_part(calendar, 'text/calendar; charset="utf-8"; method=REPLY', "base64"))

    def apple(self) -> bytes:
        """As Apple's Calendar: quoted-printable, an address as an URI in capitals, no SEQUENCE."""
        calendar = (
            "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nPRODID:-//Apple Inc.//macOS 15.1//EN\r\n"
            'VERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nORGANIZER;CN=3D"Training";'
            'EMAIL=3D"training@example.org":mailto:training@example.org\r\n'
            f"DTSTAMP:{self.stamp}\r\nUID:{self.uid.upper()}\r\n"
            f'ATTENDEE;CN=3D"Ana Li";PARTSTAT=3D{self.status}:mailto:{self.address}\r\n'
            f"{self._comment()}REQUEST-STATUS:2.0;Success\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        part = (
            'Content-Type: text/calendar;\r\n\tmethod=REPLY;\r\n\tname="iCal-1.ics";\r\n'
            "\tcharset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            'Content-Disposition: attachment; filename="iCal-1.ics"\r\n\r\n' + calendar
        )
        return self._mail(part)

    def thunderbird(self) -> bytes:
        """As Thunderbird: 8bit, the zone of IANA, the calendar as the only other part."""
        calendar = (
            "BEGIN:VCALENDAR\r\nPRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN\r\n"
            "VERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
            f"LAST-MODIFIED:{self.stamp}\r\nDTSTAMP:{self.stamp}\r\nUID:{self.uid}\r\n"
            "SUMMARY:Sicherer streamen – für alle\r\n"
            "ORGANIZER;CN=Training:mailto:training@example.org\r\n"
            f"ATTENDEE;CN=Ana Li;PARTSTAT={self.status};ROLE=REQ-PARTICIPANT:\r\n"
            f" mailto:{self.address}\r\n"
            "DTSTART;TZID=Europe/Berlin:20271125T160000\r\n"
            f"SEQUENCE:{self.sequence}\r\n{self._comment()}"
            "X-MOZ-INVITED-ATTENDEE:mailto:ana@example.net\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        return self._mail(_part(calendar, "text/calendar; method=REPLY; charset=UTF-8", "8bit"))

    def counter(self) -> bytes:
        """As Outlook proposes another time."""
        return (
            self.thunderbird()
            .replace(b"METHOD:REPLY", b"METHOD:COUNTER")
            .replace(b"method=REPLY", b"method=COUNTER")
        )

    @classmethod
    def programs(cls) -> tuple[str, ...]:
        return ("google", "outlook", "apple", "thunderbird")

    def by(self, program: str) -> bytes:
        mail: bytes = getattr(self, program)()
        return mail

    def to_another(self, uid: str) -> Self:
        return type(self)(uid=uid, stamped_at=self.stamped_at)

    def _comment(self) -> str:
        return f"COMMENT:{self.comment}\r\n" if self.comment else ""

    def _mail(self, *parts: str) -> bytes:
        sender = self.sender or f"Ana Li <{self.address}>"
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.extra.items())
        body = "".join(f"--b1\r\n{part}\r\n" for part in parts)
        return (
            f"{self.trace}Received: from mail.example.net by {AUTHSERV_ID}; "
            "Mon, 23 Nov 2026 08:00:00 +0000\r\n"
            f"{extra}From: {sender}\r\nTo: Training <training@example.org>\r\n"
            "Subject: Accepted: Safer livestreams\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
            "Message-ID: <1@example.net>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="b1"\r\n\r\n'
            "--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nAna Li has accepted.\r\n"
            f"{body}--b1--\r\n"
        ).encode()


def _part(calendar: str, content_type: str, encoding: str) -> str:
    data = (
        base64.encodebytes(calendar.encode()).decode().replace("\n", "\r\n")
        if encoding == "base64"
        else calendar
    )
    return (
        f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{data}\r\n"
    )
