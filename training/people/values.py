"""How people are told apart, and what is planned of one."""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import idna


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPlan:
    """What we are to know of a person."""

    name: str
    #: As typed; None: they have none of their own.
    email: str | None
    #: Such as "en" or "pt_BR".
    locale: str
    #: IANA name; None: not known.
    timezone: str | None


def email_key(email: str) -> str:
    """Return what makes an address unique, for comparing; mail goes to the address as typed.

    NFC, the domain by IDNA, A-Z lowered by ASCII rules only: Unicode's own rules would make
    different mailboxes equal (``ı`` and ``i``, ``ﬁ`` and ``fi``).

    :param email: a valid address, as a form has checked it.
    """
    local, _, domain = unicodedata.normalize("NFC", email.strip()).rpartition("@")
    with suppress(UnicodeError):  # a label too long or empty: then it is compared as it stands
        domain = _idna(domain)
    return _ascii_lower(f"{local}@{domain}")


@lru_cache(maxsize=1024)
def _idna(domain: str) -> str:
    # Asked several times of each address that somebody registers with, and slow.
    return idna.encode(domain, uts46=True).decode("ascii")


def _ascii_lower(text: str) -> str:
    return "".join(chr(ord(char) + 32) if "A" <= char <= "Z" else char for char in text)
