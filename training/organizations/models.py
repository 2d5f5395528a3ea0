"""Organization: a partner whose people we train."""

from datetime import date

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from training.db import Base, conflicts
from training.organizations.errors import AlreadyMemberError, NameTakenError, SlugTakenError
from training.organizations.values import MembershipRole, OrganizationStatus

IS_CURRENT_SQL = text("until IS NULL")

conflicts["uq_organization_name"] = NameTakenError
conflicts["uq_organization_slug"] = SlugTakenError
conflicts["uq_membership_current"] = AlreadyMemberError


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
    __table_args__ = (
        Index("ix_membership_organization_id", "organization_id", "role"),
        # Who left may come back: then there is one row for each time.
        Index(
            "uq_membership_current",
            "person_id",
            "organization_id",
            unique=True,
            sqlite_where=IS_CURRENT_SQL,
            postgresql_where=IS_CURRENT_SQL,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"))
    role: Mapped[MembershipRole]
    #: What the organization calls them; None: as the person is called. It never renames them, and
    #: who types a known address is not shown the name behind it.
    name: Mapped[str | None] = mapped_column(String(200))
    since: Mapped[date]
    #: The last day; None: still so.
    until: Mapped[date | None]
