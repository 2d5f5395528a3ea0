"""The form by which staff or a representative make a code."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.validators import Length, StopValidation

from training.clock import find_zone
from training.registrations.code_queries import Offers
from training.registrations.code_service import CodePlan
from training.sessions.fields import MOST_SEATS, DayField
from training.submissions.service import new_key
from training.text import for_display
from training.web.fields import AppForm, LineField, Required, WholeNumberField
from training.web.filters import date_time

#: What a list says for "all that the organization may see".
EVERYTHING = "all"
_SESSION, _CAMPAIGN = "session-", "campaign-"


class CodeForm(AppForm):
    """What a code is good for, and how long."""

    name = LineField(
        _l("Name"),
        validators=[
            Required(_l("Type a name, such as “Newsletter in May”.")),
            Length(max=80),
        ],
        description=_l("For you, to know later which invitation is which."),
    )
    what = SelectField(
        _l("Good for"),
        choices=[],
        default=EVERYTHING,
        validate_choice=False,  # said in words of our own
    )
    most = WholeNumberField(
        _l("People in one session, at most"),
        least=1,
        most=MOST_SEATS,
        description=_l("Empty: as many as have the link, while there are seats."),
    )
    last_day = DayField(
        _l("Last day"),
        description=_l("The link works until this day ends. Empty: until it is revoked."),
    )
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def offer(self, offers: Offers) -> None:
        """Fill in what can be chosen."""
        groups: dict[str, list[tuple[str, str]]] = {
            _("Several sessions"): [
                (EVERYTHING, _("All sessions of this organization")),
                *(
                    (f"{_CAMPAIGN}{id_}", _("All of %(campaign)s", campaign=for_display(name)))
                    for id_, name in offers.campaigns
                ),
            ]
        }
        if offers.sessions:
            groups[_("One session")] = [
                (
                    f"{_SESSION}{one.id}",
                    f"{for_display(one.title)}, {date_time(one.starts_at, one.timezone)}",
                )
                for one in offers.sessions
            ]
        self.what.choices = groups

    def validate_what(self, field: Any) -> None:
        offered = {value for group in field.choices.values() for value, _label in group}
        if field.data not in offered:
            raise StopValidation(_("This is not in the list any more. Please look again."))

    def to_plan(self, timezone: str) -> CodePlan:
        """Return what was typed, after it was checked.

        :param timezone: in which the last day is one.
        """
        what = self.what.data
        last_day = self.last_day.value
        return CodePlan(
            name=self.name.data,
            training_session_id=_number(what, _SESSION),
            campaign_id=_number(what, _CAMPAIGN),
            most=self.most.value,
            expires_at=_day_after(last_day, timezone) if last_day else None,
        )

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    @property
    def content(self) -> Mapping[str, Any]:
        """What was typed."""
        return {
            "name": self.name.data,
            "what": self.what.data,
            "most": self.most.data,
            "last_day": self.last_day.data,
        }


def _number(what: str, prefix: str) -> int | None:
    return int(what.removeprefix(prefix)) if what.startswith(prefix) else None


def _day_after(last_day: date, timezone: str) -> datetime:
    """Return when a day is over; a midnight that the clocks skip is the end of it all the same."""
    midnight = datetime.combine(last_day + timedelta(days=1), time(), tzinfo=find_zone(timezone))
    return midnight.astimezone(UTC)
