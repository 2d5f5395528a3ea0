"""One function for each kind of setting: text in, value out, or ``ValueError`` with a sentence.

The sentence goes behind the variable's name and a colon. It never repeats an address that may
hold a password.
"""

import importlib.util
import ipaddress
import re
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from babel import Locale, UnknownLocaleError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

#: Where plain http is allowed: it never leaves the machine.
LOOPBACK_HOSTS: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
MAX_SITE_NAME_LENGTH = 80
#: Plain; encrypted from the first byte; encrypted after STARTTLS, as ``?starttls=1`` is too.
SMTP_SCHEMES = frozenset({"smtp", "smtps", "smtp+starttls"})
_HOST_NAME = re.compile(r"(?!-)[a-z0-9-]+(?<!-)(\.(?!-)[a-z0-9-]+(?<!-))*")
_SWITCH = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}


def folder(text: str) -> Path:
    """Return the absolute path of a folder or a file, seen from where the command was started."""
    return Path(text).expanduser().resolve()


def base_url(text: str) -> str:
    """Return scheme, host and port of the address under which people reach the site."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"{text!r} is not an address like https://training.example.org.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{text!r} is not an address like https://training.example.org.")
    if parts.path not in {"", "/"} or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(
            f"{text!r} must end after the host and port: the site has a host of its own."
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError(
            f"{text!r} is plain http, which only {', '.join(LOOPBACK_HOSTS)} may use. Everywhere "
            "else passwords and names would travel readable: use https."
        )
    return f"{parts.scheme}://{_netloc(parts, port)}"


def _netloc(parts: SplitResult, port: int | None) -> str:
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def switch(text: str) -> bool:
    """Return on or off."""
    try:
        return _SWITCH[text.lower()]
    except KeyError:
        raise ValueError(f"{text!r} is neither on nor off.") from None


def host_name(text: str) -> str:
    """Return a host or domain name in lower case."""
    name = text.lower()
    if not _HOST_NAME.fullmatch(name):
        raise ValueError(f"{text!r} is not a name like training.example.org.")
    return name


def hosts(text: str) -> tuple[str, ...]:
    """Return host names; one with a dot in front stands for all names below it."""
    names = []
    for entry in _entries(text):
        if "*" in entry:
            raise ValueError(
                f"{entry!r} would trust every name. Write each host, or .example.org for all "
                "below it."
            )
        names.append(_address(entry) or entry[: entry.startswith(".")] + host_name(_bare(entry)))
    return tuple(names)


def _bare(entry: str) -> str:
    return entry.removeprefix(".")


def _address(entry: str) -> str | None:
    try:
        return str(ipaddress.ip_address(entry.strip("[]")))
    except ValueError:
        return None


def proxies(text: str) -> tuple[str, ...]:
    """Return addresses and networks of proxies, each one that can be checked against."""
    entries = []
    for entry in _entries(text):
        try:
            network = ipaddress.ip_network(entry)
        except ValueError:
            raise ValueError(
                f"{entry!r} is neither an address nor a network like 10.0.0.0/8."
            ) from None
        if network.prefixlen == 0:
            raise ValueError(f"{entry!r} would trust everybody. Name your proxy's address.")
        entries.append(str(network) if "/" in entry else str(network.network_address))
    return tuple(entries)


def _entries(text: str) -> list[str]:
    return [entry for entry in re.split(r"[\s,]+", text) if entry]


def sqlite_url(path: Path) -> str:
    """Return SQLAlchemy's address of a database file."""
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def database_url(text: str, instance: Path) -> str:
    """Return the database's address for SQLAlchemy; a relative file lies in the instance folder."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(
            "is not an address like sqlite:////var/lib/training/training.sqlite or "
            "postgresql://training@db.example.org/training."
        ) from None
    if url.drivername == "sqlite":
        return _sqlite_database(url, instance)
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        if importlib.util.find_spec("psycopg") is None:
            raise ValueError(
                "asks for PostgreSQL, whose driver is not installed: "
                "pip install 'training[postgres]'."
            )
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    raise ValueError(f"asks for {url.drivername!r}; SQLite and PostgreSQL are supported.")


def _sqlite_database(url: URL, instance: Path) -> str:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError("must name a file: a database in memory is lost at every restart.")
    if url.query:
        raise ValueError("takes no options behind the file's name: Training sets what it needs.")
    return sqlite_url((instance / url.database).resolve())


def smtp_url(text: str) -> str:
    """Return the mail server's address: ``smtp://`` or ``smtps://``, with user and password."""
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme in SMTP_SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError("is not an address like smtps://user:password@mail.example.org.")
    return text


def imap_url(text: str) -> str:
    """Return the address of a mailbox: ``imaps://user:password@host/folder``."""
    try:
        parts = urlsplit(text)
        # What stands in a command to the server; letters of other alphabets as it writes them.
        is_plain = unquote(text).isprintable() and unquote(parts.path).isascii()
        is_complete = parts.hostname and parts.username and parts.port != 0
        is_valid = parts.scheme == "imaps" and is_complete and is_plain
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError(
            "is not an address like imaps://user:password@mail.example.org/INBOX. Mailboxes are "
            "read over an encrypted connection only."
        )
    return text


def redis_url(text: str) -> str:
    """Return the address of a Redis."""
    try:
        parts = urlsplit(text)
        is_valid = parts.scheme in {"redis", "rediss"} and parts.hostname and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError("is not an address like redis://127.0.0.1:6379/0.")
    if importlib.util.find_spec("redis") is None:
        raise ValueError(
            "asks for Redis, whose driver is not installed: pip install 'training[redis]'."
        )
    return text


def mail_from(text: str) -> str:
    """Return an address of ours, with or without a name before it."""
    _, address = parseaddr(text)
    local, _, domain = address.rpartition("@")
    if not text.isprintable() or not local or not _HOST_NAME.fullmatch(domain.lower()):
        raise ValueError(f"{text!r} is not an address like Training <training@example.org>.")
    return text


def authserv_id(text: str) -> str:
    """Return the name with which a mail server begins its Authentication-Results (RFC 8601)."""
    if not text.isprintable() or re.search(r'[\s;"()]', text):
        raise ValueError(f"{text!r} is not a name like mx.example.org.")
    return text.lower()


def site_name(text: str) -> str:
    """Return the name that stands in page titles and mails."""
    if not text.isprintable() or len(text) > MAX_SITE_NAME_LENGTH:
        raise ValueError(f"must be one line of at most {MAX_SITE_NAME_LENGTH} characters.")
    return text


def locale(text: str) -> str:
    """Return the language of those who did not choose one."""
    try:
        Locale.parse(text, sep="-" if "-" in text else "_")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"{text!r} is not a language like en or pt-BR.") from None
    return text
