"""What the filters of the schedule offer, who trains in what it shows, and one's kept views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from training.campaigns.models import Campaign
from training.db import UtcDateTime, core
from training.people.models import Person
from training.sessions.models import Assignment, Course, Room, SavedView, TrainingSession, Venue
from training.sessions.saved_views import View
from training.sessions.schedule_filters import Filters

#: The page of kept views.
PAGE_OF_VIEWS = "schedule"
#: Of so long ago a trainer or a language is still offered.
_OF_LATE = timedelta(days=180)
#: Rooms, and people, that one list can offer.
_MOST = 300

# The tables and not the classes: what is read here is not worth an object each.
_course, _campaign, _venue, _room, _person, _assignment, _view, _session = (
    cast("sa.Table", kind.__table__)
    for kind in (Course, Campaign, Venue, Room, Person, Assignment, SavedView, TrainingSession)
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """Keys and names, each sorted by name."""

    courses: tuple[tuple[int, str], ...]
    campaigns: tuple[tuple[int, str], ...]
    trainers: tuple[tuple[int, str], ...]
    venues: tuple[tuple[int, str], ...]
    #: Key and name of a room, and its venue.
    rooms: tuple[tuple[int, str, int], ...]
    #: BCP 47.
    languages: tuple[str, ...]
    views: tuple[View, ...]
    #: Session → who trains in it.
    assigned: dict[int, frozenset[int]]
    #: Session → their names, sorted.
    names: dict[int, tuple[str, ...]]
    #: Name of each of them.
    assigned_names: dict[int, str]


def _part(
    kind: str,
    key: sa.ColumnElement[Any],
    name: sa.ColumnElement[Any],
    other: sa.ColumnElement[Any] | None = None,
    more: sa.ColumnElement[Any] | None = None,
) -> sa.Select[Any]:
    return sa.select(
        sa.literal(kind).label("kind"),
        key.label("key"),
        name.label("name"),
        (sa.literal(0) if other is None else other).label("other"),
        (sa.literal("") if more is None else more).label("more"),
    )


def _limited(part: sa.Select[Any]) -> sa.Select[Any]:
    return sa.select(*part.limit(_MOST).subquery().c)


def _is(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.Integer())


_OF_LATE_ONLY = _session.c.ends_at > sa.bindparam("since", type_=UtcDateTime())
_TRAINS = (
    sa.select(_assignment.c.person_id)
    .join(_session, _session.c.id == _assignment.c.training_session_id)
    .where(_OF_LATE_ONLY)
)
_LANGUAGES = sa.select(_session.c.language).where(_OF_LATE_ONLY).distinct().subquery()
#: All of it in one statement: each alone would be a trip to the database.
_OFFERED = sa.union_all(
    _part("course", _course.c.id, _course.c.title).where(
        sa.or_(_course.c.archived_at.is_(None), _course.c.id == _is("course_id"))
    ),
    _part("campaign", _campaign.c.id, _campaign.c.name).where(
        sa.or_(_campaign.c.archived_at.is_(None), _campaign.c.id == _is("campaign_id"))
    ),
    _part("venue", _venue.c.id, _venue.c.name).where(
        sa.or_(_venue.c.archived_at.is_(None), _venue.c.id == _is("venue_id"))
    ),
    _limited(
        _part("room", _room.c.id, _room.c.name, _room.c.venue_id)
        .where(
            sa.or_(_room.c.archived_at.is_(None), _room.c.id == _is("room_id")), _room.c.name != ""
        )
        .order_by(_room.c.id.desc())
    ),
    _limited(
        _part("trainer", _person.c.id, _person.c.name)
        .where(sa.or_(_person.c.id.in_(_TRAINS), _person.c.id == _is("trainer_id")))
        .order_by(_person.c.name)
    ),
    _part("language", sa.literal(0), _LANGUAGES.c.language),
    _part("view", _view.c.id, _view.c.name, more=_view.c.query).where(
        _view.c.person_id == _is("person_id"), _view.c.page == PAGE_OF_VIEWS
    ),
    _part("assigned", _assignment.c.training_session_id, _person.c.name, _assignment.c.person_id)
    .join(_person, _person.c.id == _assignment.c.person_id)
    .where(_assignment.c.training_session_id.in_(sa.bindparam("ids", expanding=True))),
)


def offered(
    filters: Filters, training_session_ids: Sequence[int], *, person_id: int, now: datetime
) -> Offered:
    """Return what can be chosen, in one statement; what is chosen already is among it.

    :param training_session_ids: what is shown; who trains in it comes along.
    :param person_id: whose kept views.
    """
    values = {
        "course_id": filters.course_id,
        "campaign_id": filters.campaign_id,
        "venue_id": filters.venue_id,
        "room_id": filters.room_id,
        "trainer_id": filters.trainer_id,
        "person_id": person_id,
        "since": now - _OF_LATE,
        "ids": training_session_ids,
    }
    found: dict[str, list[Any]] = {}
    for row in core().execute(_OFFERED, values):
        found.setdefault(row.kind, []).append(row)
    assigned = sorted(found.get("assigned", ()), key=lambda row: (row.name, row.other))
    keys: dict[int, frozenset[int]] = {}
    names: dict[int, tuple[str, ...]] = {}
    for row in assigned:
        keys[row.key] = keys.get(row.key, frozenset()) | {row.other}
        names[row.key] = (*names.get(row.key, ()), row.name)
    return Offered(
        courses=_sorted(found.get("course", ())),
        campaigns=_sorted(found.get("campaign", ())),
        trainers=_sorted(found.get("trainer", ())),
        venues=_sorted(found.get("venue", ())),
        rooms=tuple(
            (row.key, row.name, row.other)
            for row in sorted(found.get("room", ()), key=lambda row: (row.name.casefold(), row.key))
        ),
        languages=tuple(sorted({row.name for row in found.get("language", ())} - {""})),
        views=tuple(
            View(row.key, row.name, row.more)
            for row in sorted(found.get("view", ()), key=lambda row: row.key)
        ),
        assigned=keys,
        names=names,
        assigned_names={row.other: row.name for row in assigned},
    )


def _sorted(rows: Sequence[Any]) -> tuple[tuple[int, str], ...]:
    return tuple(
        (row.key, row.name) for row in sorted(rows, key=lambda row: (row.name.casefold(), row.key))
    )
