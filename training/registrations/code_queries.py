"""Codes by which people register for an organization: which of them are good, and what for."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.campaigns.models import Campaign
from training.campaigns.values import CampaignStatus
from training.db import UtcDateTime, core, db
from training.errors import NotFoundError
from training.organizations.models import Organization
from training.organizations.queries import IS_ACTIVE
from training.registrations.cards import CARD_COLUMNS, IS_LISTED, SessionCard, card_of
from training.registrations.models import InvitationCode, Registration
from training.registrations.values import LIVE, Claim
from training.sessions.models import Hold, TrainingSession
from training.sessions.values import SessionStatus

#: Sessions and campaigns that a code can be made for, in one list.
MOST_OFFERED = 200
#: Sessions that the page of a code shows.
MOST_SHOWN = 50
#: Codes on one page; whoever has more revokes some.
MOST_LISTED = 200
#: What ``secrets.token_urlsafe(32)`` makes: nothing else is even looked up.
_CODE = re.compile("[A-Za-z0-9_-]{43}", re.ASCII)

_code = InvitationCode.__table__.c
_session = TrainingSession.__table__.c
_registration = Registration.__table__.c
_hold = Hold.__table__.c
_now = sa.bindparam("now", type_=UtcDateTime())


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundCode:
    """A code that is good now."""

    id: int
    organization_id: int
    organization: str
    #: People who may be registered with it in one session; None: as many as have it.
    most: int | None
    #: The one session that it is for; None: several.
    training_session_id: int | None
    campaign_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedCode:
    """A code as whoever made it sees it: everything but the code."""

    id: int
    name: str
    #: Title of the one session that it is for.
    title: str | None
    starts_at: datetime | None
    timezone: str | None
    #: Name of the campaign whose sessions it is for.
    campaign: str | None
    most: int | None
    #: Live registrations that came with it.
    used: int
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    training_session_id: int | None
    campaign_id: int | None

    def is_good(self, now: datetime) -> bool:
        """Tell whether somebody may register with it."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionOffer:
    """A session that a code can be made for."""

    id: int
    title: str
    starts_at: datetime
    timezone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """What a code can be made for, beside everything."""

    campaigns: tuple[tuple[int, str], ...]
    sessions: tuple[SessionOffer, ...]


_IS_GOOD = sa.and_(
    _code.revoked_at.is_(None),
    sa.or_(_code.expires_at.is_(None), _code.expires_at > _now),
    IS_ACTIVE,
)
_BOTH = (TrainingSession.__table__, InvitationCode.__table__)
#: Sessions that an organization may see: everybody's, and those it has people or seats in. A code
#: that names no session opens no other: else who has one could open whatever is for others.
_IS_SEEN = sa.or_(
    IS_LISTED,
    sa.exists()
    .where(
        _registration.training_session_id == _session.id,
        _registration.organization_id == _code.organization_id,
        _registration.claim != Claim.STATED,
    )
    .correlate(*_BOTH),
    sa.exists()
    .where(
        _hold.training_session_id == _session.id,
        _hold.organization_id == _code.organization_id,
    )
    .correlate(*_BOTH),
)
#: Of a code and a session: the code is for it.
_IS_FOR = sa.or_(
    _code.training_session_id == _session.id,
    sa.and_(
        _code.training_session_id.is_(None),
        sa.or_(_code.campaign_id.is_(None), _code.campaign_id == _session.campaign_id),
        _IS_SEEN,
    ),
)
_FOUND = (
    sa.select(
        _code.id,
        _code.organization_id,
        Organization.name.label("organization"),
        _code.most,
        _code.training_session_id,
        _code.campaign_id,
    )
    .select_from(
        InvitationCode.__table__.join(
            Organization.__table__, Organization.id == _code.organization_id
        )
    )
    .where(_code.code_hash == sa.bindparam("code_hash"), _IS_GOOD)
)
_FOUND_FOR = _FOUND.where(
    sa.exists()
    .where(
        _session.id == sa.bindparam("training_session_id"),
        _session.published_at.is_not(None),
        _IS_FOR,
    )
    .correlate(InvitationCode.__table__)
)
_OPENED = (
    sa.select(*CARD_COLUMNS)
    .select_from(
        TrainingSession.__table__.join(
            InvitationCode.__table__, _code.id == sa.bindparam("code_id")
        )
    )
    .where(
        _IS_FOR,
        _session.status == SessionStatus.PUBLISHED,
        _session.starts_at > _now,
    )
    .order_by(_session.starts_at, _session.id)
    .limit(MOST_SHOWN)
)
_USED = (
    sa.select(sa.func.count())
    .where(_registration.code_id == _code.id, _registration.status.in_(sorted(LIVE)))
    .correlate(InvitationCode.__table__)
    .scalar_subquery()
)
_CODES = (
    sa.select(
        _code.id,
        _code.name,
        _session.title,
        _session.starts_at,
        _session.timezone,
        Campaign.name.label("campaign"),
        _code.most,
        _USED.label("used"),
        _code.made_at,
        _code.expires_at,
        _code.revoked_at,
        _code.training_session_id,
        _code.campaign_id,
    )
    .select_from(
        InvitationCode.__table__.outerjoin(
            TrainingSession.__table__, _session.id == _code.training_session_id
        ).outerjoin(Campaign.__table__, Campaign.id == _code.campaign_id)
    )
    .where(_code.organization_id == sa.bindparam("organization_id"))
    .order_by(_code.revoked_at.is_not(None), _code.made_at.desc(), _code.id.desc())
    .limit(MOST_LISTED)
)
_SESSION_OFFERS = (
    sa.select(_session.id, _session.title, _session.starts_at, _session.timezone)
    .where(_session.status == SessionStatus.PUBLISHED, _session.ends_at > _now)
    .order_by(_session.starts_at, _session.id)
    .limit(MOST_OFFERED)
)
#: Where the organization has somebody; who only says to be with it is nobody of it.
_OWN_SESSIONS = sa.select(_registration.training_session_id).where(
    _registration.organization_id == sa.bindparam("organization_id"),
    _registration.claim != Claim.STATED,
)
_CAMPAIGNS = (
    sa.select(Campaign.id, Campaign.name)
    .where(Campaign.archived_at.is_(None), Campaign.ends_on >= sa.bindparam("today"))
    .order_by(Campaign.starts_on.desc(), Campaign.id)
    .limit(MOST_OFFERED)
)


def hash_of(code: str) -> bytes | None:
    """Return by what a code is found, or None: it cannot be one."""
    return hashlib.sha256(code.encode()).digest() if _CODE.fullmatch(code) else None


def find_code(code: str, training_session_id: int, *, now: datetime) -> FoundCode | None:
    """Return a code if it is good for a session now: of an organization that runs."""
    code_hash = hash_of(code)
    return None if code_hash is None else find_hashed(code_hash, training_session_id, now=now)


def find_hashed(code_hash: bytes, training_session_id: int, *, now: datetime) -> FoundCode | None:
    """Return a code if it is good for a session now, by its hash."""
    return _found(
        _FOUND_FOR,
        {"code_hash": code_hash, "training_session_id": training_session_id, "now": now},
    )


def find_code_alone(code: str, *, now: datetime) -> FoundCode | None:
    """Return a code if it is good now, whatever for."""
    code_hash = hash_of(code)
    return None if code_hash is None else _found(_FOUND, {"code_hash": code_hash, "now": now})


def opened_by(code_id: int, *, now: datetime) -> list[SessionCard]:
    """Return the next sessions that a code is for."""
    found = core().execute(_OPENED, {"code_id": code_id, "now": now})
    return [card_of(row, now) for row in found]


def registered_with(code_id: int, training_session_id: int) -> int:
    """Return how many are registered in a session with a code."""
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                _registration.code_id == code_id,
                _registration.training_session_id == training_session_id,
                _registration.status.in_(sorted(LIVE)),
            )
        )
        or 0
    )


def codes_of(organization_id: int) -> list[ListedCode]:
    """Return the codes of an organization: those that were not revoked first, the newest first."""
    found = db.session.execute(_CODES, {"organization_id": organization_id})
    return [ListedCode(**row._mapping) for row in found]  # noqa: SLF001 -- a row as a mapping


def offers_for_staff(*, now: datetime) -> Offers:
    """Return what staff can make a code for."""
    return _offers(_SESSION_OFFERS, _CAMPAIGNS, {}, now)


def offers_for_organization(organization_id: int, *, now: datetime) -> Offers:
    """Return what an organization can make a code for: what it may see."""
    return _offers(
        _SESSION_OFFERS.where(sa.or_(IS_LISTED, _session.id.in_(_OWN_SESSIONS))),
        _CAMPAIGNS.where(Campaign.status != CampaignStatus.DRAFT),
        {"organization_id": organization_id},
        now,
    )


def get_code(code_id: int, organization_id: int) -> ListedCode:
    """Return a code of an organization.

    :raise NotFoundError: it has none of that number.
    """
    row = db.session.execute(
        _CODES.where(_code.id == code_id), {"organization_id": organization_id}
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return ListedCode(**row._mapping)  # noqa: SLF001 -- a row as a mapping


def _found(statement: sa.Select[Any], bound: Mapping[str, Any]) -> FoundCode | None:
    row = core().execute(statement, dict(bound)).one_or_none()
    return FoundCode(**row._mapping) if row else None  # noqa: SLF001 -- a row as a mapping


def _offers(
    sessions: sa.Select[Any],
    campaigns: sa.Select[int, str],
    bound: Mapping[str, Any],
    now: datetime,
) -> Offers:
    return Offers(
        campaigns=tuple(
            (row.id, row.name)
            for row in db.session.execute(campaigns, {**bound, "today": now.date()})
        ),
        sessions=tuple(
            SessionOffer(**row._mapping)  # noqa: SLF001 -- a row as a mapping
            for row in db.session.execute(sessions, {**bound, "now": now})
        ),
    )
