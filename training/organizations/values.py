"""The words of organizations, and what is planned of one."""

from dataclasses import dataclass
from enum import StrEnum


class OrganizationStatus(StrEnum):
    """Whether the partnership runs."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class MembershipRole(StrEnum):
    """What a person is in an organization."""

    MEMBER = "member"
    REPRESENTATIVE = "representative"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrganizationPlan:
    """What an organization is to be."""

    name: str
    #: Part of the addresses of its pages; empty: made from the name, or as it is.
    slug: str = ""
    #: Mail domains, as :func:`training.organizations.rules.mail_domain` returns them.
    domains: tuple[str, ...] = ()
    #: ISO 3166-1 alpha-2.
    country: str | None = None
    #: IANA name.
    timezone: str | None = None
    status: OrganizationStatus = OrganizationStatus.ACTIVE
