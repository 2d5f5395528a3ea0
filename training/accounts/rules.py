"""Which password may be chosen, and what a browser is called."""

import gzip
import re
import unicodedata
from functools import cache
from importlib.resources import files

from training.accounts.errors import (
    CommonPasswordError,
    PasswordLengthError,
    UnusableCharacterError,
)
from training.accounts.values import MAX_PASSWORD, MIN_PASSWORD

#: What browsers write into their names, in the order in which it is looked for: most call
#: themselves by the names of the others too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")


def usable_password(typed: str) -> str:
    """Return a password as it is hashed: NFC, so that every keyboard gives the same; not trimmed.

    :raise PasswordError: nobody may choose this one.
    """
    if len(typed) > MAX_PASSWORD:
        raise PasswordLengthError(MIN_PASSWORD, MAX_PASSWORD)
    if "\x00" in typed or _SURROGATE.search(typed):
        raise UnusableCharacterError
    password = normal_password(typed)
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise PasswordLengthError(MIN_PASSWORD, MAX_PASSWORD)
    if password.lower() in _common_passwords():
        raise CommonPasswordError
    return password


def normal_password(typed: str) -> str:
    """Return a typed password in the form in which it was hashed."""
    return unicodedata.normalize("NFC", typed)


@cache
def _common_passwords() -> frozenset[str]:
    packed = files("training.accounts").joinpath("common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split())


def browser_names(user_agent: str | None) -> tuple[str | None, str | None]:
    """Return what people call a browser and the system that it runs on, where that is known."""
    said = user_agent or ""
    return _first(_BROWSERS, said), _first(_SYSTEMS, said)


def _first(names: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((name for mark, name in names if mark in said), None)
