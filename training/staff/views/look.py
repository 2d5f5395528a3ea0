"""The page of all components, for whoever writes pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.attendance.values import AttendanceStatus
from training.registrations.forms import blank_person
from training.registrations.values import RegistrationStatus
from training.sessions.values import Availability, Delivery, SessionState
from training.staff.look_forms import LookAnswersForm, LookForm, LookPeopleForm
from training.staff.views.blueprint import bp
from training.web.calendar_days import CalendarDay, CalendarEntry
from training.web.fields import AppForm
from training.web.filters import delivery_label, moment, short_date

_ZONE, _READERS_ZONE = "Africa/Nairobi", "Europe/Paris"
_STARTS_AT = datetime(2026, 5, 12, 11, tzinfo=UTC)
_ENDS_AT = _STARTS_AT + timedelta(minutes=90)
_MONDAY, _MONTHS_FIRST_MONDAY = date(2026, 5, 11), date(2026, 4, 27)
_LANES = ((1, "Asha Wanjiru"), (2, "Tom Lindqvist"), (3, "Maria Fernanda de la Cruz y Villanueva"))
_PEOPLE = ("Amara Okafor", "Bilal Khan", "Zoë Ångström-de la Cruz y Villanueva", "林 さくら")


@dataclass(frozen=True, slots=True)
class _SheetRow:
    registration_id: int
    name: str
    detail: str
    status: AttendanceStatus | None


@bp.get("/staff/look")
@allows(Action.SEE_SCHEDULE)
def look() -> ResponseReturnValue:
    """Show every component in its states."""
    form = LookForm(formdata=None, data={"name": "Amara Okafor", "email": "amara@"})
    form.delivery.choices = [SelectChoice(value=one, label=delivery_label(one)) for one in Delivery]
    form.email.errors = [_l("This is not an e-mail address. One looks like ana@example.org.")]
    return render_workplace(
        "staff/look.html",
        zone=_ZONE,
        now=_STARTS_AT - timedelta(days=2),
        starts_at=_STARTS_AT,
        when=moment(_STARTS_AT, _ENDS_AT, _ZONE),
        yours=moment(_STARTS_AT, _ENDS_AT, _READERS_ZONE),
        availabilities=list(_availabilities()),
        registration_statuses=list(RegistrationStatus),
        attendance_statuses=[None, *(one for one in AttendanceStatus if one != "cleared")],
        lanes=_LANES,
        week=[_day(_MONDAY + timedelta(days=count)) for count in range(7)],
        weekdays=[format_date(_MONDAY + timedelta(days=count), "EEE") for count in range(7)],
        month=[
            [_day(_MONTHS_FIRST_MONDAY + timedelta(weeks=week, days=count)) for count in range(7)]
            for week in range(5)
        ],
        people=list(zip(_PEOPLE, RegistrationStatus, strict=False)),
        sheet_rows=[
            _SheetRow(number, name, "Aid", status)
            for number, (name, status) in enumerate(zip(_PEOPLE, AttendanceStatus, strict=False))
        ],
        form=form,
        people_form=LookPeopleForm(formdata=None),
        answers_form=LookAnswersForm(formdata=None),
        blank=blank_person(),
        empty_form=AppForm(),
    )


def _day(day: date) -> CalendarDay:
    """Return a day with something in it now and then, in each of its looks."""
    states = list(SessionState)
    entries = [
        CalendarEntry(
            url="#notices",
            title="Safer livestreams",
            time="14:00–15:30",
            kind=states[(day.day + number) % len(states)],
            state=states[(day.day + number) % len(states)].replace("_", " "),
            lane=_LANES[(day.day + number) % len(_LANES)][0],
            note="Jacaranda House",
            warning="Clash" if number else "",
        )
        for number in range((day.day * 7) % 4)
    ]
    return CalendarDay(
        date=day.isoformat(),
        name=short_date(day),
        number=str(day.day),
        entries=entries,
        is_today=day == _STARTS_AT.date(),
        is_outside=day.month != _STARTS_AT.month,
        more=("2 more", "#notices") if len(entries) == len(_LANES) else None,
    )


def _availabilities() -> Iterator[Availability]:
    for state in SessionState:
        yield Availability(
            state=state,
            free=2 if state is SessionState.FEW_SEATS else 12,
            waiting=3,
            opens_at=_STARTS_AT - timedelta(days=1),
            closes_at=_STARTS_AT,
        )
