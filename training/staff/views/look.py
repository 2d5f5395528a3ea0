"""The page of all components, for whoever writes pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from training.accounts.access import allows
from training.accounts.policy import Action
from training.accounts.workplace import render_workplace
from training.attendance.values import AttendanceStatus
from training.registrations.forms import blank_person
from training.registrations.values import RegistrationStatus
from training.sessions.values import Availability, Delivery, SessionState
from training.staff.look_forms import LookForm, LookPeopleForm
from training.staff.views.blueprint import bp
from training.web.fields import AppForm
from training.web.filters import delivery_label, moment

_ZONE, _READERS_ZONE = "Africa/Nairobi", "Europe/Paris"
_STARTS_AT = datetime(2026, 5, 12, 11, tzinfo=UTC)
_ENDS_AT = _STARTS_AT + timedelta(minutes=90)
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
        people=list(zip(_PEOPLE, RegistrationStatus, strict=False)),
        sheet_rows=[
            _SheetRow(number, name, "Aid", status)
            for number, (name, status) in enumerate(zip(_PEOPLE, AttendanceStatus, strict=False))
        ],
        form=form,
        people_form=LookPeopleForm(formdata=None),
        blank=blank_person(),
        empty_form=AppForm(),
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
