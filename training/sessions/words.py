"""Words for what staff see of sessions."""

from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale
from flask_babel import gettext as _
from flask_babel import ngettext

from training.campaigns.values import CampaignStatus
from training.sessions.planned_queries import PlannedDate
from training.sessions.rules.unavailability import Away
from training.sessions.values import Audience, SeatCounts
from training.web.fields import sentence
from training.web.filters import long_date
from training.web.filters.locales import current_locale


def audience_label(audience: Audience) -> str:
    """Return who may register, in words."""
    words = {
        Audience.PUBLIC: _("Everybody"),
        Audience.PARTNERS: _("People of partner organizations"),
        Audience.INVITED: _("By invitation"),
    }
    return str(words[audience])


def campaign_status_label(status: CampaignStatus) -> str:
    """Return how far a campaign is, in words."""
    words = {
        CampaignStatus.DRAFT: _("Draft"),
        CampaignStatus.PUBLISHED: _("Published"),
        CampaignStatus.CLOSED: _("Closed"),
    }
    return str(words[status])


def weekday_labels() -> list[str]:
    """Return the weekdays in the reader's language, from Monday on."""
    names = Locale.parse(current_locale()).days["stand-alone"]["wide"]
    return [str(names[number]) for number in range(7)]


def away_words(away: Away) -> str:
    """Return when somebody cannot train, in words."""
    if away.weekday is None:
        first, last = _day(away.starts_on), _day(away.ends_on)
        if away.ends_on is None:
            days = _("From %(day)s on", day=first)
        elif away.starts_on == away.ends_on:
            days = first
        else:
            days = _("%(first)s to %(last)s", first=first, last=last)
    else:
        days = _bounded(_("Every %(weekday)s", weekday=weekday_labels()[away.weekday]), away)
    if away.starts is None or away.ends is None:
        return str(_("%(days)s, the whole day", days=days))
    return str(
        _(
            "%(days)s, %(start)s to %(end)s",
            days=days,
            start=_clock(away.starts),
            end=_clock(away.ends),
        )
    )


def _bounded(weekly: str, away: Away) -> str:
    if away.starts_on and away.ends_on:
        return str(
            _(
                "%(weekly)s from %(first)s to %(last)s",
                weekly=weekly,
                first=_day(away.starts_on),
                last=_day(away.ends_on),
            )
        )
    if away.starts_on:
        return str(_("%(weekly)s from %(first)s on", weekly=weekly, first=_day(away.starts_on)))
    if away.ends_on:
        return str(_("%(weekly)s until %(last)s", weekly=weekly, last=_day(away.ends_on)))
    return weekly


def _day(day: date | None) -> str:
    return long_date(day) if day else ""


def _clock(clock: time) -> str:
    return f"{clock:%H:%M}"


def planned_notes(one: PlannedDate, now: datetime) -> tuple[str, ...]:
    """Return what is to be known of a session on another day besides its clashes, as sentences."""
    notes = []
    if one.holidays:
        notes.append(_("Holiday: %(names)s", names=", ".join(one.holidays)))
    if one.error is not None:
        notes.append(sentence(one.error))
    if one.is_doubled:
        notes.append(_("The clocks show this time twice that day: the first is meant."))
    if one.has_begun(now):
        notes.append(_("It would have begun by now."))
    return tuple(str(note) for note in notes)


def seats_in_words(seats: SeatCounts, overbooked_by: int) -> tuple[str, ...]:
    """Return what staff want to know of the seats, as phrases that stand beside each other."""
    return _seats_in_words(seats, overbooked_by, current_locale())


@lru_cache(maxsize=4096)
def _seats_in_words(seats: SeatCounts, overbooked_by: int, _locale: str) -> tuple[str, ...]:
    held = seats.confirmed + seats.offered
    if seats.capacity is None:
        phrases = [ngettext("%(num)s person, no limit", "%(num)s people, no limit", held)]
    else:
        phrases = [
            ngettext(
                "%(held)s of %(num)s seat taken",
                "%(held)s of %(num)s seats taken",
                seats.capacity,
                held=held,
            )
        ]
    if seats.kept:
        phrases.append(ngettext("%(num)s held", "%(num)s held", seats.kept))
    if seats.waitlisted:
        phrases.append(ngettext("%(num)s waiting", "%(num)s waiting", seats.waitlisted))
    if overbooked_by:
        phrases.append(
            ngettext("%(num)s more than seats", "%(num)s more than seats", overbooked_by)
        )
    return tuple(phrases)
