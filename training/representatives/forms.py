"""Forms of who acts for an organization: its people, and who of them goes where."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    FormField,
    HiddenField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from training.people.values import email_key
from training.registrations.forms import chosen_fit, fit_choices
from training.registrations.question_fields import (
    Asking,
    Questions,
    answering,
    answers_in,
    asking,
    has_answers,
    leave_open,
)
from training.registrations.values import Fit
from training.registrations.words import lacks_words
from training.representatives.errors import RowError
from training.representatives.queries.people import OwnMember
from training.representatives.values import Chosen, Newcomer
from training.submissions.service import Send, new_key
from training.text import MAX_NAME, for_display
from training.web.converters import MAX_ID
from training.web.fields import AppForm, EmailAddressField, LineField, Required, sentence
from training.web.rows import RowsField

#: People in one form, chosen and typed together.
MOST_PEOPLE = 100
#: Rows for people who are typed.
MOST_ROWS = 30
#: What ``new_key`` makes.
_KEY = re.compile("[A-Za-z0-9_-]{43}", re.ASCII)
#: What a form sends back to say about which members it asked.
ABOUT = "about"
_ID = re.compile("[1-9][0-9]{0,9}", re.ASCII)


def ids_of(typed: Iterable[str]) -> list[int] | None:
    """Return the keys that a form sent, each once, or None: something in it is none."""
    ids = []
    for text in typed:
        if not _ID.fullmatch(text) or int(text) > MAX_ID:
            return None
        ids.append(int(text))
    return list(dict.fromkeys(ids))


class PersonForm(AppForm):
    """Somebody who becomes one of the organization's people."""

    name = LineField(
        _l("Full name"),
        validators=[Required(_l("Type the name of this person.")), Length(max=MAX_NAME)],
    )
    email = EmailAddressField(
        _l("E-mail"),
        description=_l("Without one, the mails about their registrations come to you."),
    )

    def to_newcomer(self) -> Newcomer:
        """Return who was typed."""
        return Newcomer(name=self.name.data, email=self.email.data or None)


class NameForm(AppForm):
    """What the organization calls somebody."""

    name = LineField(
        _l("Full name"),
        description=_l(
            "For you and your colleagues here. What stands in registrations made before stays."
        ),
        validators=[Required(_l("Type the name of this person.")), Length(max=MAX_NAME)],
    )
    #: The name that the form showed, so that nobody undoes unseen what a colleague just did.
    shown = HiddenField()


class NewcomerForm(Form):
    """One row: somebody new, or nobody where it is empty."""

    name = LineField(_l("Full name"), validators=[Length(max=MAX_NAME)])
    email = EmailAddressField(_l("E-mail, if they have one"))

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        is_valid: bool = super().validate(extra_validators)
        if self.is_empty:
            leave_open(self)  # nobody is asked anything
            return not self.errors
        if not self.name.data and not self.name.errors:
            self.name.errors = [*self.name.errors, _("Type the name of this person.")]
            return False
        return is_valid

    @property
    def is_empty(self) -> bool:
        return not (self.name.data or self.email.data or has_answers(self))


class MemberAnswersForm(Form):
    """What is asked about a member who was chosen."""


class MemberField(FormField):
    """The answers of one member."""

    @property
    def whose(self) -> str:
        return str(self.label.text)


class RegisterForm(Asking, AppForm):
    """Members to choose, people to type, and what is to happen if not all fit."""

    members = SelectMultipleField(
        _l("Your people"),
        widget=ListWidget(),
        option_widget=CheckboxInput(),
        # WTForms' own would say numbers that nobody saw.
        invalid_choice_message=_l(
            "Somebody you chose is not in this list any more. Please look again."
        ),
    )
    #: One more than there may be, so that too many are refused and not cut off.
    people = RowsField(FormField(NewcomerForm), min_entries=1, max_entries=MOST_ROWS + 1)
    fit = BooleanField(
        _l("If not all fit, take what fits"),
        description=_l(
            "Chosen people first, then new ones; the rest waits. Else nobody is registered."
        ),
    )
    #: Instead, where groups may wait as a whole.
    group_fit = fit_choices()
    consent = BooleanField(
        _l(
            "These people know that I register them, and agree that their names and e-mail "
            "addresses are used for this training: to confirm the registration, to write about "
            "changes and to note who came."
        ),
        validators=[Required(_l("Without this agreement nobody can be registered."))],
    )
    #: Random: a form that is sent twice registers once.
    key = HiddenField(default=new_key)
    #: Members about whom something is asked: those who were chosen when it was sent.
    asked_members: tuple[int, ...] = ()

    def offer(self, members: Iterable[OwnMember]) -> None:
        """Offer these people."""
        self.members.choices = [
            SelectChoice(str(one.person_id), for_display(one.label)) for one in members
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then all people together."""
        is_valid: bool = super().validate(extra_validators)
        # Left out, it would be made anew, and a second send would be an act of its own.
        if not self.key.raw_data or not _KEY.fullmatch(self.key.data):
            self.renew_key()
            self.form_errors.append(_("This form was damaged on its way. Please send it again."))
            return False
        if self._asks_more() or not is_valid:
            return False
        number = len(self.chosen.member_ids) + len(self.chosen.newcomers)
        if not number:
            self.form_errors.append(_("Choose somebody of your people, or type a name."))
        elif number > MOST_PEOPLE or len(self.people) > MOST_ROWS:
            self.form_errors.append(
                _("At most %(most)s people can be registered at once.", most=MOST_PEOPLE)
            )
        return not self.form_errors

    def _asks_more(self) -> bool:
        """Tell whether somebody was chosen about whom nobody has seen the questions yet."""
        seen = set(request.form.getlist(ABOUT))
        unseen = [one for one in self.member_fields if one.short_name not in seen]
        for one in unseen:
            leave_open(one.form)
        if unseen:
            self.form_errors.append(
                _("Please answer the questions about the people you chose: they stand below.")
            )
        return bool(unseen)

    @property
    def member_fields(self) -> list[Any]:
        """The answers of members, in the order in which they were chosen."""
        return [self[_about(person_id)] for person_id in self.asked_members]

    def renew_key(self) -> None:
        """Make what is sent next a form of its own."""
        self.key.data = new_key()

    @property
    def chosen(self) -> Chosen:
        """Who is meant, after it was checked."""
        return Chosen(
            member_ids=tuple(int(one) for one in dict.fromkeys(self.members.data)),
            newcomers=tuple(
                Newcomer(
                    name=row.form["name"].data,
                    email=row.form["email"].data or None,
                    row=number,
                    answers=answers_in(row.form, self.questions),
                )
                for number, row in enumerate(self.people)
                if not row.form.is_empty
            ),
            answers={
                person_id: answers_in(self[_about(person_id)].form, self.questions)
                for person_id in self.asked_members
            },
            asked=self.sent,
        )

    @property
    def fit_choice(self) -> Fit:
        return chosen_fit(self.group_fit, self.fit)

    def to_send(self, purpose: str, actor_id: int) -> Send:
        """Return what was sent, to know it again."""
        chosen = self.chosen
        return Send(
            key=self.key.data,
            purpose=purpose,
            actor_id=actor_id,
            content={
                "members": sorted(chosen.member_ids),
                "people": [
                    [one.name, email_key(one.email) if one.email else ""]
                    for one in chosen.newcomers
                ],
                "fit": self.fit_choice,
                "answers": [
                    sorted(chosen.answers.items()),
                    [one.answers for one in chosen.newcomers],
                ],
            },
        )

    def mark_registered(self, positions: Iterable[int]) -> None:
        """Show beside their rows who is registered already.

        :param positions: among all that were sent, members first.
        """
        chosen = self.chosen
        label_of = {choice.value: choice.label for choice in self.members.choices}
        for position in positions:
            if position < len(chosen.member_ids):
                label = label_of[str(chosen.member_ids[position])]
                self.members.errors = [
                    *self.members.errors,
                    _("%(name)s is registered for this session already.", name=label),
                ]
            else:
                newcomer = chosen.newcomers[position - len(chosen.member_ids)]
                control = self.people[newcomer.row].form["email"]
                control.errors = [
                    *control.errors,
                    _("This person is registered for this session already."),
                ]

    def mark_lacking(self, missing: Mapping[int, Sequence[str]]) -> None:
        """Show beside their rows who lacks which courses.

        :param missing: position among all that were sent, members first → titles.
        """
        chosen = self.chosen
        label_of = {choice.value: choice.label for choice in self.members.choices}
        for position, titles in missing.items():
            if position < len(chosen.member_ids):
                label = label_of[str(chosen.member_ids[position])]
                words = f"{label}: {lacks_words(titles)}"
                self.members.errors = [*self.members.errors, words]
            else:
                newcomer = chosen.newcomers[position - len(chosen.member_ids)]
                control = self.people[newcomer.row].form["name"]
                control.errors = [*control.errors, lacks_words(titles)]

    def mark_row(self, error: RowError) -> None:
        """Show beside its row what is wrong with it."""
        control = self.people[error.row].form[error.field]
        control.errors = [*control.errors, sentence(error)]


def register_form(questions: Questions, members: Iterable[OwnMember]) -> type[RegisterForm]:
    """Return the form, which asks questions of each row, and about the members who were chosen.

    :param members: who can be chosen.
    """
    kind: type[RegisterForm] = asking(RegisterForm, questions)
    if not questions:
        return kind
    name_of = {str(one.person_id): one.label for one in members}
    chosen = [one for one in dict.fromkeys(request.form.getlist("members")) if one in name_of]
    row = answering(MemberAnswersForm, questions)
    fields = {
        _about(person_id): MemberField(row, for_display(name_of[person_id]))
        for person_id in chosen[:MOST_PEOPLE]
    }
    values = {**fields, "asked_members": tuple(int(one) for one in chosen[:MOST_PEOPLE])}
    metaclass: Any = type(kind)
    made: type[RegisterForm] = metaclass(kind.__name__, (kind,), values)
    return made


def _about(person_id: int | str) -> str:
    return f"member_{person_id}"


class SwapForm(AppForm):
    """Who goes instead: a member, or somebody who is typed."""

    member = SelectField(_l("Somebody of your people"), default="")
    name = LineField(_l("Full name"), validators=[Length(max=MAX_NAME)])
    email = EmailAddressField(_l("E-mail, if they have one"))
    consent = BooleanField(
        _l(
            "This person knows that I register them, and agrees that their name and e-mail "
            "address are used for this training: to confirm the registration, to write about "
            "changes and to note who came."
        ),
        validators=[Required(_l("Without this agreement nobody can be registered."))],
    )

    def offer(self, members: Iterable[OwnMember]) -> None:
        """Offer these people."""
        self.member.choices = [
            SelectChoice("", _("Somebody new, typed below")),
            *(SelectChoice(str(one.person_id), for_display(one.label)) for one in members),
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that exactly one person is meant."""
        is_valid: bool = super().validate(extra_validators)
        if is_valid and not self.member.data and not self.name.data:
            self.name.errors = [_("Choose somebody above, or type who goes instead.")]
            return False
        if is_valid and self.member.data and (self.name.data or self.email.data):
            self.member.errors = [
                _("Somebody is chosen here and somebody typed below: leave one of the two out.")
            ]
            return False
        return is_valid

    def to_chosen(self) -> Chosen:
        """Return who goes instead."""
        if self.member.data:
            return Chosen(member_ids=(int(self.member.data),))
        return Chosen(newcomers=(Newcomer(name=self.name.data, email=self.email.data or None),))

    def mark(self, error: RowError) -> None:
        """Show beside its field what is wrong with who was typed."""
        control = self[error.field]
        control.errors = [*control.errors, sentence(error)]
