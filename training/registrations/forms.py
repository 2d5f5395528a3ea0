"""The public forms: registering people, and correcting the name of a registration."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
)
from wtforms.validators import Length

from training.organizations.queries import ActiveOrganization
from training.registrations.question_fields import Asking, answers_in
from training.registrations.seats import Group
from training.registrations.service import positions_of_doubles
from training.registrations.values import CONSENT_VERSION, Claim, Fit, Participant
from training.submissions.service import Send, new_key
from training.text import MAX_NAME
from training.web.fields import AppForm, EmailAddressField, LineField, Required
from training.web.rows import RowsField

#: People in one form.
MAX_PEOPLE = 30
MAX_SLUG = 64
#: What ``new_key`` makes.
_KEY = re.compile("[A-Za-z0-9_-]{43}", re.ASCII)


class PersonForm(Form):
    """One row: who is to be trained."""

    name = LineField(
        _l("Full name"),
        validators=[Required(_l("Type the name of this person.")), Length(max=MAX_NAME)],
    )
    email = EmailAddressField(
        _l("E-mail"), validators=[Required(_l("Type the e-mail address of this person."))]
    )


def blank_person() -> PersonForm:
    """Return the row that a script adds: its names hold a mark instead of a number."""
    return PersonForm(formdata=None, prefix="people-__index__-")


def fit_choices() -> RadioField:
    """Return the field that asks what is to happen to a group where groups may wait as a whole."""
    return RadioField(
        _l("If not all fit"),
        choices=[
            SelectChoice(Fit.ALL.value, _l("Register nobody")),
            SelectChoice(
                Fit.WHAT_FITS.value,
                _l("Take what fits; the others wait in line, in the order of this form"),
            ),
            SelectChoice(
                Fit.WHOLE.value, _l("All wait together, until there are seats for everybody")
            ),
        ],
        default=Fit.ALL.value,
    )


def chosen_fit(choice: RadioField, box: BooleanField) -> Fit:
    """Return what is to happen to a group, by whichever of the two fields its form showed."""
    if choice.raw_data:
        return Fit(choice.data)
    return Fit.WHAT_FITS if box.data else Fit.ALL


def shown_fit(choice: RadioField, box: BooleanField) -> RadioField | BooleanField:
    """Return whichever of the two fields a form showed that was sent."""
    return choice if choice.raw_data else box


class KeyForm(AppForm):
    """What a form needs beside its fields: a token, and a key that makes a second send harmless."""

    #: Random: a form that is sent twice registers once.
    key = HiddenField(default=new_key)


class RegistrationForm(Asking, KeyForm):
    """One or several people who want to come, as anybody may fill it in."""

    #: One more than may come, so that too many are refused and not cut off.
    people = RowsField(FormField(PersonForm), min_entries=1, max_entries=MAX_PEOPLE + 1)
    organization = SelectField(
        _l("Organization"),
        choices=[],  # read only to be shown; what was chosen is looked up by the view
        validate_choice=False,
        default="",
    )
    fit = BooleanField(
        _l("If not all fit, take what fits"),
        description=_l("The others wait in line, in the order of this form."),
    )
    #: Instead, where groups may wait as a whole.
    group_fit = fit_choices()
    #: By which they come for an organization; none is chosen then.
    code = HiddenField(default="")
    consent = BooleanField(
        _l(
            "I agree that these names and e-mail addresses are used for this training: to confirm "
            "the registration, to write about changes and to note who came. Everybody I register "
            "agrees too."
        ),
        validators=[Required(_l("Without this agreement nobody can be registered."))],
    )

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then the rows together."""
        is_valid: bool = super().validate(extra_validators)
        # Left out, it would be made anew, and a second send would be an act of its own.
        if not self.key.raw_data or not _KEY.fullmatch(self.key.data):
            self.renew_key()
            self.form_errors.append(_("This form was damaged on its way. Please send it again."))
            return False
        if len(self.people) > MAX_PEOPLE:
            self.form_errors.append(
                _("At most %(most)s people can be registered at once.", most=MAX_PEOPLE)
            )
            return False
        if not is_valid:
            return False
        doubles = positions_of_doubles([row.form["email"].data for row in self.people])
        for position in doubles:
            self.people[position].form["email"].errors = [
                _("This address stands in a row above already.")
            ]
        return not doubles

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    def offer_organizations(self, organizations: Iterable[ActiveOrganization]) -> None:
        """Offer these organizations, by their slugs: who fills in the form learns no keys."""
        none = SelectChoice("", _("None of these, or I come for myself"))
        self.organization.choices = [
            none,
            *(SelectChoice(one.slug, one.name) for one in organizations),
        ]

    @property
    def organization_slug(self) -> str | None:
        """What was chosen, if it could be the slug of an organization."""
        slug: str = self.organization.data
        return slug if 0 < len(slug) <= MAX_SLUG and slug.isprintable() else None

    @property
    def fit_choice(self) -> Fit:
        return chosen_fit(self.group_fit, self.fit)

    def to_group(self, organization_id: int | None, *, code_hash: bytes | None = None) -> Group:
        """Return who is to be registered; that they belong to the organization, they only say.

        :param code_hash: of the code of that organization, which vouches for them.
        """
        return Group(
            participants=tuple(
                Participant(
                    name=row.form["name"].data,
                    email=row.form["email"].data,
                    organization_id=organization_id,
                    claim=Claim.STATED if code_hash is None else Claim.CODE,
                    answers=answers_in(row.form, self.questions),
                )
                for row in self.people
            ),
            asked=self.sent,
            fit=self.fit_choice,
            consent=CONSENT_VERSION,
            code_hash=code_hash,
        )

    def to_send(self, purpose: str) -> Send:
        """Return what was sent, to know it again."""
        return Send(
            key=self.key.data,
            purpose=purpose,
            actor_id=None,
            content={
                "people": [[row.form["name"].data, row.form["email"].data] for row in self.people],
                "organization": self.organization.data,
                "code": self.code.data,
                "fit": self.fit_choice,
                "answers": [answers_in(row.form, self.questions) for row in self.people],
            },
        )


class NameForm(AppForm):
    """The name of one registration, as its participant spells it."""

    name = LineField(
        _l("Full name"),
        validators=[Required(_l("Type the name of this person.")), Length(max=MAX_NAME)],
    )


class SubscribeForm(AppForm):
    """What an address of one's own calendar is called."""

    name = LineField(
        _l("Where will you use it?"),
        validators=[Required(_l("Type a name, such as “My phone”.")), Length(max=100)],
        description=_l("Such as “My phone”: to know later which address is which."),
    )
    #: Makes a second send of the same form harmless.
    key = HiddenField(default=new_key)

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    @property
    def content(self) -> dict[str, Any]:
        """What was typed."""
        return {"name": self.name.data}
