"""Courses, training sessions, their meetings, who trains, and where."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    text,
    true,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from training.db import Base, conflicts
from training.sessions.errors import (
    CourseSlugTakenError,
    RoomNameTakenError,
    VenueNameTakenError,
)
from training.sessions.values import (
    Audience,
    Delivery,
    Promotion,
    QuestionKind,
    SessionStatus,
)

conflicts["uq_course_slug"] = CourseSlugTakenError
conflicts["uq_venue_name"] = VenueNameTakenError
conflicts["uq_room_venue_id_name"] = RoomNameTakenError


class Course(Base):
    """What is taught, and held many times."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(64), unique=True)
    summary: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    #: BCP 47.
    language: Mapped[str] = mapped_column(String(16), default="en")
    #: For whom it is, in a sentence or two.
    for_whom: Mapped[str] = mapped_column(String(500), default="", server_default="")
    #: What a new session of it starts with: field of the session's form → value.
    session_defaults: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, server_default="{}"
    )
    #: Set: no form offers it any more; what was held of it stays.
    archived_at: Mapped[datetime | None]
    #: Raised by every change, so that nobody overwrites what they have not seen.
    revision: Mapped[int] = mapped_column(default=0, server_default="0")


class Prerequisite(Base):
    """A course that people attend before another."""

    __tablename__ = "prerequisite"
    __table_args__ = (CheckConstraint("course_id <> required_course_id", name="of_another"),)

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    required_course_id: Mapped[int] = mapped_column(
        ForeignKey("course.id"), primary_key=True, index=True
    )


class Venue(Base):
    """A building or a campus."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    address: Mapped[str] = mapped_column(String(500), default="")
    timezone: Mapped[str | None] = mapped_column(String(64))
    #: How people get in and about who do not walk, see or hear as most do.
    accessibility: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    #: As of a course; raised by a change of its rooms too.
    archived_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")


class Room(Base):
    """A room of a venue; one with an empty name stands for the whole venue."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("venue_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"))
    name: Mapped[str] = mapped_column(String(200))
    capacity: Mapped[int | None]
    #: As of a course.
    archived_at: Mapped[datetime | None]

    venue: Mapped[Venue] = relationship(lazy="raise_on_sql")

    @property
    def label(self) -> str:
        """The room as people find it: its own name, then the venue's."""
        return f"{self.name}, {self.venue.name}" if self.name else self.venue.name


class Series(Base):
    """Sessions that were planned together by one rule; each is changed for itself afterwards."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: RRULE (RFC 5545, section 3.3.10), as staff chose it.
    rule: Mapped[str] = mapped_column(String(500))
    #: Countries whose holidays were left out; ISO 3166-1 alpha-2.
    countries: Mapped[list[str]] = mapped_column(JSON, default=list)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class TrainingSession(Base):
    """One delivery of a course, for which people register.

    Never shortened to ``session`` in code: that word is taken by Flask (the
    cookie) and by SQLAlchemy (``db.session``).
    """

    __tablename__ = "training_session"
    __table_args__ = (
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("waitlist_capacity >= 0", name="waitlist_capacity_not_negative"),
        CheckConstraint(
            "capacity IS NULL OR confirmed_count + offered_count <= capacity + overbooked_by",
            name="seats",
        ),
        CheckConstraint(
            "confirmed_count >= 0 AND offered_count >= 0"
            " AND waitlisted_count >= 0 AND overbooked_by >= 0",
            name="counters_not_negative",
        ),
        CheckConstraint("kept_count >= 0 AND hold_count >= 0", name="holds_not_negative"),
        CheckConstraint(
            "offer_hours > 0 AND approval_hours > 0 AND organization_limit > 0 AND minimum > 0",
            name="seat_rules_positive",
        ),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        UniqueConstraint("external_source", "external_key"),
        Index("ix_training_session_listing", "status", "audience", "starts_at", "id"),
        Index("ix_training_session_starts_at", "starts_at", "id"),
        # What is not over: found without a look at all that is.
        Index("ix_training_session_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    #: For whom it is; empty: what its course says.
    for_whom: Mapped[str] = mapped_column(String(500), default="", server_default="")
    #: What people with disabilities find: captions, interpreters; the venue speaks for itself.
    accessibility: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    #: BCP 47.
    language: Mapped[str] = mapped_column(String(16))
    status: Mapped[SessionStatus] = mapped_column(default=SessionStatus.DRAFT)
    delivery: Mapped[Delivery]
    audience: Mapped[Audience]
    #: IANA name, such as "Africa/Nairobi": how the people who attend read the clock.
    timezone: Mapped[str] = mapped_column(String(64))
    #: Title without case and accents, for searching.
    search_key: Mapped[str] = mapped_column(String(500))

    #: Naive wall times in the session's zone, as staff typed them, and the instants they name.
    registration_opens: Mapped[datetime | None] = mapped_column(DateTime)
    registration_closes: Mapped[datetime | None] = mapped_column(DateTime)
    registration_opens_at: Mapped[datetime | None]
    #: None: at the first start.
    registration_closes_at: Mapped[datetime | None]
    registration_paused: Mapped[bool] = mapped_column(default=False)
    #: None: at the first start. Later, freed seats go to nobody by themselves.
    promotion_ends_at: Mapped[datetime | None]
    #: Start of the first meeting and end of the last, kept for sorting.
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    #: When it first became public; None: only staff have seen it, though it may be cancelled.
    published_at: Mapped[datetime | None]
    #: When it was called off, with the meetings that were to be held until then.
    cancelled_at: Mapped[datetime | None]
    #: Raised by a change of title, text, place, time or status; never by a registration.
    revision: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime]

    #: None: as many as come.
    capacity: Mapped[int | None]
    #: None: as many as like to wait; 0: nobody waits.
    waitlist_capacity: Mapped[int | None]
    # The counters and the next ticket change only in registrations/seats, under the lock.
    confirmed_count: Mapped[int] = mapped_column(default=0)
    offered_count: Mapped[int] = mapped_column(default=0)
    waitlisted_count: Mapped[int] = mapped_column(default=0)
    #: Seats held beyond the capacity by an explicit act; falls with every freed seat.
    overbooked_by: Mapped[int] = mapped_column(default=0)
    next_ticket: Mapped[int] = mapped_column(default=1)
    #: Seats that organizations hold and their people have not taken yet, until a hold is released.
    kept_count: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Holds that are not released.
    hold_count: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Counts the locks taken; see ``lock_training_session``. Part of every page's validator.
    seat_changes: Mapped[int] = mapped_column(default=0)

    # By which rules seats are given; see ``values.SeatRules``.
    promotion: Mapped[Promotion] = mapped_column(
        default=Promotion.CONFIRM, server_default=Promotion.CONFIRM.value
    )
    offer_hours: Mapped[int] = mapped_column(default=24, server_default="24")
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    approval_hours: Mapped[int | None]
    organization_limit: Mapped[int | None]
    fills_gaps: Mapped[bool] = mapped_column(default=True, server_default=true())
    groups_wait: Mapped[bool] = mapped_column(default=False, server_default=false())
    minimum: Mapped[int | None]
    #: Naive wall time in the session's zone, and the instant that it names.
    decide: Mapped[datetime | None] = mapped_column(DateTime)
    decide_at: Mapped[datetime | None]
    #: When staff said that it takes place, with fewer people too.
    settled_at: Mapped[datetime | None]
    #: Until when a representative may name who comes: naive wall time in the session's zone, and
    #: the instant that it names. None: until the first start.
    naming_ends: Mapped[datetime | None] = mapped_column(DateTime)
    naming_ends_at: Mapped[datetime | None]

    #: Where it was imported from, and what it is called there.
    external_source: Mapped[str | None] = mapped_column(String(64))
    external_key: Mapped[str | None] = mapped_column(String(128))

    meetings: Mapped[list["Meeting"]] = relationship(
        back_populates="training_session", order_by="Meeting.ordinal", lazy="raise_on_sql"
    )
    course: Mapped[Course | None] = relationship(lazy="raise_on_sql")

    @hybrid_property
    def is_listed(self) -> bool:
        """Whether it stands in public lists and feeds, and has a page for everybody."""
        return self.published_at is not None and self.audience is not Audience.INVITED

    @is_listed.inplace.expression
    @classmethod
    def _is_listed(cls) -> ColumnElement[bool]:
        return and_(cls.published_at.is_not(None), cls.audience != Audience.INVITED)


class Meeting(Base):
    """One sitting of a training session: what stands in a calendar and has attendance."""

    __tablename__ = "meeting"
    __table_args__ = (
        UniqueConstraint("training_session_id", "ordinal"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("start_fold IN (0, 1) AND end_fold IN (0, 1)", name="folds"),
        # What is in a room at a time, for clashes.
        Index("ix_meeting_room_times", "room_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The calendar's UID, for good (RFC 5545, section 3.8.4.7).
    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    training_session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    ordinal: Mapped[int] = mapped_column(default=1)
    # What the clock on the wall will say is the truth; the instants are derived from it.
    wall_start: Mapped[datetime] = mapped_column(DateTime)
    start_fold: Mapped[int] = mapped_column(default=0)  # 1: the second time it shows this
    wall_end: Mapped[datetime] = mapped_column(DateTime)
    end_fold: Mapped[int] = mapped_column(default=0)
    timezone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    #: For those who have a seat only.
    join_url: Mapped[str | None] = mapped_column(String(2000))
    #: The calendar's SEQUENCE (RFC 5545, section 3.8.7.4) and DTSTAMP.
    revision: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime]
    #: When its time, or whether it takes place, last changed, and its revision since then; what
    #: RFC 5546, section 2.1.4, calls significant. None: as it was planned.
    rescheduled_at: Mapped[datetime | None]
    rescheduled_revision: Mapped[int | None]
    #: Set when this meeting alone, or the whole session, was called off.
    cancelled_at: Mapped[datetime | None]

    training_session: Mapped[TrainingSession] = relationship(
        back_populates="meetings", lazy="raise_on_sql"
    )
    room: Mapped[Room | None] = relationship(lazy="raise_on_sql")


class Hold(Base):
    """Seats of a session kept for one organization, until they are released."""

    __tablename__ = "hold"
    __table_args__ = (
        UniqueConstraint("training_session_id", "organization_id"),
        CheckConstraint("seats > 0", name="seats_positive"),
        Index(
            "ix_hold_release_at",
            "release_at",
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    training_session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id"), index=True)
    seats: Mapped[int]
    #: Naive wall time in the session's zone, as staff typed it; None: the first start.
    release: Mapped[datetime | None] = mapped_column("release_wall", DateTime)
    #: From then on it keeps nothing.
    release_at: Mapped[datetime]
    #: When its seats were given on; until then the session's counters have them as kept.
    released_at: Mapped[datetime | None]


class Assignment(Base):
    """A person who trains in a session."""

    __tablename__ = "assignment"

    training_session_id: Mapped[int] = mapped_column(
        ForeignKey("training_session.id"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


class TrainerProfile(Base):
    """What a public page says of somebody who trains. Without one it says nothing, not even a name.

    Nobody is shown who did not agree: ``is_public`` is theirs to set, or staff's for them.
    """

    __tablename__ = "trainer_profile"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    about: Mapped[str] = mapped_column(String(1000), default="")
    is_public: Mapped[bool] = mapped_column(default=False, server_default=false())


class Unavailability(Base):
    """When a trainer cannot train: some days, or a weekday again and again.

    Wall times in its own zone, half-open: until 17:00 leaves room for what starts at 17:00.
    """

    __tablename__ = "unavailability"
    __table_args__ = (
        CheckConstraint("weekday IS NOT NULL OR starts_on IS NOT NULL", name="some_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("(starts IS NULL) = (ends IS NULL)", name="both_times"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    #: Monday is 0; None: every day from ``starts_on`` to ``ends_on``.
    weekday: Mapped[int | None]
    #: First and last day; None: since ever, for good.
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    #: None, both: the whole day. An end that is not after the start is on the next day.
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    timezone: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime]


class AcceptedClash(Base):
    """A clash that somebody saved all the same, and why: nobody is warned of it again."""

    __tablename__ = "accepted_clash"
    __table_args__ = (UniqueConstraint("training_session_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    training_session_id: Mapped[int] = mapped_column(ForeignKey("training_session.id"))
    #: Of the times, the people and the place that clash: another one whenever one of them changes.
    fingerprint: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    accepted_at: Mapped[datetime]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class SavedView(Base):
    """Filters of a list that somebody keeps under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("person_id", "page", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: Which list, such as "schedule" or "roster".
    page: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    #: The address's query, of the parts that the list knows.
    query: Mapped[str] = mapped_column(String(2000))
    saved_at: Mapped[datetime]


class Question(Base):
    """What people are asked when they register: of one session, or of every session of a course."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("(training_session_id IS NULL) <> (course_id IS NULL)", name="of_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    training_session_id: Mapped[int | None] = mapped_column(
        ForeignKey("training_session.id"), index=True
    )
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"), index=True)
    ordinal: Mapped[int]
    #: Set: nobody is asked any more; what was answered stays.
    archived_at: Mapped[datetime | None]


class QuestionVersion(Base):
    """A question in the words in which it was asked: answers keep theirs when it is changed."""

    __tablename__ = "question_version"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    #: From 1; the highest is asked now.
    number: Mapped[int]
    kind: Mapped[QuestionKind]
    label: Mapped[str] = mapped_column(String(500))
    help: Mapped[str] = mapped_column(String(500), default="")
    #: What can be chosen, of a choice.
    choices: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_required: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]
