"""Forms of staff about several people of a session, or about who comes in somebody's place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from training.organizations.queries import ActiveOrganization
from training.registrations.moving_queries import LiveRow
from training.registrations.staff_forms import MAX_REASON, WITHOUT_ADDRESS
from training.registrations.substitutes import Substitute
from training.registrations.values import Claim, Fit, Participant
from training.text import MAX_NAME, for_display
from training.web.fields import AppForm, EmailAddressField, LineField, Required

OVERBOOK = "overbook"


class PeopleForm(AppForm):
    """Some of the people of a session."""

    people = SelectMultipleField(
        _l("People"),
        validators=[Required(_l("Choose at least one person."))],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        choices=[],
        # WTForms' own would say numbers that nobody saw.
        invalid_choice_message=_l(
            "Somebody you chose is not in this list any more. Please look again."
        ),
    )

    def offer_people(self, rows: Iterable[LiveRow]) -> None:
        """Fill in who can be chosen; who left meanwhile is not among them any more."""
        self.people.choices = [SelectChoice(str(row.id), row.name) for row in rows]

    def chosen(self, rows: Sequence[LiveRow]) -> list[LiveRow]:
        """Return who was chosen, in the order of the rows."""
        return [row for row in rows if str(row.id) in (self.people.data or ())]


class MoveForm(PeopleForm):
    """People who are to come to another session."""

    to = RadioField(
        _l("Where to"),
        validators=[Required(_l("Choose the session to which they move."))],
        choices=[],
    )
    if_full = RadioField(
        _l("If not all of them find a free seat there"),
        choices=[
            SelectChoice(Fit.SEATS, _l("Move nobody")),
            SelectChoice(Fit.WHAT_FITS, _l("Move all; whoever finds no seat waits there, in line")),
            SelectChoice(OVERBOOK, _l("Move all, and overbook")),
        ],
        default=Fit.SEATS,
    )
    reason = LineField(
        _l("Why is overbooking all right?"),
        [Length(max=MAX_REASON)],
        description=_l("Only for overbooking; it stands in the history of the session."),
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that an overbooking has a reason."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid and self.if_full.data == OVERBOOK and not self.reason.data:
            self.reason.errors = [_("Say why: it stands in the history of this session.")]
            return False
        return is_valid

    @property
    def fit(self) -> Fit:
        """What is to happen if not all find a seat."""
        return Fit.WHAT_FITS if self.if_full.data == Fit.WHAT_FITS else Fit.SEATS

    @property
    def overbook(self) -> str | None:
        """Why the session is to be overbooked, if it is."""
        return self.reason.data if self.if_full.data == OVERBOOK else None


class SwapForm(AppForm):
    """Who comes in somebody's place: one of the organization's people, or whoever is typed."""

    member = SelectField(_l("Somebody of the organization"), default="")
    name = LineField(_l("Full name"), [Length(max=MAX_NAME)])
    email = EmailAddressField(_l("E-mail"), description=WITHOUT_ADDRESS)
    organization_id = SelectField(
        _l("Organization"),
        default="",
        description=_l("You vouch for it: they count as people of this organization."),
    )
    #: Whom the form offers, by their keys.
    _names: Mapping[str, str]

    def offer(
        self, organizations: Iterable[ActiveOrganization], substitutes: Iterable[Substitute]
    ) -> None:
        """Fill in what can be chosen.

        :param substitutes: of the organization with which whoever leaves is registered.
        """
        self.organization_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(one.id), one.name) for one in organizations),
        ]
        offered = list(substitutes)
        self._names = {str(one.person_id): one.name for one in offered}
        self.member.choices = [
            SelectChoice("", _("Somebody else, typed below")),
            *(SelectChoice(str(one.person_id), for_display(one.label)) for one in offered),
        ]

    @property
    def has_members(self) -> bool:
        return bool(self._names)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that exactly one person is meant."""
        is_valid = bool(super().validate(extra_validators))
        if is_valid and not self.member.data and not self.name.data:
            self.name.errors = [
                _("Choose somebody above, or type who comes instead.")
                if self._names
                else _("Type the name of this person.")
            ]
            return False
        if is_valid and self.member.data and (self.name.data or self.email.data):
            self.member.errors = [
                _("Somebody is chosen here and somebody typed below: leave one of the two out.")
            ]
            return False
        return is_valid

    @property
    def substitute(self) -> str:
        """What whoever comes is called."""
        return self._names[self.member.data] if self.member.data else str(self.name.data)

    def to_participant(self, own_organization_id: int | None) -> Participant:
        """Return who was chosen or typed, after it was checked.

        :param own_organization_id: of whoever leaves; who was chosen is one of its people.
        """
        chosen = self.organization_id.data
        organization_id = int(chosen) if chosen else None
        if self.member.data:
            organization_id = own_organization_id
        return Participant(
            name=self.substitute,
            email=None if self.member.data else self.email.data or None,
            person_id=int(self.member.data) if self.member.data else None,
            organization_id=organization_id,
            claim=Claim.STAFF if organization_id else Claim.STATED,
        )
