"""What is on: the sessions of a public list, known again by one small query while nothing changes.

That query reads three numbers of each session on the page, so that an unchanged page of 200 costs
next to nothing; the words and times are read only when one of those numbers is another.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from training.calendars.models import FeedVersion
from training.calendars.values import Variant
from training.campaigns.models import Campaign, CampaignStatus
from training.clock import midnight_before
from training.db import UtcDateTime, core
from training.registrations.cards import CARD_COLUMNS, IS_LISTED, SessionCard, card_of
from training.sessions.models import Course, TrainingSession
from training.sessions.to_come import START_ORDER

#: Sessions on one page of a list.
PAGE = 200
#: Lists that one process keeps.
KEPT = 32
#: Words of a search that count.
MAX_WORDS = 5
#: A day has begun somewhere so long before it begins in UTC.
_FIRST_ZONE = timedelta(hours=14)
#: Tomorrow is over everywhere by then, and what starts then may come near at the next midnight.
_NEAR = timedelta(days=3)
#: Before every session; the calendar has days so early that nothing can be subtracted from them.
_FIRST_DAY = date(1970, 1, 1)

# The tables and not the classes: what is read here is not worth an object each.
_session = TrainingSession.__table__.c
_campaign, _course = Campaign.__table__.c, Course.__table__.c
_feed = FeedVersion.__table__.c

#: How often what is public changed.
PUBLIC_VERSION = sa.select(_feed.version).where(_feed.feed == Variant.PUBLIC).scalar_subquery()


class Position(NamedTuple):
    """Where a page of a list ends: the next one begins after this."""

    starts_at: datetime
    training_session_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a list is narrowed to; what stays empty narrows nothing."""

    campaign: str = ""
    course: str = ""
    language: str = ""
    delivery: str = ""
    #: Words of the title, each as ``search_key`` makes it.
    words: tuple[str, ...] = ()
    #: First day, on the wall calendar of each session's own zone.
    since: date | None = None
    after: Position | None = None
    #: Something was asked for that means nothing; no session fits that.
    is_meaningless: bool = False
    most: int = PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The sessions of one page of a list."""

    cards: tuple[SessionCard, ...]
    #: Where the next page begins; None: this is the last.
    later: Position | None
    #: Another whenever anything about the list is.
    validator: str
    #: The clock alone changes what the list shows from then on.
    valid_until: datetime
    #: Days on which sessions start, as in "2027-05-12" → 0: it is today there; 1: tomorrow.
    near_days: dict[str, int]


class _CardKey(NamedTuple):
    """What a card hangs on, but for the clock."""

    training_session_id: int
    revision: int
    seat_changes: int


class Options(NamedTuple):
    """What the filters of the list offer: value and label of each."""

    campaigns: list[tuple[str, str]]
    courses: list[tuple[str, str]]
    languages: list[str]


class RunningCampaign(NamedTuple):
    """A campaign as the first page of the site names it."""

    slug: str
    name: str
    starts_on: date
    ends_on: date


class ListingCache:
    """The newest lists of this process, by what they were made from, and the cards in them."""

    def __init__(self) -> None:
        self._listings: OrderedDict[Hashable, Listing] = OrderedDict()
        self._cards: OrderedDict[_CardKey, SessionCard] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, now: datetime) -> Listing | None:
        with self._lock:
            found = self._listings.get(key)
            if found is None or now >= found.valid_until:
                return None
            self._listings.move_to_end(key)
            return found

    def put(self, key: Hashable, listing: Listing) -> None:
        with self._lock:
            self._listings[key] = listing
            while len(self._listings) > KEPT:
                self._listings.popitem(last=False)

    def get_cards(self, keys: Iterable[_CardKey], now: datetime) -> dict[int, SessionCard]:
        """Return the cards that are still right, by the session's id."""
        with self._lock:
            found = [self._cards[key] for key in keys if key in self._cards]
        return {
            card.id: card for card in found if card.valid_until is None or now < card.valid_until
        }

    def put_cards(self, cards: Iterable[SessionCard]) -> None:
        with self._lock:
            for card in cards:
                key = _CardKey(card.id, card.revision, card.seat_changes)
                self._cards[key] = card
                self._cards.move_to_end(key)
            while len(self._cards) > KEPT * PAGE:
                self._cards.popitem(last=False)


def find_listing(wanted: Wanted, *, now: datetime) -> Listing:
    """Return the sessions to come that fit, the soonest first; one query if nothing changed.

    :param now: aware; sessions that are over by then are left out.
    """
    statement = _statement(_narrowed_by(wanted))
    state = tuple(core().execute(statement, _values(wanted, now)).one())
    cache: ListingCache = current_app.extensions["listings"]
    key = (wanted, state)
    listing = cache.get(key, now)
    if listing is None:
        listing = _listing(_cards(state, cache, now), wanted, state, now)
        cache.put(key, listing)
    return listing


def filter_options(*, now: datetime) -> Options:
    """Return what the sessions to come can be told apart by; the same all day (in UTC)."""
    found = core().execute(_OPTIONS, {"today": midnight_before(now, days=0)}).all()
    return Options(
        campaigns=_by_label((row.campaign, row.name) for row in found),
        courses=_by_label((row.course, row.title) for row in found),
        languages=sorted({row.language for row in found}),
    )


def running_campaigns(*, now: datetime) -> list[RunningCampaign]:
    """Return the public campaigns that are not over (in UTC), the soonest first."""
    found = core().execute(_CAMPAIGNS, {"today": now.astimezone(UTC).date()})
    return [RunningCampaign(*row) for row in found]


#: What a page shows beside its sessions, as texts: they only have to change when it does.
_NAMES = (
    sa.select(
        sa.func.aggregate_strings(
            _campaign.slug.concat(" ")
            .concat(_campaign.name)
            .concat(sa.cast(_campaign.status, sa.String))
            .concat(sa.cast(_campaign.archived_at.is_(None), sa.String))
            .concat(sa.cast(_campaign.starts_on, sa.String))
            .concat(sa.cast(_campaign.ends_on, sa.String)),
            "\n",
        )
    ).scalar_subquery(),
    sa.select(
        sa.func.aggregate_strings(_course.slug.concat(" ").concat(_course.title), "\n")
    ).scalar_subquery(),
)
_OPTIONS = (
    sa.select(
        _campaign.slug.label("campaign"),
        _campaign.name,
        _course.slug.label("course"),
        _course.title,
        _session.language,
    )
    .distinct()
    .select_from(
        TrainingSession.__table__.outerjoin(
            Campaign.__table__,
            sa.and_(_campaign.id == _session.campaign_id, _campaign.status != CampaignStatus.DRAFT),
        ).outerjoin(Course.__table__, _course.id == _session.course_id)
    )
    .where(IS_LISTED, _session.ends_at > sa.bindparam("today", type_=UtcDateTime()))
)
_CAMPAIGNS = (
    sa.select(_campaign.slug, _campaign.name, _campaign.starts_on, _campaign.ends_on)
    .where(
        _campaign.status == CampaignStatus.PUBLISHED,
        _campaign.archived_at.is_(None),
        _campaign.ends_on >= sa.bindparam("today", type_=sa.Date()),
    )
    .order_by(_campaign.starts_on, _campaign.id)
)
_NARROWING: dict[str, sa.ColumnElement[bool]] = {
    "campaign": _session.campaign_id.in_(
        sa.select(_campaign.id).where(
            _campaign.slug == sa.bindparam("campaign"), _campaign.status != CampaignStatus.DRAFT
        )
    ),
    "course": _session.course_id.in_(
        sa.select(_course.id).where(_course.slug == sa.bindparam("course"))
    ),
    "language": _session.language == sa.bindparam("language"),
    "delivery": sa.type_coerce(_session.delivery, sa.String) == sa.bindparam("delivery"),
    "since": _session.starts_at >= sa.bindparam("since", type_=UtcDateTime()),
    "after": sa.tuple_(*START_ORDER)
    > sa.tuple_(
        sa.bindparam("after_at", type_=UtcDateTime()),
        sa.bindparam("after_id", type_=sa.Integer()),
    ),
    "nothing": sa.false(),
} | {
    f"word{number}": _session.search_key.like(sa.bindparam(f"word{number}"), escape="\\")
    for number in range(MAX_WORDS)
}


def _narrowed_by(wanted: Wanted) -> frozenset[str]:
    asked = {
        "campaign": wanted.campaign,
        "course": wanted.course,
        "language": wanted.language,
        "delivery": wanted.delivery,
        "since": wanted.since,
        "after": wanted.after,
        "nothing": wanted.is_meaningless,
    }
    words = {f"word{number}" for number in range(len(wanted.words))}
    return frozenset(name for name, value in asked.items() if value) | words


def _values(wanted: Wanted, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {
        "now": now,
        "most": wanted.most + 1,  # one more tells whether there is a next page
        "campaign": wanted.campaign,
        "course": wanted.course,
        "language": wanted.language,
        "delivery": wanted.delivery,
    }
    if wanted.since:
        first = max(wanted.since, _FIRST_DAY)
        values["since"] = datetime.combine(first, time(), UTC) - _FIRST_ZONE
    if wanted.after:
        values["after_at"], values["after_id"] = wanted.after
    for number, word in enumerate(wanted.words):
        values[f"word{number}"] = f"%{_escaped(word)}%"
    return values


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


@lru_cache(maxsize=512)
def _statement(narrowed_by: frozenset[str]) -> sa.Select[Any]:
    """Return the statement of a list: built once, because that costs more than running it.

    Its one row is another whenever the page is. The database puts the numbers of all sessions into
    one text, because to fetch 200 rows of three takes longer than to find them.
    """
    rows = (
        sa.select(_session.id, _session.revision, _session.seat_changes)
        .where(
            IS_LISTED,
            _session.ends_at > sa.bindparam("now", type_=UtcDateTime()),
            *(_NARROWING[name] for name in sorted(narrowed_by)),
        )
        .order_by(*START_ORDER)
        .limit(sa.bindparam("most", type_=sa.Integer()))
        .subquery()
    )
    # A text of each column: to join the three numbers of each session takes half as long again.
    numbers = (sa.func.aggregate_strings(sa.cast(column, sa.String), ",") for column in rows.c)
    of_all = sa.select(*numbers).subquery()
    return sa.select(PUBLIC_VERSION, *_NAMES, of_all)


_CARDS = sa.select(*CARD_COLUMNS).where(
    IS_LISTED, _session.id.in_(sa.bindparam("ids", expanding=True))
)


def _cards(state: Sequence[Any], cache: ListingCache, now: datetime) -> list[SessionCard]:
    """Return the cards of those sessions; reads only those that are not known as they are now."""
    numbers = ((of_all or "").split(",") for of_all in state[-len(_CardKey._fields) :])
    keys = [_CardKey(*map(int, of_one)) for of_one in zip(*numbers, strict=True) if of_one[0]]
    known = cache.get_cards(keys, now)
    missing = [key.training_session_id for key in keys if key.training_session_id not in known]
    if missing:
        read = [card_of(row, now) for row in core().execute(_CARDS, {"ids": missing})]
        cache.put_cards(read)
        known |= {card.id: card for card in read}
    return sorted(known.values(), key=lambda card: (card.starts_at, card.id))


def _listing(
    found: Sequence[SessionCard], wanted: Wanted, state: Hashable, now: datetime
) -> Listing:
    shown = found[: wanted.most]
    last = shown[-1] if len(found) > wanted.most else None
    cards = tuple(card for card in shown if _is_since(card, wanted.since))
    states = [card.availability.state.value for card in cards]
    near_days, midnight = _near_days(cards, now)
    return Listing(
        cards=cards,
        later=Position(last.starts_at, last.id) if last else None,
        validator=f"{wanted}\n{state}\n{states}\n{near_days}\n{now.astimezone(UTC).date()}",
        valid_until=min(midnight, _valid_until(cards, now)),
        near_days=near_days,
    )


def _near_days(cards: Iterable[SessionCard], now: datetime) -> tuple[dict[str, int], datetime]:
    """Return which days are today or tomorrow where the sessions are, and until when that holds.

    A day that is today for one session and not yet for another is neither.
    """
    today: dict[str, date] = {}
    ahead: dict[date, set[int]] = {}
    until = now + _NEAR
    near_cards = takewhile(lambda card: card.starts_at <= until, cards)  # they are in order
    days = {(_day_there(one.starts_at, one.timezone), one.timezone) for one in near_cards}
    for day, zone in days:
        if zone not in today:
            today[zone] = now.astimezone(ZoneInfo(zone)).date()
        ahead.setdefault(day, set()).add((day - today[zone]).days)
    midnights = [
        datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
        for zone, day in today.items()
    ]
    near = {day: days.pop() for day, days in ahead.items() if len(days) == 1}
    return (
        {day.isoformat(): days for day, days in sorted(near.items()) if days in {0, 1}},
        min(midnights, default=datetime.max.replace(tzinfo=UTC)),
    )


@lru_cache(maxsize=8192)
def _day_there(instant: datetime, timezone: str) -> date:
    return instant.astimezone(ZoneInfo(timezone)).date()


def _valid_until(cards: Iterable[SessionCard], now: datetime) -> datetime:
    """Return when the clock alone will change what is said, at midnight (in UTC) at the latest."""
    turning_points = [card.valid_until for card in cards if card.valid_until is not None]
    return min([midnight_before(now, days=-1), *turning_points])


def _is_since(card: SessionCard, since: date | None) -> bool:
    return since is None or card.starts_at.astimezone(ZoneInfo(card.timezone)).date() >= since


def _by_label(found: Iterable[tuple[str | None, str]]) -> list[tuple[str, str]]:
    return sorted(
        {(value, label) for value, label in found if value}, key=lambda option: option[1].casefold()
    )
