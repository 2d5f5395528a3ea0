"""Forms that staff fill in about a session's people and seats."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, FormField, HiddenField, SelectChoice, SelectField
from wtforms.validators import Length

from training.organizations.queries import ActiveOrganization
from training.people.values import email_key
from training.registrations.errors import AlreadyRegisteredError
from training.registrations.forms import PersonForm
from training.registrations.question_fields import Asking, answers_in
from training.registrations.seats import Group
from training.registrations.service import positions_of_doubles
from training.registrations.values import Claim, Fit, Participant
from training.registrations.words import busy_words, lacks_words
from training.sessions.fields import SeatFields
from training.sessions.values import SeatCounts, SeatPlan
from training.submissions.service import new_key
from training.web.fields import AppForm, EmailAddressField, LineField, Required, sentence
from training.web.rows import RowsField

#: People in one form.
MOST_PEOPLE = 50
MAX_REASON = 500


#: What is said wherever staff type people who may have no address: the one rule, which
#: ``letters.addressee`` follows.
WITHOUT_ADDRESS = _l(
    "Left empty, you get the mails about this person, as long as the session has not begun."
)


class StaffPersonForm(Form):
    """One row: who is to be trained, also without an address of their own."""

    name = PersonForm.name
    email = EmailAddressField(_l("E-mail (if they have one)"), description=WITHOUT_ADDRESS)


class AddPeopleForm(Asking, AppForm):
    """People whom staff register."""

    #: One more than there may be, so that too many are refused and not cut off.
    people = RowsField(FormField(StaffPersonForm), min_entries=1, max_entries=MOST_PEOPLE + 1)
    organization_id = SelectField(
        _l("Organization"),
        default="",
        description=_l("You vouch for it: they count as people of this organization."),
    )
    take_what_fits = BooleanField(
        _l("If not all fit, take what fits"),
        description=_l("In the order of this form; the rest waits. Else nobody is registered."),
    )
    waive = BooleanField(
        _l("Add them all the same"),
        description=_l("Also those of whom we do not know that they attended what comes before."),
    )
    despite = BooleanField(_l("Add them though they have another session then"))
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def offer(self, organizations: Iterable[ActiveOrganization]) -> None:
        """Fill in what can be chosen."""
        self.organization_id.choices = [
            SelectChoice("", _("None")),
            *(SelectChoice(str(one.id), one.name) for one in organizations),
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the rows, then that nobody stands in two of them."""
        is_valid = bool(super().validate(extra_validators))
        if len(self.people) > MOST_PEOPLE:
            self.form_errors.append(
                _("At most %(most)s people can be registered at once.", most=MOST_PEOPLE)
            )
            return False
        if not is_valid:
            return False
        for position in positions_of_doubles([row.form.email.data for row in self.people]):
            email = self.people[position].form.email
            email.errors = [*email.errors, _("This address stands in a row above, too.")]
        return not any(row.form.email.errors for row in self.people)

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    def mark(self, error: AlreadyRegisteredError) -> None:
        """Show beside their rows who is registered already."""
        for position in error.positions:
            email = self.people[position].form.email
            email.errors = [*email.errors, sentence(error)]

    def mark_busy(self, titles_of: Mapping[int, Sequence[str]]) -> None:
        """Show beside their rows who has a seat elsewhere then: position, from 0 → titles."""
        for position, titles in titles_of.items():
            name = self.people[position].form.name
            name.errors = [*name.errors, busy_words(titles)]

    def mark_lacking(self, missing: Mapping[int, Sequence[str]]) -> None:
        """Show beside their rows who lacks which courses: position, from 0 → titles."""
        for position, titles in missing.items():
            name = self.people[position].form.name
            name.errors = [*name.errors, lacks_words(titles)]

    def to_group(self, actor_id: int, required: frozenset[int]) -> Group:
        """Return what was typed, after it was checked.

        :param required: courses that the session builds on.
        """
        organization_id = int(self.organization_id.data) if self.organization_id.data else None
        return Group(
            participants=tuple(
                Participant(
                    name=row.form.name.data,
                    email=row.form.email.data or None,
                    organization_id=organization_id,
                    claim=Claim.STAFF if organization_id else Claim.STATED,
                    answers=answers_in(row.form, self.questions),
                )
                for row in self.people
            ),
            asked=self.sent,
            fit=Fit.WHAT_FITS if self.take_what_fits.data else Fit.ALL,
            actor_id=actor_id,
            by_staff=True,
            required=required,
            waives_required=bool(self.waive.data),
        )

    @property
    def all_have_addresses(self) -> bool:
        return all(row.form.email.data for row in self.people)

    @property
    def content(self) -> dict[str, Any]:
        """What was typed, for telling a second send from another one."""
        return {
            "people": [
                [row.form.name.data, email_key(row.form.email.data or "")] for row in self.people
            ],
            "organization": self.organization_id.data,
            "fits": self.take_what_fits.data,
            "waives": self.waive.data,
            "answers": [answers_in(row.form, self.questions) for row in self.people],
        }


class OverbookForm(AppForm):
    """Why somebody is to have a seat that is not there."""

    reason = LineField(
        _l("Why is one more than there are seats all right?"),
        [
            Required(_l("Say why: it stands in the history of this session.")),
            Length(max=MAX_REASON),
        ],
    )


_SHOWN = re.compile("([0-9]{0,9})/([0-9]{0,9})", re.ASCII)


class SeatsForm(SeatFields, AppForm):
    """How many may come and wait."""

    keep = BooleanField()
    #: The seats that the form showed, so that nobody undoes unseen what a colleague just did.
    shown = HiddenField()
    #: Set once it is asked whether people are to be kept who have no seat any more.
    is_keep_asked = False

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        return self.check_seats() and is_valid

    def show(self, seats: SeatCounts) -> None:
        """Note which seats the page shows."""
        numbers = (seats.capacity, seats.waitlist_capacity)
        self.shown.data = "/".join("" if number is None else str(number) for number in numbers)

    def to_shown(self) -> SeatPlan:
        """Return the seats that the page showed; what no page wrote equals none that exist."""
        found = _SHOWN.fullmatch(self.shown.data or "")
        if found is None:
            return SeatPlan(capacity=-1, waitlist_capacity=-1)
        capacity, waitlist_capacity = (int(number) if number else None for number in found.groups())
        return SeatPlan(capacity=capacity, waitlist_capacity=waitlist_capacity)

    def ask_to_keep(self, held: int) -> None:
        """Ask whether all who hold a seat are to keep it."""
        self.is_keep_asked = True
        self.keep.label.text = _("Keep all %(held)s people and overbook", held=held)
