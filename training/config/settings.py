"""The settings, and reading them."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import make_url

from training.config import parse, secret_key

#: Every variable that is read. Any other name that begins with ``TRAINING_`` is refused.
VARIABLES = (
    "TRAINING_INSTANCE",
    "TRAINING_BASE_URL",
    "TRAINING_SECRET_KEY",
    "TRAINING_SECRET_KEY_FALLBACKS",
    "TRAINING_DATABASE_URL",
    "TRAINING_TRUSTED_HOSTS",
    "TRAINING_TRUSTED_PROXIES",
    "TRAINING_DEBUG",
    "TRAINING_SMTP_URL",
    "TRAINING_MAIL_FROM",
    "TRAINING_REPLY_TO",
    "TRAINING_IMAP_URL",
    "TRAINING_IMAP_PASSWORD_FILE",
    "TRAINING_AUTHSERV_ID",
    "TRAINING_UID_DOMAIN",
    "TRAINING_SITE_NAME",
    "TRAINING_LOCALE",
    "TRAINING_REDIS_URL",
)
#: Options of single commands, which they read themselves.
COMMAND_VARIABLES = ("TRAINING_ADMIN_PASSWORD",)
DEFAULT_BASE_URL = "http://127.0.0.1:8000"
#: Behind the @ of calendar UIDs. The UUID before it makes them unique; this only must not change.
DEFAULT_UID_DOMAIN = "training.invalid"
#: Kubernetes adds these to the containers of every namespace with a service named "training".
_KUBERNETES = re.compile(r"TRAINING_(SERVICE|PORT)(_.*)?")

T = TypeVar("T")


class ConfigError(Exception):
    """The environment does not say what it must; ``problems`` has a sentence for each mistake."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment said, checked. Secrets stay out of its ``repr``."""

    instance: Path
    #: Where people reach the site: scheme, host and port, without a slash at the end.
    base_url: str
    #: The first signs; the others only verify what was signed before the key was changed.
    secret_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(repr=False)
    #: Names under which the site may be asked for; ``.example.org`` stands for all below it.
    trusted_hosts: tuple[str, ...]
    #: Addresses and networks whose ``X-Forwarded-…`` headers are believed.
    trusted_proxies: tuple[str, ...] = ()
    debug: bool = False
    #: None: mails are written to files in the instance folder.
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str
    #: Where what people write in answer to our mails goes; None: to ``mail_from``.
    reply_to: str | None = None
    #: The mailbox of ``mail_from``, where calendar programs answer; None: nobody looks into it.
    imap_url: str | None = field(default=None, repr=False)
    #: Has the password that is not in the address.
    imap_password_file: Path | None = None
    #: The mail server whose word counts for who sent a mail; None: nobody's does.
    authserv_id: str | None = None
    #: What stands behind the @ in the UID of a calendar entry. Never changed once people subscribe.
    uid_domain: str = DEFAULT_UID_DOMAIN
    site_name: str = "Training"
    locale: str = "en"
    #: Where processes and hosts count together what is tried; None: each process for itself.
    redis_url: str | None = field(default=None, repr=False)

    @property
    def is_https(self) -> bool:
        """Say whether this is production: strict checks, secure cookies, HSTS."""
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def sqlite_path(self) -> Path | None:
        """The database file; None on PostgreSQL."""
        database = make_url(self.database_url).database
        return Path(database) if self.is_sqlite and database else None


class _Reader:
    """Reads variable by variable and remembers what was wrong instead of stopping at it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        """Return what the variable holds; set and empty is the same as not set."""
        return self._environ.get(name, "").strip()

    def read(self, name: str, parser: Callable[[str], T], default: T) -> T:
        text = self.text(name)
        if not text:
            return default
        try:
            return parser(text)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return default


def default_instance() -> Path:
    """Return the checkout's ``instance/``, or ``./instance`` where the package is installed."""
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "instance"


def load(environ: Mapping[str, str], *, keep_secret: bool = True) -> Settings:
    """Read the settings, or say everything that is wrong with them.

    On plain http a missing secret key is made once and kept in the instance folder.

    :param keep_secret: False makes a passing key instead, and writes nothing.
    :raise ConfigError: with a sentence for each mistake, each naming its variable.
    """
    reader = _Reader(environ)
    reader.problems += _unknown_variables(environ)
    instance = reader.read("TRAINING_INSTANCE", parse.folder, default_instance())
    base_url = reader.read("TRAINING_BASE_URL", parse.base_url, DEFAULT_BASE_URL)
    host = urlsplit(base_url).hostname or ""
    debug = reader.read("TRAINING_DEBUG", parse.switch, default=False)
    hosts = reader.read("TRAINING_TRUSTED_HOSTS", parse.hosts, parse.LOOPBACK_HOSTS)
    if base_url.startswith("https://"):
        _check_hosts(reader, hosts, host)
        if debug:
            reader.problems.append(
                "TRAINING_DEBUG: is on, and TRAINING_BASE_URL is https. Debugging shows the "
                "program's insides to everybody; turn it off."
            )
    settings = Settings(
        instance=instance,
        base_url=base_url,
        secret_keys=_secret_keys(reader, base_url),
        database_url=reader.read(
            "TRAINING_DATABASE_URL",
            lambda text: parse.database_url(text, instance),
            parse.sqlite_url(instance / "training.sqlite"),
        ),
        trusted_hosts=hosts,
        trusted_proxies=reader.read(
            "TRAINING_TRUSTED_PROXIES", parse.proxies, Settings.trusted_proxies
        ),
        debug=debug,
        smtp_url=reader.read("TRAINING_SMTP_URL", parse.smtp_url, None),
        mail_from=reader.read("TRAINING_MAIL_FROM", parse.mail_from, f"training@{host}"),
        reply_to=reader.read("TRAINING_REPLY_TO", parse.mail_from, Settings.reply_to),
        imap_url=reader.read("TRAINING_IMAP_URL", parse.imap_url, None),
        imap_password_file=reader.read("TRAINING_IMAP_PASSWORD_FILE", parse.folder, None),
        authserv_id=reader.read("TRAINING_AUTHSERV_ID", parse.authserv_id, Settings.authserv_id),
        uid_domain=reader.read("TRAINING_UID_DOMAIN", parse.host_name, Settings.uid_domain),
        site_name=reader.read("TRAINING_SITE_NAME", parse.site_name, Settings.site_name),
        locale=reader.read("TRAINING_LOCALE", parse.locale, Settings.locale),
        redis_url=reader.read("TRAINING_REDIS_URL", parse.redis_url, Settings.redis_url),
    )
    if reader.problems:
        raise ConfigError(reader.problems)
    return settings if settings.secret_keys else _with_own_key(settings, keep_secret=keep_secret)


def _unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Refuse a misspelt name: what it was meant to protect would silently not be protected."""
    problems = []
    for name in sorted(environ):
        known = name in VARIABLES + COMMAND_VARIABLES or _KUBERNETES.fullmatch(name)
        if name.startswith("TRAINING_") and not known:
            near = difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.75)
            hint = f" Did you mean {near[0]}?" if near else ""
            problems.append(f"{name}: is no setting of Training.{hint}")
    return problems


def _check_hosts(reader: _Reader, hosts: tuple[str, ...], host: str) -> None:
    if not reader.text("TRAINING_TRUSTED_HOSTS"):
        reader.problems.append(
            "TRAINING_TRUSTED_HOSTS: is missing. Name the hosts under which people reach the "
            f"site, for example {host}."
        )
        return
    is_below = any(f".{host}".endswith(entry) for entry in hosts if entry.startswith("."))
    is_misspelt = hosts == parse.LOOPBACK_HOSTS  # what stood there was refused already
    if host not in hosts and not is_below and not is_misspelt:
        reader.problems.append(
            f"TRAINING_TRUSTED_HOSTS: does not contain {host}, the host of TRAINING_BASE_URL, so "
            "every link in a mail would be refused."
        )


def _secret_keys(reader: _Reader, base_url: str) -> tuple[str, ...]:
    first = reader.text("TRAINING_SECRET_KEY")
    fallbacks = tuple(re.split(r"[\s,]+", reader.text("TRAINING_SECRET_KEY_FALLBACKS")))
    fallbacks = tuple(key for key in fallbacks if key)
    if fallbacks and not first:
        reader.problems.append(
            "TRAINING_SECRET_KEY_FALLBACKS: is set without TRAINING_SECRET_KEY, which signs."
        )
    if base_url.startswith("https://"):
        if not first:
            reader.problems.append(
                f"TRAINING_SECRET_KEY: is missing. Make one with: {secret_key.NEW_KEY}"
            )
        elif weakness := secret_key.weakness(first):
            reader.problems.append(
                f"TRAINING_SECRET_KEY: {weakness}. Make one with: {secret_key.NEW_KEY}"
            )
        reader.problems += [
            f"TRAINING_SECRET_KEY_FALLBACKS: its key number {number} {weakness}. What it signed "
            "can be forged; leave it out."
            for number, key in enumerate(fallbacks, 1)
            if (weakness := secret_key.weakness(key))
        ]
    return (first, *fallbacks) if first else ()


def _with_own_key(settings: Settings, *, keep_secret: bool) -> Settings:
    try:
        key = secret_key.keep(settings.instance) if keep_secret else secret_key.make()
    except OSError as error:
        problem = f"no secret key can be kept in {settings.instance}: {error.strerror}."
        raise ConfigError([f"TRAINING_INSTANCE: {problem}"]) from error
    except ValueError as error:
        raise ConfigError([f"TRAINING_INSTANCE: {error}"]) from error
    return replace(settings, secret_keys=(key,))
