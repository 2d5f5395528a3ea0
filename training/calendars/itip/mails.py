"""A mail with a calendar program's answer in it, and whether the sender is who it says."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32

from training.calendars.itip.reading import CalendarAnswer, UnreadableError, read_answer
from training.people.values import email_key

#: Of one mail; answers with a picture in the signature are smaller.
MAX_MAIL = 1_000_000
#: What each would cost the parser time out of proportion.
MAX_BOUNDARIES = 40
MAX_INNER_MAILS = 5
MAX_PARTS = 2_000
MAX_HEADER = 8_000

_BOUNDARY = re.compile(rb"boundary[ \t]*\*?[^=\r\n]{0,8}=", re.IGNORECASE)
_INNER_MAIL = re.compile(rb"^content-type:\s*message/", re.IGNORECASE | re.MULTILINE)
_DELIMITER = re.compile(rb"^--", re.MULTILINE)
_CONTENT_HEADER = re.compile(
    rb"^content-[a-z-]+:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_TYPES = ("text/calendar", "application/ics")
#: One mailbox and no doubt which: programs disagree about everything beyond.
_MAILBOX = re.compile(
    r"""(?:
        (?:"(?:[^"\\]|\\.)*"|[^"<>@,;:()\\])*<([^\s<>"(),:;@]+@[^\s<>"(),:;@]+)>
        |([^\s<>"(),:;@]+@[^\s<>"(),:;@]+)
    )\s*(?:\([^()]*\)\s*)?""",
    re.VERBOSE,
)
_DMARC = re.compile(r"dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?![\w-])(.*)", re.IGNORECASE | re.DOTALL)
_HEADER_FROM = re.compile(r"header\.from\s*=\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedAnswer:
    """An answer, and whether it comes from whom it says."""

    answer: CalendarAnswer
    #: Our own mail server vouches for the sender, who is the one whose answer it is.
    is_verified: bool


def read_mail(data: bytes, *, authserv_id: str | None) -> ReceivedAnswer | None:
    """Return the answer that a mail brings, or None: it brings none.

    :param authserv_id: the mail server whose word counts; None: nobody's does.
    :raise UnreadableError: it is too large or too deep, or what it brings cannot be read.
    """
    _refuse_bombs(data)
    mail = BytesParser(policy=compat32).parsebytes(data)
    found = next(_answers(mail), None)
    if found is None:
        return None
    sender = _sender(mail)
    return ReceivedAnswer(
        answer=found,
        is_verified=(
            sender is not None
            and authserv_id is not None
            and email_key(sender) == email_key(found.address)
            and _is_vouched(mail, authserv_id=authserv_id, domain=_domain(sender))
        ),
    )


def _refuse_bombs(data: bytes) -> None:
    if len(data) > MAX_MAIL:
        raise UnreadableError("too large")
    # The parser ends a line at CR alone, too.
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    counts = (
        (_BOUNDARY, MAX_BOUNDARIES),
        (_INNER_MAIL, MAX_INNER_MAILS),
        (_DELIMITER, MAX_PARTS),
    )
    if any(sum(1 for _ in pattern.finditer(data)) > most for pattern, most in counts):
        raise UnreadableError("too deep")
    if any(len(header[0]) > MAX_HEADER for header in _CONTENT_HEADER.finditer(data)):
        raise UnreadableError("a header is too long")


def _answers(mail: Message) -> Iterator[CalendarAnswer]:
    """Yield the answers in the parts of a mail.

    Not of a mail that is attached: nobody vouches for who wrote that.

    :raise UnreadableError: none could be read, though there is a calendar part.
    """
    trouble = None
    parts = list(_parts(mail))
    for wanted in _TYPES:
        for part in parts:
            if part.get_content_type() != wanted:
                continue
            payload = part.get_payload(decode=True)
            try:
                if isinstance(payload, bytes) and (
                    answer := read_answer(payload, charset=_charset(part))
                ):
                    yield answer
            except UnreadableError as error:
                trouble = error
    if trouble is not None:
        raise trouble


def _parts(part: Message) -> Iterator[Message]:
    if not part.is_multipart():
        yield part
    elif part.get_content_maintype() != "message":
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _parts(inner)


def _charset(part: Message) -> str:
    with suppress(LookupError, ValueError):
        return part.get_content_charset("utf-8")
    return "utf-8"


def _headers(mail: Message, name: str) -> list[str]:
    """Return the values of a header from the top down, each on one line."""
    return [re.sub(r"[\r\n]+", "", str(value)) for value in mail.get_all(name, [])]


def _sender(mail: Message) -> str | None:
    """Return the one address in From, or None: there is none, or more than one way to read it."""
    values = _headers(mail, "From")
    if len(values) != 1 or len(values[0]) > MAX_HEADER:
        return None
    match = _MAILBOX.fullmatch(values[0].strip())
    return match and (match[1] or match[2])


def _domain(address: str) -> str:
    return email_key(address).rpartition("@")[2]


def _is_vouched(mail: Message, *, authserv_id: str, domain: str) -> bool:
    """Tell whether our mail server found that the mail passes DMARC (RFC 7489, 8601).

    Each server adds above what it got. So of headers under our server's name the topmost with a
    word on DMARC is its own; what stands below may have come with the mail.
    """
    for value in _headers(mail, "Authentication-Results"):
        if len(value) > MAX_HEADER:  # passed over, it would make room for a forged one
            return False
        plain = _without_comments(value)
        if plain is None:  # nor for one in which the sender hides what follows
            return False
        server, *results = plain.split(";")
        if (server.split() or [""])[0].lower() != authserv_id:
            continue
        found = [match for result in results if (match := _DMARC.fullmatch(result.strip()))]
        if found:
            return all(match[1].lower() == "pass" and _is_of(match[2], domain) for match in found)
    return False


def _is_of(properties: str, domain: str) -> bool:
    """Tell whether it was the sender's domain that was looked at, as far as it says so."""
    return all(_domain(f"x@{found}") == domain for found in _HEADER_FROM.findall(properties))


def _without_comments(value: str) -> str | None:
    """Return a header without comments, and with a mark for what stands in quotes.

    None: one of them has no end. Both may hold what the sender chose, such as ``; dmarc=pass``.
    """
    kept, depth, is_quoted, is_escaped = [], 0, False, False
    for char in value:
        if is_escaped:
            is_escaped = False
        elif char == "\\" and (is_quoted or depth):
            is_escaped = True
        elif is_quoted:
            is_quoted = char != '"'
        elif depth or char == "(":
            depth += (char == "(") - (char == ")")
        elif char == '"':
            is_quoted = True
            kept.append('"')
        else:
            kept.append(char)
    return None if is_quoted or depth else "".join(kept)
