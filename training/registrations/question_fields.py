"""The fields in which people answer a session's questions: one way for every form that asks.

A form that asks is made from one that does not: its class with a field for each question, named by
the question, so that what was typed survives a change of the question's words.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, FormField, HiddenField, SelectChoice, SelectField
from wtforms.validators import Length, StopValidation
from wtforms.widgets import DateInput

from training.sessions.question_queries import questions_of
from training.sessions.question_values import (
    GIVEN,
    MAX_ANSWER,
    AskedQuestion,
    fingerprint,
)
from training.sessions.values import QuestionKind
from training.text import for_display
from training.web.fields import AppForm, LineField, Required
from training.web.rows import RowsField

#: What a form sends back to say which questions it asked.
SENT = "questions"
#: Whole, or with up to six decimals; grouping is different in each country, so there is none.
_NUMBER = re.compile(r"([+-]?)([0-9]{1,15})(?:[.,]([0-9]{1,6}))?", re.ASCII)
_MOST_DIGITS = 15
_DAY = re.compile("(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)

Questions = tuple[AskedQuestion, ...]


def parse_number(text: str) -> str | None:
    """Return a number as it is stored, or None: it is none, or has too many digits.

    >>> parse_number("+007,50")
    '7.5'
    """
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, decimals = found[1], found[2], found[3] or ""
    if len(whole.lstrip("0")) + len(decimals) > _MOST_DIGITS:
        return None
    number = Decimal(f"{whole}.{decimals or 0}")
    shown = f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"
    return f"-{shown}" if sign == "-" and number else shown


def parse_day(text: str) -> str | None:
    """Return a day as it is stored, as in 1987-05-12, or None: there is no such day."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:  # such as the 31st of June
        return None


class Asked:
    """Marks a field as a question's: a form shows those after its own, and knows their answers."""

    field_flags = {"question": True}  # noqa: RUF012 -- WTForms reads it from the class

    def __call__(self, form: Any, field: Any) -> None:
        """Find nothing wrong."""


class _TextAnswer(LineField):
    """One line, as it was typed."""

    @property
    def answer(self) -> str:
        """What is stored; "": nothing was answered."""
        return self.data or ""


class _NumberAnswer(_TextAnswer):
    """A number; stored without grouping, with a point before decimals."""

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and parse_number(self.data) is None:
            raise StopValidation(
                _(
                    "“%(question)s”: type a number in digits, such as 12 or 2.5, of at most "
                    "%(most)s digits.",
                    question=self.label.text,
                    most=_MOST_DIGITS,
                )
            )

    @property
    def answer(self) -> str:
        return parse_number(self.data or "") or ""


class _DayAnswer(_TextAnswer):
    """A day."""

    widget = DateInput()

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if self.data and parse_day(self.data) is None:
            raise StopValidation(
                _(
                    "“%(question)s”: type a day as year, month and day, such as 2027-05-12.",
                    question=self.label.text,
                )
            )

    @property
    def answer(self) -> str:
        return parse_day(self.data or "") or ""


class _ChoiceAnswer(SelectField):  # type: ignore[misc]  # WTForms publishes no types
    """One of what can be chosen."""

    @property
    def answer(self) -> str:
        return self.data or ""


class _ConsentAnswer(BooleanField):  # type: ignore[misc]  # WTForms publishes no types
    """A box to tick."""

    @property
    def answer(self) -> str:
        return GIVEN if self.data else ""


class Asking:
    """What a form knows that asks questions; one that asks none has nothing more than this."""

    questions: Questions = ()
    #: Says which they are, in which words.
    asked = ""

    @property
    def sent(self) -> str:
        """What the form that was sent says that it asked."""
        return request.form.get(SENT, "")

    @property
    def is_stale(self) -> bool:
        """Whether the form that was sent asked other questions, or in other words."""
        return self.sent != self.asked


def name_of(question: AskedQuestion) -> str:
    """Return what the field of a question is called."""
    return f"q{question.question_id}"


def _field_of(question: AskedQuestion, *, is_lenient: bool) -> Any:
    plan = question.plan
    label = for_display(plan.label)
    validators: list[Any] = [Asked()]
    if plan.is_required and not is_lenient:
        message = (
            _l("“%(question)s” has to be ticked.", question=label)
            if plan.kind is QuestionKind.CONSENT
            else _l("“%(question)s” needs an answer.", question=label)
        )
        validators.append(Required(message))
    given: dict[str, Any] = {"description": for_display(plan.help)}
    if plan.kind is QuestionKind.CONSENT:
        return _ConsentAnswer(label, validators, **given)
    if plan.kind is QuestionKind.CHOICE:
        return _ChoiceAnswer(
            label,
            validators,
            choices=[
                SelectChoice("", _l("Choose…")),
                *(SelectChoice(one, for_display(one)) for one in plan.choices),
            ],
            default="",
            invalid_choice_message=_l("“%(question)s”: choose one of the answers.", question=label),
            **given,
        )
    validators.append(Length(max=MAX_ANSWER))
    if plan.kind is QuestionKind.NUMBER:
        return _NumberAnswer(label, validators, render_kw={"inputmode": "decimal"}, **given)
    kind = _DayAnswer if plan.kind is QuestionKind.DATE else _TextAnswer
    return kind(label, validators, **given)


def _metaclass_of(base: type[Any]) -> Any:
    return type(base)


@lru_cache(maxsize=256)
def answering(base: type[Form], questions: Questions, *, is_lenient: bool = False) -> type[Form]:
    """Return a form, or a row, with a field for each question after its own.

    :param is_lenient: required questions may be left open, as staff may who do not know.
    """
    fields = {name_of(one): _field_of(one, is_lenient=is_lenient) for one in questions}
    values = {"questions": questions, "asked": fingerprint(questions), **fields}
    kind: type[Form] = _metaclass_of(base)(base.__name__, (base,), values)
    return kind


@lru_cache(maxsize=256)
def asking(
    base: type[Any], questions: Questions, *, is_lenient: bool = False, rows_name: str = "people"
) -> type[Any]:
    """Return a form with rows of people, of whom each answers the questions.

    :param base: an ``Asking`` form.
    :param rows_name: of its field with the rows.
    """
    if not questions:
        return base
    rows: Any = getattr(base, rows_name)
    row = answering(rows.args[0].args[0], questions, is_lenient=is_lenient)
    people = RowsField(FormField(row), **rows.kwargs)
    people.creation_counter = rows.creation_counter  # what is wrong is listed in this order
    values = {"questions": questions, "asked": fingerprint(questions), rows_name: people}
    kind: type[Any] = _metaclass_of(base)(base.__name__, (base,), values)
    return kind


def blank_row(form: Any) -> Form:
    """Return the row of people that a script adds: its names hold a mark instead of a number."""
    row: Form = form.people.unbound_field.args[0](formdata=None, prefix="people-__index__-")
    return row


def sent_questions(training_session_id: int) -> Questions:
    """Return what a session asks, if the form that was sent asked anything: else nothing is read.

    Whether these are what the form asked, is for ``Asking.is_stale`` to say, and is looked at
    under the session's lock.
    """
    return questions_of(training_session_id) if request.form.get(SENT) else ()


def answers_in(form: Any, questions: Questions) -> dict[str, str]:
    """Return what was answered, after it was checked: version of a question → answer."""
    given = {str(one.version_id): form[name_of(one)].answer for one in questions}
    return {version: answer for version, answer in given.items() if answer}


def has_answers(form: Any) -> bool:
    """Tell whether anything was answered."""
    return any(control.flags.question and control.answer for control in form)


def leave_open(form: Any) -> None:
    """Take back what is wrong with answers that nobody was asked for."""
    for control in form:
        if control.flags.question:
            control.errors = ()


def data_of(questions: Sequence[AskedQuestion], answers: Mapping[int, str]) -> dict[str, str]:
    """Return what a form starts from to show answers: question → answer, as they are stored."""
    return {
        name_of(one): answers[one.question_id] for one in questions if one.question_id in answers
    }


class AnswersForm(Asking, AppForm):
    """The answers of one registration, to be corrected."""

    #: The answers that the form showed, so that nobody undoes unseen what somebody else just did.
    shown = HiddenField(default="")
