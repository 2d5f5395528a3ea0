"""Forms of staff about the rules by which seats are given, seats that are held, and requests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from training.organizations.queries import ActiveOrganization
from training.sessions.fields import MOST_SEATS, WallTimeField
from training.sessions.values import HoldPlan, Promotion, SeatRules
from training.web.fields import AppForm, Required, WholeNumberField
from training.web.shown import fingerprint

#: A year: who is to wait longer for an answer is forgotten.
MOST_HOURS = 8_760


class ShownForm(AppForm):
    """A form that says what it showed, so that nobody undoes unseen what a colleague did."""

    shown = HiddenField()

    def show(self, plan: SeatRules | HoldPlan | None) -> None:
        """Note what the page shows."""
        self.shown.data = fingerprint(plan)

    def is_of(self, plan: SeatRules | HoldPlan | None) -> bool:
        """Tell whether the page showed this."""
        return bool(self.shown.data == fingerprint(plan))


class SeatRulesForm(ShownForm):
    """By which rules the seats of a session are given."""

    promotion = RadioField(
        _l("When a seat becomes free and people wait"),
        choices=[
            SelectChoice(Promotion.CONFIRM, _l("Whoever waits longest has it at once")),
            SelectChoice(Promotion.OFFER, _l("It is offered to them, until a deadline")),
        ],
    )
    offer_hours = WholeNumberField(
        _l("Hours to answer an offer"),
        least=1,
        most=MOST_HOURS,
        description=_l("After that it goes to the next. An offer ends at the first start, too."),
    )
    groups_wait = BooleanField(
        _l("A group may wait as a whole"),
        description=_l("All of them get seats together, or go on waiting together."),
    )
    fills_gaps = BooleanField(
        _l("Single people may pass a group"),
        description=_l("While fewer seats are free than the group needs. Else these stay empty."),
    )
    organization_limit = WholeNumberField(
        _l("Seats for one organization, at most"),
        least=1,
        most=MOST_SEATS,
        description=_l("Empty: as many as there are. Only people count whom somebody vouched for."),
    )
    needs_approval = BooleanField(
        _l("Staff decide about everybody who registers"),
        description=_l("People ask for a seat, and wait for an answer."),
    )
    approval_hours = WholeNumberField(
        _l("Hours to decide about a request"),
        least=1,
        most=MOST_HOURS,
        description=_l("After that a request lapses. Empty: at the first start."),
    )
    minimum = WholeNumberField(
        _l("People needed, at least"),
        least=1,
        most=MOST_SEATS,
        description=_l("Empty: it takes place however many come."),
    )
    decide = WallTimeField(_l("Decided by"))

    naming_ends = WallTimeField(
        _l("Named by"),
        description=_l(
            "Seats that an organization reserved without names are given up then. "
            "Empty: when the session starts."
        ),
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then how they fit together."""
        is_valid = bool(super().validate(extra_validators))
        needed = (
            (
                self.offer_hours,
                self.promotion.data == Promotion.OFFER,
                _("For how many hours is a seat offered?"),
            ),
            (
                self.decide,
                bool(self.minimum.data),
                _("By when is it decided whether enough people come?"),
            ),
            (
                self.minimum,
                bool(self.decide.data),
                _("How many people are needed? Or empty the day on which it is decided."),
            ),
        )
        for field, is_needed, problem in needed:
            if is_needed and not field.data:
                field.errors = [problem]
                is_valid = False
        return is_valid

    def to_rules(self) -> SeatRules:
        """Return what was typed, after it was checked."""
        return SeatRules(
            promotion=Promotion(self.promotion.data),
            offer_hours=self.offer_hours.value or SeatRules().offer_hours,
            needs_approval=self.needs_approval.data,
            approval_hours=self.approval_hours.value,
            organization_limit=self.organization_limit.value,
            fills_gaps=self.fills_gaps.data,
            groups_wait=self.groups_wait.data,
            minimum=self.minimum.value,
            decide=self.decide.value,
            naming_ends=self.naming_ends.value,
        )


def rules_data(rules: SeatRules) -> dict[str, Any]:
    """Return what a form starts from to show rules."""
    return {**asdict(rules), "promotion": rules.promotion.value}


class _HoldFields:
    """How many seats are held, and until when."""

    seats = WholeNumberField(
        _l("Seats"),
        [Required(_l("How many seats are held?"))],
        least=1,
        most=MOST_SEATS,
        description=_l("Seats that its people have already count."),
    )
    release = WallTimeField(
        _l("Released"),
        description=_l(
            "Then whoever waits gets those that are left. Empty: when the session starts."
        ),
    )

    def to_hold(self) -> HoldPlan:
        """Return what was typed, after it was checked."""
        assert self.seats.value is not None
        return HoldPlan(seats=self.seats.value, release=self.release.value)


class NewHoldForm(_HoldFields, AppForm):
    """Seats that are to be held for an organization that has none held."""

    organization_id = SelectField(
        _l("Organization"),
        # WTForms' own would say numbers that nobody saw.
        validators=[Required(_l("Choose an organization."))],
        validate_choice=False,
        default="",
    )

    def offer(self, organizations: Iterable[ActiveOrganization]) -> None:
        """Fill in what can be chosen."""
        self.organization_id.choices = [
            SelectChoice("", _("Choose…")),
            *(SelectChoice(str(one.id), one.name) for one in organizations),
        ]

    def validate_organization_id(self, field: Any) -> None:
        if field.data not in {choice.value for choice in field.choices}:
            raise StopValidation(
                _("This organization is not in this list any more. Please look again.")
            )


class HoldForm(_HoldFields, ShownForm):
    """Seats that are held for an organization."""


class RequestsForm(AppForm):
    """Some of the people who asked for a seat."""

    people = SelectMultipleField(
        _l("Who asked"),
        validators=[Required(_l("Tick at least one person."))],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        validate_choice=False,  # who was decided about meanwhile is told apart, not refused
        choices=[],
    )


class ReopenForm(AppForm):
    """Whether those who were registered are to be so again."""

    restore = BooleanField(
        _l("Restore their registrations, and tell them"),
        default=True,
        description=_l("Without it nobody is registered, and nobody is told."),
    )
