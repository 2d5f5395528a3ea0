"""The form of a series: by which rule, until when, without whose holidays."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel import Locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from training.sessions.fields import DayField
from training.sessions.forms import MAX_CLASH_REASON
from training.sessions.public_holidays import COUNTRIES
from training.sessions.rules.series import MOST_DATES, Frequency, SeriesRule
from training.sessions.words import weekday_labels
from training.submissions.service import new_key
from training.web.fields import AppForm, LineField, Required, WholeNumberField
from training.web.filters.locales import current_locale

_COUNTRY_FIELDS = ("country_1", "country_2", "country_3")


class SeriesForm(AppForm):
    """By which rule a session is held again."""

    frequency = RadioField(_l("How often?"), default=Frequency.WEEKLY.value)
    interval = WholeNumberField(
        _l("Every so many weeks or months"),
        [Required(_l("Every how many weeks or months?"))],
        least=1,
        most=52,
        description=_l("1: each; 2: every second."),
    )
    weekdays = SelectMultipleField(
        _l("On"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        # WTForms' own would say again what was sent.
        invalid_choice_message=_l("Choose from the list."),
    )
    position = SelectField(_l("Of the month, the"), default="1")
    count = WholeNumberField(
        _l("So many further dates"),
        least=1,
        most=MOST_DATES,
        description=_l("Holidays count, too: they are named and left out below."),
    )
    until = DayField(_l("Or until"), description=_l("The last day that it may be."))
    country_1 = SelectField(_l("Without the holidays of"), default="")
    country_2 = SelectField(_l("And of"), default="")
    country_3 = SelectField(_l("And of"), default="")
    #: Days that are to be made; read only when the series is.
    days = SelectMultipleField(choices=[], validate_choice=False)
    #: Days of which the page said that they clash.
    seen_days = SelectMultipleField(choices=[], validate_choice=False)
    clash_reason = LineField(_l("Why is that all right?"), [Length(max=MAX_CLASH_REASON)])
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def offer(self) -> None:
        """Fill in what can be chosen."""
        self.frequency.choices = [
            SelectChoice(Frequency.WEEKLY.value, _("Weekly")),
            SelectChoice(Frequency.MONTHLY.value, _("Monthly, on a weekday")),
        ]
        self.weekdays.choices = [
            SelectChoice(str(number), label) for number, label in enumerate(weekday_labels())
        ]
        self.position.choices = [
            SelectChoice("1", _("First")),
            SelectChoice("2", _("Second")),
            SelectChoice("3", _("Third")),
            SelectChoice("4", _("Fourth")),
            SelectChoice("-1", _("Last")),
        ]
        names = Locale.parse(current_locale()).territories
        countries = sorted(
            (SelectChoice(code, str(names.get(code, code))) for code in COUNTRIES),
            key=lambda choice: str(choice.label).casefold(),
        )
        for name in _COUNTRY_FIELDS:
            self[name].choices = [SelectChoice("", _("None")), *countries]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then how they fit together."""
        is_valid = bool(super().validate(extra_validators))
        if not self.weekdays.data:
            self.weekdays.errors = [_("Choose a weekday.")]
            is_valid = False
        elif self.frequency.data == Frequency.MONTHLY and len(self.weekdays.data) > 1:
            self.weekdays.errors = [_("Choose one weekday for a monthly series.")]
            is_valid = False
        has_count, has_until = bool(self.count.data), bool(self.until.data)
        if has_count == has_until and not self.count.errors:
            self.count.errors = [_("Say how many dates, or until when; not both.")]
            is_valid = False
        return is_valid

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    @property
    def countries(self) -> tuple[str, ...]:
        """Whose holidays are left out, each once."""
        chosen = (self[name].data for name in _COUNTRY_FIELDS)
        return tuple(dict.fromkeys(code for code in chosen if code))

    @property
    def ticked(self) -> frozenset[date]:
        """The days that are to be made; what is no day is none."""
        return frozenset(filter(None, map(_day, self.days.data or ())))

    @property
    def seen(self) -> frozenset[date]:
        """The days of which whoever sends this has seen that they clash."""
        return frozenset(filter(None, map(_day, self.seen_days.data or ())))

    def to_rule(self) -> SeriesRule:
        """Return what was typed, after it was checked."""
        frequency = Frequency(self.frequency.data)
        is_monthly = frequency is Frequency.MONTHLY
        return SeriesRule(
            frequency=frequency,
            interval=self.interval.value or 1,
            weekdays=tuple(sorted(int(number) for number in self.weekdays.data)),
            position=int(self.position.data) if is_monthly else None,
            count=self.count.value,
            until=self.until.value,
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
