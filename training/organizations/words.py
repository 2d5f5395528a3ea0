"""Words for what staff see of organizations."""

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _

from training.organizations.values import MembershipRole, OrganizationStatus

#: Two letters that Babel names and ISO 3166-1 does not give to a country or territory.
_NO_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)


def status_label(status: OrganizationStatus) -> str:
    """Return whether the partnership runs, in a word."""
    words = {
        OrganizationStatus.ACTIVE: _("Active"),
        OrganizationStatus.SUSPENDED: _("Suspended"),
        OrganizationStatus.CLOSED: _("Closed"),
    }
    return str(words[status])


#: Status → kind of badge.
STATUS_BADGE = {
    OrganizationStatus.ACTIVE: "ok",
    OrganizationStatus.SUSPENDED: "warn",
    OrganizationStatus.CLOSED: "muted",
}


def role_label(role: MembershipRole) -> str:
    """Return what somebody is in an organization, in a word."""
    words = {
        MembershipRole.MEMBER: _("Member"),
        MembershipRole.REPRESENTATIVE: _("Representative"),
    }
    return str(words[role])


def country_names(locale: Locale | None = None) -> dict[str, str]:
    """Return code → name of every country, in a language or the reader's."""
    locale = locale or get_locale() or Locale("en")
    return {
        code: name
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES  # noqa: PLR2004 -- alpha-2
    }


def country_name(code: str | None) -> str:
    """Return the name of a country in the reader's language; of none, an empty text."""
    return country_names().get(code, code) if code else ""
