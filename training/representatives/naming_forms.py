"""Forms of reserved seats: how many, and later who comes in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, FormField, HiddenField, SelectChoice, SelectField
from wtforms.validators import Length

from training.registrations.question_fields import (
    Asking,
    Questions,
    answers_in,
    asking,
    has_answers,
    leave_open,
)
from training.representatives.errors import RowError
from training.representatives.naming import NamedSeat
from training.representatives.queries.naming import ReservedSeat
from training.representatives.queries.people import OwnMember
from training.representatives.values import Newcomer
from training.submissions.service import Send, is_key, new_key
from training.text import MAX_NAME, for_display
from training.web.converters import MAX_ID
from training.web.fields import (
    AppForm,
    EmailAddressField,
    LineField,
    Required,
    WholeNumberField,
    sentence,
)
from training.web.rows import RowsField

#: Seats that are reserved at once.
MOST_RESERVED = 50
#: Digits of a registration's id.
_MOST_DIGITS = len(str(MAX_ID))


class ReserveForm(AppForm):
    """How many seats are reserved for people who are named later."""

    number = WholeNumberField(
        _l("Seats to be named later"),
        [Required(_l("How many seats?"))],
        least=1,
        most=MOST_RESERVED,
    )
    #: Random: a form that is sent twice reserves once.
    key = HiddenField(default=new_key)

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    def to_send(self, purpose: str, actor_id: int) -> Send:
        """Return what was sent, to know it again."""
        if not is_key(self.key.data or ""):
            self.renew_key()
        return Send(
            key=self.key.data,
            purpose=purpose,
            actor_id=actor_id,
            content={"number": self.number.value},
        )


class NamedSeatForm(Form):  # type: ignore[misc]  # WTForms publishes no types
    """One seat: who comes, or nobody yet where it is empty."""

    registration = HiddenField()
    member = SelectField(_l("Somebody of your people"), choices=[], default="")
    name = LineField(_l("Full name"), validators=[Length(max=MAX_NAME)])
    email = EmailAddressField(_l("E-mail, if they have one"))

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        if self.is_empty:
            leave_open(self)  # nobody is asked anything
            return not self.errors
        if has_answers(self) and not (self.member.data or self.name.data):
            self.name.errors = [*self.name.errors, _("Whose answers are these? Type a name.")]
            return False
        if self.member.data and (self.name.data or self.email.data):
            self.member.errors = [
                _("Somebody is chosen here and somebody typed below: leave one of the two out.")
            ]
            return False
        if self.email.data and not self.name.data:
            self.name.errors = [*self.name.errors, _("Type the name of this person.")]
            return False
        return is_valid

    @property
    def is_empty(self) -> bool:
        return not (self.member.data or self.name.data or self.email.data or has_answers(self))


class NameSeatsForm(Asking, AppForm):
    """Who comes in reserved seats."""

    seats = RowsField(FormField(NamedSeatForm), max_entries=MOST_RESERVED * 4)
    consent = BooleanField(
        _l(
            "These people know that I register them, and agree that their names and e-mail "
            "addresses are used for this training: to confirm the registration, to write about "
            "changes and to note who came."
        ),
        validators=[Required(_l("Without this agreement nobody can be registered."))],
    )

    def offer(self, members: Iterable[OwnMember]) -> None:
        """Offer these people for each seat."""
        choices = [
            SelectChoice("", _("Nobody yet, or somebody new")),
            *(SelectChoice(str(one.person_id), for_display(one.label)) for one in members),
        ]
        for row in self.seats:
            row.form.member.choices = choices

    def show(self, reserved: Iterable[ReservedSeat]) -> None:
        """Begin with a row for each seat that nobody is named for."""
        for one in reserved:
            self.seats.append_entry({"registration": str(one.id)})

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that anybody is named at all."""
        is_valid: bool = super().validate(extra_validators)
        if is_valid and not self.named:
            self.form_errors.append(_("Name somebody for a seat: choose them, or type a name."))
            return False
        return is_valid

    @property
    def named(self) -> list[NamedSeat]:
        """Who comes in which seat, after it was checked; rows of nobody's seat are left out."""
        return [
            NamedSeat(
                registration_id=int(row.form.registration.data),
                member_id=int(row.form.member.data) if row.form.member.data else None,
                newcomer=None
                if row.form.member.data
                else Newcomer(
                    name=row.form["name"].data, email=row.form["email"].data or None, row=number
                ),
                answers=answers_in(row.form, self.questions),
                row=number,
            )
            for number, row in enumerate(self.seats)
            if not row.form.is_empty and _is_id(row.form.registration.data)
        ]

    def mark_row(self, error: RowError) -> None:
        """Show beside its row what is wrong with it."""
        control = self.seats[error.row].form[error.field]
        control.errors = [*control.errors, sentence(error)]

    def mark_lacking(self, rows: Iterable[int], words: str) -> None:
        """Show beside its row who lacks what the session builds on."""
        for number in rows:
            form = self.seats[number].form
            control = form["member"] if form["member"].data else form["name"]
            control.errors = [*control.errors, words]


def name_seats_form(questions: Questions) -> type[NameSeatsForm]:
    """Return the form, which asks the questions about each person."""
    kind: type[NameSeatsForm] = asking(NameSeatsForm, questions, rows_name="seats")
    return kind


def _is_id(text: str | None) -> bool:
    return bool(
        text
        and text.isascii()
        and text.isdecimal()
        and len(text) <= _MOST_DIGITS
        and 0 < int(text) <= MAX_ID
    )
