"""What may be a mail domain of an organization."""

import re

import idna

from training.errors import N_
from training.organizations.errors import MailDomainError

#: RFC 1035, section 2.3.4.
_MAX_DOMAIN = 253
_TOP_LEVEL = re.compile("[a-z]{2,}|xn--[a-z0-9-]+", re.ASCII)
#: Anybody has an address there: it says nothing about where one belongs.
EVERYBODYS = frozenset(
    {
        *("aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com"),
        *("icloud.com", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com"),
        *("proton.me", "protonmail.com", "qq.com", "web.de", "yahoo.com", "yandex.ru", "163.com"),
    }
)


def mail_domain(typed: str) -> str:
    """Return a mail domain as it is stored and compared: by IDNA, in lower case.

    :param typed: without white space; a leading ``@`` is taken off.
    :raise MailDomainError: it is none, or one at which anybody has an address.
    """
    shown = typed[:80]
    domain = typed.removeprefix("@").rstrip(".")
    try:
        domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    except UnicodeError as error:
        raise MailDomainError(_NONE, typed=shown) from error
    _host, dot, top_level = domain.rpartition(".")
    if not dot or len(domain) > _MAX_DOMAIN or not _TOP_LEVEL.fullmatch(top_level):
        raise MailDomainError(_NONE, typed=shown)
    if domain in EVERYBODYS:
        raise MailDomainError(
            N_("Anybody can have an address at %(domain)s, so it is nobody's own."), domain=domain
        )
    return domain


def shown_domain(domain: str) -> str:
    """Return a stored domain as people write it: ``xn--bcher-kva.example`` is ``bücher.example``.

    What IDNA does not know, as it stands.
    """
    try:
        return str(idna.decode(domain))
    except UnicodeError:
        return domain


_NONE = N_("“%(typed)s” is not a mail domain. One looks like example.org, the part after the @.")
