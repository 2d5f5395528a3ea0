"""Who is affected by a change of a session, before it is done: asked of a feature above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, cast

from flask import current_app


class Span(NamedTuple):
    """From one instant until another, which is not part of it."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """A meeting of another session in which somebody has a seat at the same time."""

    training_session_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AffectedPerson:
    """Somebody who is registered."""

    name: str
    organization: str | None
    has_seat: bool
    #: Asked for a seat, and has no answer yet.
    is_asking: bool = False
    elsewhere: tuple[Elsewhere, ...] = ()


class AffectedOrganization(NamedTuple):
    """How many of an organization are registered; without a name: of none."""

    name: str | None
    seated: int
    waiting: int
    asking: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Affected:
    """Everybody who is registered for a session, those with a seat first, then by name."""

    people: tuple[AffectedPerson, ...] = ()
    organizations: tuple[AffectedOrganization, ...] = ()

    @property
    def seated(self) -> int:
        return sum(person.has_seat for person in self.people)

    @property
    def asking(self) -> int:
        return sum(person.is_asking for person in self.people)

    @property
    def waiting(self) -> int:
        return len(self.people) - self.seated - self.asking

    @property
    def busy(self) -> tuple[AffectedPerson, ...]:
        """Those who have a seat in another session at the new time."""
        return tuple(person for person in self.people if person.elsewhere)


class AffectedQuery(Protocol):
    """Says who is registered, and what else they do in these spans."""

    def __call__(self, training_session_id: int, spans: Sequence[Span]) -> Affected: ...


def affected_by(training_session_id: int, spans: Sequence[Span] = ()) -> Affected:
    """Return who is registered for a session.

    :param spans: when its meetings are to be; empty: nobody asks what else people do then.
    """
    query = cast(AffectedQuery, current_app.extensions["affected"])
    return query(training_session_id, spans)
