"""The meetings of a session, as the lines of a mail."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext

from training import text
from training.sessions.models import Meeting
from training.sessions.values import Delivery
from training.web import times

# Flask-Babel has no type information; the name is what the extraction of messages looks for.
_: Callable[..., str] = gettext


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """One meeting, as its lines in a mail."""

    when: str
    #: In the reader's own zone; empty where that is not known or shows the same.
    your_time: str
    place: str
    join_url: str | None


def sitting_of(
    meeting: Meeting, *, locale: str, timezone: str | None, gives_way_in: bool
) -> Sitting:
    """Return a meeting, loaded with its room, venue and session, as a mail shows it.

    :param timezone: the reader's own; None: not known.
    :param gives_way_in: whether the reader may have the link to join.
    """
    local = _clock(meeting, meeting.timezone, locale)
    own = timezone and _clock(meeting, timezone, locale)
    # The same wall time under another city's name would only puzzle.
    is_same = own and (local.date, local.clock) == (own.date, own.clock)
    return Sitting(
        when=_when(local),
        your_time=_when(own) if own and not is_same else "",
        place=_place(meeting),
        join_url=meeting.join_url if gives_way_in else None,
    )


def in_words(date: str, clock: str, city: str) -> str:
    """Return a day, a time of day and the city of a zone, in the current locale."""
    return _("%(date)s, %(clock)s (%(city)s time)", date=date, clock=clock, city=city)


def _clock(meeting: Meeting, timezone: str, locale: str) -> times.Moment:
    return times.moment(meeting.starts_at, meeting.ends_at, timezone, locale)


def _when(moment: times.Moment) -> str:
    return in_words(moment.date, moment.clock, moment.city)


def _place(meeting: Meeting) -> str:
    if meeting.room is not None:
        parts = (meeting.room.label, meeting.room.venue.address)
        return text.cleaned_line(text.joined(*parts))
    return "" if meeting.training_session.delivery is Delivery.IN_PERSON else _("Online")
