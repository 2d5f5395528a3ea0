"""What an organization knows of its own seats: kept, limited, allotted."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from training.campaigns.models import Allotment, Campaign
from training.campaigns.values import CampaignStatus
from training.db import UtcDateTime, db
from training.registrations.models import Registration
from training.registrations.seats import seen
from training.registrations.values import SEATED, Obstacle, RegistrationStatus
from training.representatives.queries.ours import IS_OURS, registration
from training.sessions.models import Course, Hold, Prerequisite, TrainingSession

# The tables and not the classes: what is read here is not worth an object each.
_session, _hold = TrainingSession.__table__.c, Hold.__table__.c
_campaign, _allotment = Campaign.__table__.c, Allotment.__table__.c
_course, _prerequisite = Course.__table__.c, Prerequisite.__table__.c
_sibling = TrainingSession.__table__.alias("sibling")


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnAllotment:
    """Seats that the organization may use across a campaign's sessions."""

    #: Its name; None: it is not public yet.
    campaign: str | None
    seats: int
    used: int

    @property
    def left(self) -> int:
        return max(0, self.seats - self.used)

    @property
    def beyond(self) -> int:
        """How many more than allotted its people have: staff gave more, or allotted less later."""
        return max(0, self.used - self.seats)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnHold:
    """Seats of a session that are kept for the organization."""

    seats: int
    used: int
    #: Until when.
    release_at: datetime

    @property
    def left(self) -> int:
        return max(0, self.seats - self.used)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSeats:
    """What decides, beside the seats of everybody, how many of the organization may come."""

    #: Its people's seats in this session.
    used: int
    #: How many it may have there; None: as many as there are.
    limit: int | None
    hold: OwnHold | None
    allotment: OwnAllotment | None
    #: Titles of courses that people have attended before.
    builds_on: tuple[str, ...]

    @property
    def left_of_limit(self) -> int:
        return max(0, (self.limit or 0) - self.used)


_HAS_SEAT = sa.and_(IS_OURS, registration.status.in_(sorted(SEATED)))
#: Of a session: the seats of the organization's people in it.
USED_HERE = (
    sa.select(sa.func.count())
    .where(_HAS_SEAT, registration.training_session_id == _session.id)
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
#: Of an allotment: the seats of the organization's people in its campaign.
USED_IN_CAMPAIGN = (
    sa.select(sa.func.count())
    .select_from(
        Registration.__table__.join(_sibling, _sibling.c.id == registration.training_session_id)
    )
    .where(_HAS_SEAT, _sibling.c.campaign_id == _allotment.campaign_id)
    .correlate(Allotment.__table__)
    .scalar_subquery()
)
_BETWEEN = "\x1f"  # no title holds it
_BUILDS_ON = (
    sa.select(sa.func.aggregate_strings(_course.title, _BETWEEN))
    .join(Prerequisite.__table__, _prerequisite.required_course_id == _course.id)
    .where(_prerequisite.course_id == _session.course_id)
    .correlate(TrainingSession.__table__)
    .scalar_subquery()
)
_ALLOTMENTS = (
    sa.select(_campaign.name, _allotment.seats, USED_IN_CAMPAIGN.label("used"))
    .join_from(Allotment.__table__, Campaign.__table__, _campaign.id == _allotment.campaign_id)
    .where(
        _allotment.organization_id == sa.bindparam("organization_id"),
        _campaign.status != CampaignStatus.DRAFT,
        _campaign.archived_at.is_(None),
        _campaign.ends_on >= sa.bindparam("today"),
    )
    .order_by(_campaign.starts_on, _campaign.name)
)
_OWN_SEATS = (
    sa.select(
        _session.organization_limit,
        USED_HERE.label("used_here"),
        _hold.seats.label("held"),
        _hold.release_at,
        _allotment.seats.label("allotted"),
        sa.case((_allotment.seats.is_not(None), USED_IN_CAMPAIGN)).label("used_in_campaign"),
        _campaign.name.label("campaign"),
        _BUILDS_ON.label("builds_on"),
    )
    .select_from(
        TrainingSession.__table__.outerjoin(
            Hold.__table__,
            sa.and_(
                _hold.training_session_id == _session.id,
                _hold.organization_id == sa.bindparam("organization_id"),
                _hold.released_at.is_(None),
                _hold.release_at > sa.bindparam("now", type_=UtcDateTime()),
            ),
        )
        .outerjoin(
            Allotment.__table__,
            sa.and_(
                _allotment.campaign_id == _session.campaign_id,
                _allotment.organization_id == sa.bindparam("organization_id"),
            ),
        )
        .outerjoin(
            Campaign.__table__,
            sa.and_(_campaign.id == _session.campaign_id, _campaign.status != CampaignStatus.DRAFT),
        )
    )
    .where(_session.id == sa.bindparam("training_session_id"))
)


def own_allotments(organization_id: int, *, today: date) -> list[OwnAllotment]:
    """Return what campaigns that are not over allot to the organization, the first one first."""
    found = db.session.execute(_ALLOTMENTS, {"organization_id": organization_id, "today": today})
    return [OwnAllotment(campaign=row.name, seats=row.seats, used=row.used) for row in found]


def own_seats(organization_id: int, training_session_id: int, *, now: datetime) -> OwnSeats:
    """Return the organization's own seats in a session that it may see, in one statement."""
    row = db.session.execute(
        _OWN_SEATS,
        {
            "organization_id": organization_id,
            "training_session_id": training_session_id,
            "now": now,
        },
    ).one()
    hold = allotment = None
    if row.held is not None:
        hold = OwnHold(seats=row.held, used=row.used_here, release_at=row.release_at)
    if row.allotted is not None:
        allotment = OwnAllotment(
            campaign=row.campaign, seats=row.allotted, used=row.used_in_campaign
        )
    return OwnSeats(
        used=row.used_here,
        limit=row.organization_limit,
        hold=hold,
        allotment=allotment,
        builds_on=tuple(sorted(row.builds_on.split(_BETWEEN))) if row.builds_on else (),
    )


def why_no_seat(
    organization_id: int, training_session_id: int, *, more: int = 0, now: datetime
) -> Obstacle | None:
    """Return why the organization's next person gets no seat, or None: others wait before them.

    :param more: seats that its people would get first.
    """
    seats = seen(training_session_id, now=now)
    for _number in range(more):
        seats = seats.after(RegistrationStatus.CONFIRMED, organization_id)
    return seats.obstacle(organization_id)
