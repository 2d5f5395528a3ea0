"""A mail as the wire wants it, built so that no text becomes a header (RFC 5322, 2045-2047)."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.parser import Parser
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from email_validator import EmailNotValidError, validate_email

from training import text
from training.notifications.transport.errors import SetupError
from training.notifications.values import Attachment, CalendarPart, Rendered

#: 7bit: every server takes it, and no line is longer than 78 octets, whatever the text.
_POLICY = SMTP.clone(cte_type="7bit")
#: For an address that ASCII cannot write; the server must know SMTPUTF8 (RFC 6531).
_POLICY_UTF8 = _POLICY.clone(utf8=True)
#: What an invitation is called for those who get it as a file.
INVITATION_FILE = "invite.ics"
#: What a mail of ours has, each once.
_HEADERS = frozenset(
    {
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    }
)


class BuildError(ValueError):
    """No mail can be made of this; sending it again would not help."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """Who sends, to whom, and the bytes between them."""

    #: Names the mail in the log and among files; the part of Message-ID before the @.
    message_id: str
    sender: str
    recipient: str
    data: bytes
    #: The recipient's address cannot be written in ASCII.
    needs_utf8: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _ToHeader:
    name: str
    address: str

    @property
    def with_name(self) -> Address:
        local, _, domain = self.address.rpartition("@")
        return Address(self.name, username=local, domain=domain)

    @property
    def without_name(self) -> Address:
        local, _, domain = self.address.rpartition("@")
        return Address(username=local, domain=domain)


def build(
    rendered: Rendered,
    *,
    sender: str,
    message_id: str,
    now: datetime,
    reply_to: str | None = None,
) -> Envelope:
    """Make a mail of what a renderer wrote.

    :param sender: an address, with or without a name before it; checked when the settings were.
    :param reply_to: where people's answers go, likewise; None: to the sender.
    :param message_id: the same for every attempt, so that a mailbox can tell a second copy.
    :param now: aware; the mail's date.
    :raise SetupError: the sender is none that we can write.
    :raise BuildError: the recipient's address is none, or what was built reads back as something
        else than what was meant.
    """
    sender_header = _sender_header(sender)
    to_address, needs_utf8 = checked_address(rendered.to_address)
    to = _ToHeader(name=_one_line(rendered.to_name), address=to_address)
    subject = _one_line(rendered.subject)
    mail = EmailMessage(_POLICY_UTF8 if needs_utf8 else _POLICY)
    mail["Message-ID"] = f"<{message_id}@{sender_header.domain}>"
    mail["Date"] = format_datetime(now)
    mail["From"] = sender_header
    mail["To"] = to.without_name
    if reply_to is not None:
        mail["Reply-To"] = _sender_header(reply_to)
    mail["Subject"] = subject
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation note comes back
    mail.set_content(text.cleaned_lines(rendered.text) + "\n")
    if rendered.html:
        mail.add_alternative(text.cleaned_lines(rendered.html) + "\n", subtype="html")
    if rendered.calendar is not None:
        _invite(mail, rendered.calendar)
    for attachment in rendered.attachments:
        _attach(mail, attachment)
    data = _with_name(mail, to)
    headers = _HEADERS | ({"Reply-To"} if reply_to is not None else set())
    if not _reads_back(data, headers, subject=subject, to_address=to_address):
        raise BuildError("the mail does not read back as it was meant")
    return Envelope(
        message_id=message_id,
        sender=sender_header.addr_spec,
        recipient=to_address,
        data=data,
        needs_utf8=needs_utf8,
    )


def _sender_header(sender: str) -> Address:
    name, address = parseaddr(sender)
    try:
        return Address(_one_line(name), addr_spec=address)
    except (ValueError, LookupError) as error:
        raise SetupError(
            "TRAINING_MAIL_FROM or TRAINING_REPLY_TO cannot be written in a mail"
        ) from error


def checked_address(address: str) -> tuple[str, bool]:
    """Return the address in ASCII where that is possible, and whether it is not.

    :raise BuildError: it is none.
    """
    try:
        checked = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        raise BuildError("the recipient's address is no e-mail address") from None
    if checked.ascii_email is None:
        return f"{checked.local_part}@{checked.ascii_domain}", True
    return checked.ascii_email, False


def _invite(mail: EmailMessage, calendar: CalendarPart) -> None:
    """Add an invitation where every program looks for it.

    As the last way to read the mail, without which most show no buttons; and as a file, for those
    that know no invitations. RFC 6047, section 2.4.
    """
    mail.add_alternative(
        calendar.data,
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"charset": "utf-8", "method": calendar.method},
    )
    mail.add_attachment(
        calendar.data,
        maintype="application",
        subtype="ics",
        cte="base64",
        filename=INVITATION_FILE,
        params={"name": INVITATION_FILE},
    )


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    content_type, *parameters = attachment.content_type.split(";")
    maintype, _, subtype = content_type.strip().partition("/")
    mail.add_attachment(
        attachment.data,
        maintype=maintype,
        subtype=subtype,
        filename=text.cleaned_line(attachment.filename),
        params=dict(parameter.strip().split("=", 1) for parameter in parameters),
    )


def _one_line(line: str) -> str:
    """Return a text fit for a header: nothing in it ends the line, or is decoded to something."""
    return text.for_display(text.cleaned_line(line)).replace("=?", "= ?")


def _with_name(mail: EmailMessage, to: _ToHeader) -> bytes:
    """Return the mail with the recipient's name beside the address, if that cannot go wrong.

    Long names with quotes, commas and foreign letters have been folded into other addresses.
    """
    plain = mail.as_bytes()
    mail.replace_header("To", to.with_name)
    named = mail.as_bytes()
    return named if _recipients(_read(named)) == [(to.name, to.address)] else plain


def _reads_back(data: bytes, headers: AbstractSet[str], *, subject: str, to_address: str) -> bool:
    """Tell whether a mail program sees the headers that we wrote, each once, and no other."""
    read = _read(data)
    # A mail with files says how it is encoded in each of its parts.
    expected = headers - {"Content-Transfer-Encoding"} if read.is_multipart() else headers
    return (
        sorted(read.keys()) == sorted(expected)
        and [address for _, address in _recipients(read)] == [to_address]
        and str(read["Subject"]) == subject
    )


def _read(data: bytes) -> EmailMessage:
    # As text: in bytes, the parser does not take UTF-8 in headers for what it is.
    return Parser(policy=_POLICY_UTF8).parsestr(data.decode())


def _recipients(mail: EmailMessage) -> list[tuple[str, str]]:
    header = mail["To"]
    assert isinstance(header, AddressHeader)
    return [(address.display_name, address.addr_spec) for address in header.addresses]
