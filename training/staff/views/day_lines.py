"""The lines of the day: what is the case, in words, and the act that settles it."""

from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from training.sessions.words import seats_in_words
from training.staff.dashboard_values import MOST_COUNTED, Near, NearMeeting, Need, Reason
from training.text import for_display
from training.web import times
from training.web.filters import date_time, deadline
from training.web.filters.locales import current_locale
from training.web.query import addresses

#: Lines of a list that stand on a page before it says how many more there are.
SHOWN = 8
#: Of what only tells how things go, fewer.
SHOWN_OF_NEWS = 5


class Way(NamedTuple):
    """What settles a line."""

    label: str
    url: str
    #: What it is about, for whoever hears a list of links; empty: the label says it.
    about: str = ""


class Line(NamedTuple):
    """One line of a list: plain words, so that its template only puts them down."""

    title: str
    #: Empty: there is no page about it.
    url: str
    #: What is the case, in a word or two; empty: the list's heading says it.
    what: str
    #: Kind of the badge that says it.
    kind: str
    #: For ``<time datetime>``; empty: ``when`` is no time.
    instant: str
    when: str
    text: str
    act: Way
    #: A small picture of seats: kind and number of each part, and the whole.
    parts: tuple[tuple[str, int], ...] = ()
    most: int | None = None
    join_url: str | None = None


def _counted(number: int) -> str:
    """Return a number as far as it was counted: "50+"."""
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


class DayLines:
    """Makes the lines of a page: what all of them need is asked for once."""

    def __init__(self, found: Near, timezone: str, now: datetime) -> None:
        self._found, self._zone, self._now = found, timezone, now
        self._locale = current_locale()
        self._roster = addresses("registrations.roster", "training_session_id")
        self._sheet = addresses("attendance.sheet", "meeting_id")
        self._edit = addresses("sessions.edit", "training_session_id")

    def _line(
        self, one: NearMeeting, act: Way, *, what: str = "", kind: str = "", text: str = ""
    ) -> Line:
        when = times.moment(one.starts_at, one.ends_at, one.timezone, self._locale)
        title = for_display(one.title)
        return Line(
            title=title,
            url=self._roster(one.training_session_id),
            what=what,
            kind=kind,
            instant=when.start,
            when=f"{when.short_date}, {when.clock} {when.city}",
            text=text,
            act=act._replace(about=title),
        )

    def today(self, one: NearMeeting) -> Line:
        """Return a meeting of today: by the reader's clock, then by its own where that differs."""
        when = times.moment(one.starts_at, one.ends_at, one.timezone, self._locale)
        yours = times.moment(one.starts_at, one.ends_at, self._zone, self._locale)
        differs = yours.start[-6:] != when.start[-6:]
        trainers = self._found.trainers.get(one.training_session_id, ())
        parts = (
            for_display(one.place),
            ", ".join(map(for_display, trainers)) or _("nobody trains yet"),
        )
        line = self._line(
            one,
            Way(_("Open the sheet"), self._sheet(one.id)),
            text=" · ".join(part for part in parts if part),
        )
        clocks = f"{yours.clock} · {when.clock} {when.city}" if differs else when.clock
        return line._replace(when=clocks, join_url=one.join_url)

    def need(self, need: Need) -> Line:
        """Return what needs somebody, and the act that settles it."""
        if need.meeting is None:
            return self._waiting(need)
        return self._of_session(need, need.meeting)

    def _waiting(self, need: Need) -> Line:
        reason, number = need.reason, _counted(need.number)
        when = deadline(need.at, self._zone, self._now)
        if reason is Reason.REQUESTS:
            label = ngettext(
                "%(number)s person asks for a seat",
                "%(number)s people ask for a seat",
                need.number,
                number=number,
            )
            text = _("The first request lapses %(when)s.", when=when)
            act = Way(_("Decide"), url_for("registrations.all_requests"))
        elif reason is Reason.OFFERS:
            label = ngettext(
                "%(number)s offered seat runs out soon",
                "%(number)s offered seats run out soon",
                need.number,
                number=number,
            )
            text = _("The first offer ends %(when)s.", when=when)
            act = Way(_("See who"), url_for("registrations.all_offers"))
        elif reason is Reason.UNDELIVERED:
            label = ngettext(
                "%(number)s mail did not arrive",
                "%(number)s mails did not arrive",
                need.number,
                number=number,
            )
            text = _("Nothing has reached these people since.")
            act = Way(_("Put it right"), url_for("staff.mail"))
        else:
            label = ngettext(
                "%(number)s mail is not sent yet",
                "%(number)s mails are not sent yet",
                need.number,
                number=number,
            )
            text = _("The first waits since %(when)s.", when=_clock(need.at, self._zone))
            act = Way(_("See why"), url_for("staff.mail"))
        return Line(label, "", "", "", "", "", text, act)

    def _of_session(self, need: Need, one: NearMeeting) -> Line:
        what, kind, act = self._words(need.reason, one)
        return self._line(one, act, what=what, kind=kind, text=self._detail(need, one))

    def _words(self, reason: Reason, one: NearMeeting) -> tuple[str, str, Way]:  # noqa: PLR0911  # one for each
        id_ = one.training_session_id
        match reason:
            case Reason.NO_TRAINER:
                act = Way(_("Assign a trainer"), f"{self._edit(id_)}#trainers")
                return _("No trainer"), "warn", act
            case Reason.NO_ROOM:
                return _("No room"), "warn", Way(_("Choose a room"), f"{self._edit(id_)}#when")
            case Reason.NO_LINK:
                return _("No join link"), "warn", Way(_("Add the link"), f"{self._edit(id_)}#when")
            case Reason.CLASH:
                act = Way(_("Look at the clash"), f"{self._roster(id_)}#clashes")
                return _("Clash"), "bad", act
            case Reason.MINIMUM:
                return _("Too few people"), "warn", Way(_("Decide"), self._roster(id_))
            case Reason.FEW:
                add = url_for("registrations.add", training_session_id=id_)
                return _("Few registered"), "info", Way(_("Add people"), add)
            case Reason.WAITING_BESIDE_HELD:
                holds = url_for("registrations.holds", training_session_id=id_)
                return _("Held while people wait"), "info", Way(_("Release seats"), holds)
            case Reason.UNMARKED:
                return _("Marks missing"), "warn", Way(_("Open the sheet"), self._sheet(one.id))
            case _:
                return _("Draft"), "muted", Way(_("Publish"), self._roster(id_))

    def _detail(self, need: Need, one: NearMeeting) -> str:
        """Return what else one wants to know before the act."""
        seats = one.seats
        if need.reason is Reason.MINIMUM and one.decision is not None:
            return str(
                ngettext(
                    "%(confirmed)s of %(num)s person needed by %(when)s",
                    "%(confirmed)s of %(num)s people needed by %(when)s",
                    one.decision.minimum,
                    confirmed=one.decision.confirmed,
                    when=deadline(one.decision.decide_at, one.timezone, self._now),
                )
            )
        if need.reason in {Reason.FEW, Reason.WAITING_BESIDE_HELD}:
            return " · ".join(seats_in_words(seats, one.overbooked_by))
        return ""

    def filling(self, one: NearMeeting) -> Line:
        """Return a session whose seats go, with a picture of them."""
        id_, seats = one.training_session_id, one.seats
        act = (
            Way(_("Change seats"), url_for("registrations.change_seats", training_session_id=id_))
            if seats.waitlisted
            else Way(_("See who comes"), self._roster(id_))
        )
        line = self._line(one, act, text=" · ".join(seats_in_words(seats, one.overbooked_by)))
        return line._replace(
            parts=(
                ("ok", seats.confirmed + seats.offered),
                ("warn", seats.kept),
                ("info", seats.waitlisted),
            ),
            most=seats.capacity,
        )

    def done(self, one: NearMeeting) -> Line:
        """Return a meeting that ended, and how many came."""
        came, of = self._found.came.get(one.id, 0), one.seats.confirmed
        line = self._line(
            one,
            Way(_("See the sheet"), self._sheet(one.id)),
            what=_("Marks missing") if one.is_unmarked else "",
            kind="warn",
            text=ngettext(
                "%(came)s of %(num)s person came", "%(came)s of %(num)s people came", of, came=came
            )
            if came or not one.is_unmarked
            else _("Nobody is marked as present yet."),
        )
        if one.is_unmarked and not came:
            return line
        return line._replace(parts=(("ok", min(came, of)),), most=of)


def _clock(at: datetime, timezone: str) -> str:
    return str(date_time(at, timezone))
