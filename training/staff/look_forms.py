"""Forms of the page of all components; nobody sends them."""

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
)

from training.registrations.forms import PersonForm
from training.registrations.question_fields import answering
from training.sessions.question_values import AskedQuestion, QuestionPlan
from training.sessions.values import QuestionKind
from training.web.fields import (
    AppForm,
    EmailAddressField,
    LineField,
    LongTextField,
    WholeNumberField,
)


class LookForm(AppForm):
    """One field of each kind, for the page of all components."""

    name = LineField(_l("Name"), description=_l("As it stands on the certificate."))
    email = EmailAddressField(_l("E-mail"))
    seats = WholeNumberField(_l("Seats"))
    day = DateField(_l("Day"))
    organization = SelectField(
        _l("Organization"), choices=[SelectChoice(value="", label=_l("None of these"))]
    )
    text = LongTextField(_l("Description"))
    delivery = RadioField(_l("How people take part"))
    consent = BooleanField(_l("Everybody named here knows that they are registered."))


class LookPeopleForm(Form):
    """Rows of people, for the same page."""

    people = FieldList(FormField(PersonForm), min_entries=2)


#: One question of each kind, as a session asks them.
LookAnswersForm = answering(
    Form,
    tuple(
        AskedQuestion(
            question_id=number,
            version_id=number,
            plan=QuestionPlan(
                kind=kind,
                label=label,
                help="Such as no nuts." if kind is QuestionKind.TEXT else "",
                choices=("Small", "Large") if kind is QuestionKind.CHOICE else (),
                is_required=kind is QuestionKind.TEXT,
            ),
        )
        for number, (kind, label) in enumerate(
            {
                QuestionKind.TEXT: "What should we cook?",
                QuestionKind.CHOICE: "Which shirt?",
                QuestionKind.NUMBER: "Years of practice",
                QuestionKind.DATE: "Last training",
                QuestionKind.CONSENT: "You may take photos of me.",
            }.items(),
            start=1,
        )
    ),
)
