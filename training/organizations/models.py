"""Organization: a partner whose people we train."""

from datetime import date
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base


class OrganizationStatus(StrEnum):
    """Whether the partnership runs."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class MembershipRole(StrEnum):
    """What a person is in an organization."""

    MEMBER = "member"
    REPRESENTATIVE = "representative"


class Organization(Base):
    """A partner whose people we train."""

    __tablename__ = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    #: Mail domains whose confirmed addresses belong to it, in lower case.
    domains: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: ISO 3166-1 alpha-2.
    country: Mapped[str | None] = mapped_column(String(2))
    timezone: Mapped[str | None] = mapped_column(String(64))
    status: Mapped[OrganizationStatus] = mapped_column(default=OrganizationStatus.ACTIVE)


class Membership(Base):
    """A person of an organization; a representative may act for it."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_organization_id", "organization_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    role: Mapped[MembershipRole]
    since: Mapped[date]
    until: Mapped[date | None]
