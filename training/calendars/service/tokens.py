"""Secret addresses: made, shown once, found by whoever asks for a feed, revoked."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from training.accounts.models import Account
from training.audit.trail import Act, record_act
from training.calendars.errors import (
    AlreadyMadeError,
    AlreadyReplacedError,
    NotReadableError,
    TooManyFeedsError,
)
from training.calendars.models import FeedFetch, FeedToken
from training.calendars.values import FeedKind
from training.db import core, db
from training.errors import NotFoundError
from training.organizations.changes import RepresentationEnded
from training.organizations.models import Membership, Organization
from training.organizations.queries import IS_ACTIVE, IS_CURRENT
from training.organizations.values import MembershipRole
from training.people.models import Person
from training.submissions.service import Send, find_result, remember

#: Random bytes of a token.
TOKEN_BYTES = 32
#: Addresses that one person may have at a time.
MOST_FEEDS = 20
#: The same in base64url: nothing else is even looked up.
_TOKEN = re.compile("[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundFeed:
    """The feed at a secret address, as one SELECT found it; its owner may read it now."""

    id: int
    kind: FeedKind
    owner_id: int
    organization_id: int | None
    organization_name: str | None
    #: When it was read last, what was sent, and since when that is known; None: never yet.
    fetched_at: datetime | None
    etag: str | None
    seen_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFeed:
    """An address of one's own, as its owner sees it: everything but the address."""

    id: int
    kind: FeedKind
    name: str
    organization_name: str | None
    created_at: datetime
    fetched_at: datetime | None
    program: str | None
    count: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RotatedFeed:
    """An address that came in the place of another."""

    #: Stored nowhere, and cannot be shown again.
    token: str
    kind: FeedKind
    name: str
    organization_name: str | None


_REPRESENTS = sa.exists().where(
    Membership.person_id == FeedToken.owner_id,
    Membership.organization_id == FeedToken.organization_id,
    Membership.role == MembershipRole.REPRESENTATIVE,
    IS_CURRENT,
)
#: Asked with each fetch: a role that is lost closes the address at once.
MAY_READ = sa.and_(
    FeedToken.revoked_at.is_(None),
    Person.erased_at.is_(None),
    Account.disabled_at.is_(None),  # also of people without an account
    sa.or_(
        FeedToken.kind == FeedKind.PERSON,
        sa.and_(FeedToken.kind == FeedKind.TRAINER, Account.id.is_not(None)),
        sa.and_(FeedToken.kind == FeedKind.STAFF, Account.staff_role.is_not(None)),
        sa.and_(
            FeedToken.kind == FeedKind.ORGANIZATION, Account.id.is_not(None), IS_ACTIVE, _REPRESENTS
        ),
    ),
)
_READABLE = (
    sa.select(
        FeedToken.id,
        FeedToken.kind,
        FeedToken.owner_id,
        FeedToken.organization_id,
        Organization.name.label("organization_name"),
        FeedFetch.fetched_at,
        FeedFetch.etag,
        FeedFetch.seen_at,
    )
    .select_from(FeedToken)
    .join(Person, Person.id == FeedToken.owner_id)
    .outerjoin(Account, Account.person_id == FeedToken.owner_id)
    .outerjoin(Organization, Organization.id == FeedToken.organization_id)
    .outerjoin(FeedFetch, FeedFetch.feed_token_id == FeedToken.id)
    .where(FeedToken.token_hash == sa.bindparam("token_hash"), MAY_READ)
)
_OWN = (
    sa.select(
        FeedToken.id,
        FeedToken.kind,
        FeedToken.name,
        Organization.name.label("organization_name"),
        FeedToken.created_at,
        FeedFetch.fetched_at,
        FeedFetch.program,
        FeedFetch.count,
    )
    .select_from(FeedToken)
    .outerjoin(Organization, Organization.id == FeedToken.organization_id)
    .outerjoin(FeedFetch, FeedFetch.feed_token_id == FeedToken.id)
    .where(FeedToken.owner_id == sa.bindparam("owner_id"), FeedToken.revoked_at.is_(None))
    .order_by(FeedToken.created_at.desc(), FeedToken.id.desc())
)


def make_feed(
    kind: FeedKind,
    *,
    owner_id: int,
    organization_id: int | None = None,
    name: str,
    send: Send | None = None,
    now: datetime,
) -> str:
    """Make a secret address; that its owner may have one, the caller has found out.

    :param name: what the owner calls it.
    :param send: the form that this comes from; None: from no form.
    :return: the token, which is stored nowhere and cannot be shown again.
    :raise AlreadyMadeError: the same form made one before.
    :raise KeyReusedError: the form was sent before with other content.
    :raise NotReadableError: nothing could be read at it: the owner's account is disabled, say.
    :raise TooManyFeedsError: the owner has as many as one may.
    """
    if send and find_result(send) is not None:
        raise AlreadyMadeError
    # Of one person only one at a time counts and adds.
    db.session.execute(sa.select(Person.id).where(Person.id == owner_id).with_for_update())
    count = sa.select(sa.func.count()).select_from(FeedToken)
    own = count.where(FeedToken.owner_id == owner_id, FeedToken.revoked_at.is_(None))
    if (db.session.scalar(own) or 0) >= MOST_FEEDS:
        raise TooManyFeedsError(MOST_FEEDS)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = FeedToken(
        kind=kind,
        owner_id=owner_id,
        organization_id=organization_id,
        name=name,
        token_hash=_hash(token),
        created_at=now,
    )
    _add_feed(feed, "feed.make", now=now)
    if find_feed(token) is None:
        raise NotReadableError
    if send:
        remember(send, {}, now=now)
    return token


def rotate_feed(
    feed_id: int, *, owner_id: int, kind: FeedKind | None = None, now: datetime
) -> RotatedFeed:
    """Replace one of somebody's addresses: the old one is closed, a new one shows the same.

    The new one begins to count anew: what was read at the old one would say of a program that it
    has the new, which no program knows yet. Sent twice, the second finds the old one closed.

    :param kind: only if it is of this kind.
    :raise AlreadyReplacedError: it was replaced or revoked before.
    :raise NotReadableError: its owner may no longer read what it showed.
    :raise NotFoundError: there is none, or it is somebody else's.
    """
    old = _close(feed_id, owner_id=owner_id, kind=kind, now=now)
    if old is None:
        raise AlreadyReplacedError
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feed = FeedToken(
        kind=old.kind,
        owner_id=owner_id,
        organization_id=old.organization_id,
        name=old.name,
        token_hash=_hash(token),
        created_at=now,
    )
    _add_feed(feed, "feed.rotate", before={"feed_id": feed_id}, now=now)
    found = find_feed(token)
    if found is None:
        raise NotReadableError
    return RotatedFeed(
        token=token, kind=old.kind, name=old.name, organization_name=found.organization_name
    )


def revoke_feed(
    feed_id: int, *, owner_id: int, kind: FeedKind | None = None, now: datetime
) -> bool:
    """Close one of somebody's addresses, at once and for good.

    :param kind: only if it is of this kind.
    :return: whether this did it; False: it was closed before.
    :raise NotFoundError: there is none, or it is somebody else's.
    """
    closed = _close(feed_id, owner_id=owner_id, kind=kind, now=now)
    if closed is None:
        return False
    _record_revoking(feed_id, closed.kind, actor_id=owner_id, now=now)
    return True


def answer_ended_representation(change: RepresentationEnded) -> None:
    """Close the addresses of an organization's calendar that somebody made who acted for it."""
    closed = db.session.scalars(
        sa.update(FeedToken)
        .where(
            FeedToken.owner_id == change.person_id,
            FeedToken.organization_id == change.organization_id,
            FeedToken.kind == FeedKind.ORGANIZATION,
            FeedToken.revoked_at.is_(None),
        )
        .values(revoked_at=change.now)
        .returning(FeedToken.id)
        .execution_options(synchronize_session=False)
    ).all()
    for feed_id in sorted(closed):
        _record_revoking(feed_id, FeedKind.ORGANIZATION, actor_id=change.actor_id, now=change.now)


def find_feed(token: str) -> FoundFeed | None:
    """Return the feed at an address if its owner may read it now, in one SELECT at most."""
    if not _TOKEN.fullmatch(token):
        return None
    row = core().execute(_READABLE, {"token_hash": _hash(token)}).one_or_none()
    return FoundFeed(**row._mapping) if row else None  # noqa: SLF001 -- the public name for a mapping


def feeds_of(owner_id: int, *, kind: FeedKind | None = None) -> list[OwnFeed]:
    """Return the addresses that somebody has, the newest first.

    :param kind: only those of this kind.
    """
    statement = _OWN if kind is None else _OWN.where(FeedToken.kind == kind)
    found = db.session.execute(statement, {"owner_id": owner_id})
    return [OwnFeed(**row._mapping) for row in found]  # noqa: SLF001 -- the public name for a mapping


def _close(
    feed_id: int, *, owner_id: int, kind: FeedKind | None, now: datetime
) -> sa.Row[*tuple[FeedKind, int | None, str]] | None:
    """Close an address; returns what it was, or None: it was closed before.

    :raise NotFoundError: there is none, or it is somebody else's, or of another kind.
    """
    is_theirs = sa.and_(FeedToken.id == feed_id, FeedToken.owner_id == owner_id)
    if kind is not None:
        is_theirs = sa.and_(is_theirs, FeedToken.kind == kind)
    if db.session.scalar(sa.select(FeedToken.id).where(is_theirs)) is None:
        raise NotFoundError
    return db.session.execute(
        sa.update(FeedToken)
        .where(is_theirs, FeedToken.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(FeedToken.kind, FeedToken.organization_id, FeedToken.name)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _add_feed(
    feed: FeedToken, action: str, *, before: Mapping[str, Any] | None = None, now: datetime
) -> None:
    db.session.add(feed)
    db.session.flush()
    record_act(
        Act(
            action=action,
            subject_kind="feed_token",
            subject_id=feed.id,
            before=before,
            after={"kind": feed.kind, "organization_id": feed.organization_id},
        ),
        actor_id=feed.owner_id,
        now=now,
    )


def _record_revoking(feed_id: int, kind: FeedKind, *, actor_id: int | None, now: datetime) -> None:
    record_act(
        Act(
            action="feed.revoke",
            subject_kind="feed_token",
            subject_id=feed_id,
            after={"kind": kind},
        ),
        actor_id=actor_id,
        now=now,
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
