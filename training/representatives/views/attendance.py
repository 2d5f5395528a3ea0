"""How an organization's people came: over a period or a campaign, to read and to take home."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from training.accounts.access import allows, permission
from training.accounts.policy import Action
from training.attendance.values import AttendanceStatus
from training.clock import utc_now
from training.db import transaction
from training.representatives import service
from training.representatives.queries.attendance import (
    MOST_SHOWN,
    AttendanceRow,
    Period,
    Totals,
    attendance_of,
    campaigns_of,
    everything_of,
    totals_of,
)
from training.representatives.service import Actor
from training.representatives.views.blueprint import bp, own_organization, render
from training.web.fields import AppForm
from training.web.filters import attendance_label, registration_label
from training.web.query import text_argument
from training.web.spreadsheets import FORMATS, Row

#: What the page begins with: so many days back, until today.
_RECENT = timedelta(days=90)
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@bp.get("/attendance/")
@allows(Action.REPRESENT)
def attendance(organization_slug: str) -> ResponseReturnValue:
    """Show how the organization's people came, with the sums in words."""
    organization = own_organization(organization_slug)
    now = utc_now()
    period = _period(now)
    totals = totals_of(organization.id, period, now=now)
    return render(
        "attendance.html",
        organization,
        "attendance",
        rows=attendance_of(organization.id, period, now=now),
        totals=totals,
        sums=_sums(totals),
        most=MOST_SHOWN,
        period=period,
        campaigns=campaigns_of(organization.id),
        exports=[
            (_("CSV"), _export_url(organization.slug, "csv", period)),
            (_("Excel"), _export_url(organization.slug, "xlsx", period)),
        ],
        form=AppForm(formdata=None),
    )


@bp.post("/attendance/attendance.<any(csv, xlsx):ending>")
@allows(Action.REPRESENT)
def export(organization_slug: str, ending: str) -> Response:
    """Send all registrations of the organization's people in a period, with their attendance.

    By POST: it leaves an entry in the audit trail.
    """
    organization = own_organization(organization_slug)
    now = utc_now()
    rows = everything_of(organization.id, _period(now))
    actor = Actor(organization_id=organization.id, person_id=permission().person_id, now=now)
    with transaction():
        service.record_export(rows=len(rows), ending=ending, actor=actor)
    header = [
        _("Name"),
        _("E-mail"),
        _("Session"),
        _("Meeting"),
        _("Day"),
        _("From"),
        _("Until"),
        _("Time zone"),
        _("Registration"),
        _("Attendance"),
    ]
    title = _("Attendance of %(organization)s", organization=organization.name)
    return FORMATS[ending](f"{title}.{ending}", header, [_cells(row) for row in rows])


def _export_url(organization_slug: str, ending: str, period: Period) -> str:
    asked: dict[str, Any] = {
        "from": period.since.isoformat(),
        "until": period.until.isoformat() if period.until else None,
        "campaign": period.campaign or None,
    }
    return url_for(
        "representatives.export", organization_slug=organization_slug, ending=ending, **asked
    )


def _cells(row: AttendanceRow) -> Row:
    zone = ZoneInfo(row.timezone)
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    return (
        row.name,
        row.email,
        row.title,
        _("%(ordinal)s of %(number)s", ordinal=row.ordinal, number=row.meetings),
        f"{starts:%Y-%m-%d}",
        f"{starts:%H:%M}",
        f"{ends:%H:%M}",
        row.timezone,
        registration_label(row.registration_status),
        attendance_label(row.status) if row.status else None,
    )


def _period(now: datetime) -> Period:
    """Return what the address asks for; a day that is none is as if it were not asked for."""
    return Period(
        since=_day("from") or now.date() - _RECENT,
        until=_day("until"),
        campaign=text_argument("campaign"),
    )


def _day(name: str) -> date | None:
    typed = text_argument(name)
    if not _DAY.fullmatch(typed):
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _sums(totals: Totals) -> list[str]:
    """Return how people came, as phrases that stand beside each other."""
    return [
        ngettext("%(num)s person", "%(num)s people", totals.people),
        ngettext("%(num)s session", "%(num)s sessions", totals.sessions),
        *(words(totals.by_status[key]) for key, words in _TIMES.items() if key in totals.by_status),
    ]


_TIMES: Mapping[AttendanceStatus | None, Callable[[int], str]] = {
    AttendanceStatus.PRESENT: lambda number: ngettext(
        "%(num)s time present", "%(num)s times present", number
    ),
    AttendanceStatus.LATE: lambda number: ngettext(
        "%(num)s time late", "%(num)s times late", number
    ),
    AttendanceStatus.LEFT_EARLY: lambda number: ngettext(
        "%(num)s time left early", "%(num)s times left early", number
    ),
    AttendanceStatus.ABSENT: lambda number: ngettext(
        "%(num)s time absent", "%(num)s times absent", number
    ),
    AttendanceStatus.EXCUSED: lambda number: ngettext(
        "%(num)s time excused", "%(num)s times excused", number
    ),
    None: lambda number: ngettext("%(num)s time not marked", "%(num)s times not marked", number),
}
