"""Where answers arrive: a file, a folder, or a mailbox on a mail server."""

import imaplib
import mailbox
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from training.calendars.itip.mails import MAX_MAIL
from training.config import Settings

#: Answers come within minutes; what is older was looked at often enough.
_SINCE = timedelta(days=30)
#: The newest of those that nobody read, in one run.
_MAX_MAILS = 2_000
_IMAPS_PORT = 993
_TIMEOUT_SECONDS = 30.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class MailboxError(Exception):
    """The mailbox cannot be read; the text says why, and holds no secret."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedMail:
    """One mail as it lies there."""

    #: All of it, or more of it than is ever looked at.
    data: bytes
    #: Tells the mailbox that it was dealt with; does nothing where mails lie in files.
    mark_as_read: Callable[[], None]


def _leave_alone() -> None:
    """Leave a mail as it is: whoever keeps mails in files decides what becomes of them."""


def mails_in(path: Path) -> Iterator[ReceivedMail]:
    """Yield the mails of an mbox, a Maildir, or a file with one mail; changes nothing there.

    :raise MailboxError: it is none of these, or cannot be read.
    """
    try:
        for data in _contents(path):
            yield ReceivedMail(data=data, mark_as_read=_leave_alone)
    except (OSError, mailbox.Error) as error:
        raise MailboxError(f"{path}: {_named(error)}") from error


def _contents(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        if not (path / "cur").is_dir() or not (path / "new").is_dir():
            raise MailboxError(f"{path}: is no Maildir: it has no folders cur and new.")
        yield from _read_all(mailbox.Maildir(path, factory=None, create=False))
        return
    with path.open("rb") as file:
        start = file.read(MAX_MAIL + 1)
    if start.startswith(b"From "):
        yield from _read_all(mailbox.mbox(path, factory=None, create=False))
    elif start:  # an mbox without mails is an empty file
        yield start


def _read_all(box: "mailbox.Maildir | mailbox.mbox") -> Iterator[bytes]:
    with closing(box):
        for key in sorted(box.keys()):
            try:
                opened = box.get_file(key)
            except (KeyError, FileNotFoundError):
                continue  # somebody deleted it meanwhile
            with opened as file:
                yield file.read(MAX_MAIL + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class ImapServer:
    """A mailbox on a mail server."""

    host: str
    port: int
    user: str
    password: str
    folder: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings ask for.

        :raise MailboxError: they name no mailbox, or the file with the password cannot be read.
        """
        if settings.imap_url is None:
            raise MailboxError("TRAINING_IMAP_URL is not set.")
        parts = urlsplit(settings.imap_url)
        password = unquote(parts.password or "")
        if settings.imap_password_file is not None:
            try:
                password = settings.imap_password_file.read_text(encoding="utf-8").strip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise MailboxError(f"TRAINING_IMAP_PASSWORD_FILE: {_named(error)}") from error
        return cls(
            host=parts.hostname or "",
            port=parts.port or _IMAPS_PORT,
            user=unquote(parts.username or ""),
            password=password,
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )


@contextmanager
def unread_mails(server: ImapServer, *, now: datetime) -> Iterator[Iterator[ReceivedMail]]:
    """Lend the mails that nobody has read, of the last month, oldest first.

    Looking marks none as read, and what is marked stays where it is.

    :raise MailboxError: the server is away, or does not let us in.
    """
    try:
        imap = imaplib.IMAP4_SSL(
            server.host,
            server.port,
            ssl_context=ssl.create_default_context(),
            timeout=_TIMEOUT_SECONDS,
        )
        try:
            imap.login(server.user, server.password)
            quoted = server.folder.replace("\\", r"\\").replace('"', r"\"")
            _checked(imap.select(f'"{quoted}"'))
            yield _unread(imap, now)
        finally:
            with suppress(OSError, imaplib.IMAP4.error):  # gone already
                imap.logout()
            with suppress(OSError):  # closed already
                imap.shutdown()
    # The library writes nothing but ASCII: not every password.
    except (OSError, imaplib.IMAP4.error, UnicodeEncodeError) as error:
        raise MailboxError(f"{server.host}: {_named(error)}") from error


def _unread(imap: imaplib.IMAP4, now: datetime) -> Iterator[ReceivedMail]:
    since = (now - _SINCE).astimezone(UTC)
    day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    [found, *_] = _checked(imap.uid("SEARCH", "UNSEEN", "SINCE", day))
    for number in (found or b"").split()[-_MAX_MAILS:]:
        uid = number.decode("ascii")
        # PEEK marks nothing; and of a mail that is too large no more comes than shows that.
        # A server says NO to a mail that it cannot read itself; the others are not to wait for it.
        _status, answer = imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_MAIL + 1}>)")
        data = next((item[1] for item in answer if isinstance(item, tuple)), None)
        if data is not None:  # else somebody deleted it meanwhile
            yield ReceivedMail(data=data, mark_as_read=_marking(imap, uid))


def _marking(imap: imaplib.IMAP4, uid: str) -> Callable[[], None]:
    def mark() -> None:
        _checked(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))

    return mark


def _checked(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"answered {status}")
    return data


def _named(error: Exception) -> str:
    """Name an error without what the server wrote: that may hold a name or an address."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}."
    return f"{type(error).__name__}."
