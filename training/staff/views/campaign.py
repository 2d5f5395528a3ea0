"""How far a campaign is, and what is missing."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from training.accounts.access import allows, signed_in
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.campaigns.queries import get_campaign
from training.clock import find_zone, utc_now
from training.registrations.allotment_listings import AllotmentRow, allotment_rows
from training.sessions.words import campaign_status_label, seats_in_words
from training.staff import campaign_queries
from training.staff.campaign_queries import MOST, CampaignSession
from training.staff.dashboard_queries import near
from training.staff.dashboard_rules import needs
from training.staff.views.blueprint import bp
from training.staff.views.day_lines import SHOWN, DayLines
from training.text import for_display
from training.web import times
from training.web.filters.availability import SeatsBadge, seats_badge
from training.web.filters.locales import current_locale
from training.web.query import addresses

#: The way that this page hangs under.
_CAMPAIGNS = "sessions.campaigns"


class SessionLine(NamedTuple):
    """A session of the campaign: plain words, so that its template only puts them down."""

    title: str
    url: str
    instant: str
    when: str
    badge: SeatsBadge
    words: str
    parts: tuple[tuple[str, int], ...]
    most: int | None


class PartnerLine(NamedTuple):
    """An organization, and what it uses of its seats."""

    name: str
    url: str
    words: str
    parts: tuple[tuple[str, int], ...]
    most: int | None


@bp.get("/staff/campaigns/<id:campaign_id>")
@allows(Action.MANAGE_CAMPAIGNS)
def campaign(campaign_id: int) -> ResponseReturnValue:
    """Show a campaign's goal, its sessions and partners, and what is missing."""
    now, zone = utc_now(), signed_in().timezone or "UTC"
    one = get_campaign(campaign_id)
    found = near(day=now.astimezone(find_zone(zone)).date(), done=0, now=now)
    lines = DayLines(found, zone, now)
    missing = [
        lines.need(need)
        for need in needs(found, now)
        if need.meeting is not None and need.meeting.campaign_id == campaign_id
    ]
    held = campaign_queries.held_sessions(campaign_id, now=now)
    came = campaign_queries.came_to([session.id for session in held])
    coming = campaign_queries.coming_sessions(campaign_id, now=now)
    return render_workplace(
        "staff/campaign.html",
        current=_CAMPAIGNS,
        campaign=one,
        name=for_display(one.plan.name),
        status=campaign_status_label(one.plan.status),
        trained=campaign_queries.people_trained(campaign_id),
        totals=campaign_queries.totals(campaign_id, now=now),
        missing=missing[:SHOWN],
        more_missing=max(0, len(missing) - SHOWN),
        coming=[_coming_line(session, url) for session, url in _with_urls(coming[:MOST])],
        held=[
            _held_line(session, url, came.get(session.id, 0))
            for session, url in _with_urls(held[:MOST])
        ],
        has_more=len(coming) > MOST or len(held) > MOST,
        partners=[_partner_line(row) for row in allotment_rows(campaign_id)],
        all_sessions=_all_sessions(campaign_id),
    )


def _all_sessions(campaign_id: int) -> str:
    return url_for("sessions.schedule", campaign=campaign_id, period="all")


def _with_urls(sessions: Sequence[CampaignSession]) -> list[tuple[CampaignSession, str]]:
    address = addresses("registrations.roster", "training_session_id")
    return [(one, address(one.id)) for one in sessions]


def _line(one: CampaignSession, url: str) -> SessionLine:
    ends_at = one.first_ends_at or one.starts_at
    when = times.moment(one.starts_at, ends_at, one.timezone, current_locale())
    return SessionLine(
        title=for_display(one.title),
        url=url,
        instant=when.start,
        when=f"{when.short_date} {when.year}, {when.clock} {when.city}",
        badge=seats_badge(one.availability, one.timezone),
        words="",
        parts=(),
        most=one.seats.capacity,
    )


def _coming_line(one: CampaignSession, url: str) -> SessionLine:
    seats = one.seats
    return _line(one, url)._replace(
        words=" · ".join(seats_in_words(seats, one.overbooked_by)),
        parts=(
            ("ok", seats.confirmed + seats.offered),
            ("warn", seats.kept),
            ("info", seats.waitlisted),
        ),
    )


def _held_line(one: CampaignSession, url: str, came: int) -> SessionLine:
    of = one.seats.confirmed
    words = ngettext(
        "%(came)s of %(num)s person came", "%(came)s of %(num)s people came", of, came=came
    )
    return _line(one, url)._replace(words=words, parts=(("ok", min(came, of)),), most=of)


def _partner_line(row: AllotmentRow) -> PartnerLine:
    if row.seats is None:
        words = ngettext("%(num)s used, no limit", "%(num)s used, no limit", row.used)
    elif row.beyond:
        words = ngettext(
            "%(used)s of %(seats)s used, %(num)s too many",
            "%(used)s of %(seats)s used, %(num)s too many",
            row.beyond,
            used=row.used,
            seats=row.seats,
        )
    else:
        words = ngettext(
            "%(used)s of %(num)s used, %(left)s left",
            "%(used)s of %(num)s used, %(left)s left",
            row.seats,
            used=row.used,
            left=row.left,
        )
    return PartnerLine(
        name=for_display(row.name),
        url=url_for("organizations.detail", organization_id=row.organization_id),
        words=words,
        parts=(("bad" if row.beyond else "ok", row.used),),
        most=row.seats,
    )
