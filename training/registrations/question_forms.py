"""The form in which staff put a question."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField
from wtforms.validators import Length

from training.registrations.words import question_kind_labels
from training.sessions.question_values import (
    FEWEST_CHOICES,
    MAX_CHOICE,
    MAX_LABEL,
    MOST_CHOICES,
    QuestionPlan,
)
from training.sessions.values import QuestionKind
from training.text import search_key
from training.web.fields import AppForm, LineField, LongTextField, Required


class QuestionForm(AppForm):
    """The words of a question, and how it is answered."""

    label = LineField(
        _l("Question"),
        [Required(_l("Type the question.")), Length(max=MAX_LABEL)],
        description=_l("Of a consent: the sentence that people agree to."),
    )
    kind = SelectField(
        _l("How it is answered"),
        choices=[],
        default=QuestionKind.TEXT.value,
        invalid_choice_message=_l("Choose how it is answered."),
    )
    choices = LongTextField(
        _l("What can be chosen"),
        description=_l("For a choice: one answer on each line."),
    )
    help = LineField(_l("Hint below the question"), [Length(max=MAX_LABEL)])
    is_required = BooleanField(
        _l("An answer is needed"),
        description=_l("Nobody registers without one. Staff may leave it open."),
    )
    #: The question that the form showed, so that nobody overwrites what they have not seen.
    shown = HiddenField(default="")

    def offer(self) -> None:
        """Fill in what can be chosen."""
        self.kind.choices = [
            SelectChoice(kind.value, label) for kind, label in question_kind_labels().items()
        ]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Check the fields, then that there is something to choose where something is chosen."""
        is_valid = bool(super().validate(extra_validators))
        problem = self._problem_of_choices()
        if problem and not self.choices.errors:
            self.choices.errors = [problem]
        return is_valid and not problem

    def _problem_of_choices(self) -> str:
        if self.kind.data != QuestionKind.CHOICE.value:
            return ""
        lines = self._lines
        if not FEWEST_CHOICES <= len(lines) <= MOST_CHOICES:
            return str(
                _(
                    "Type %(fewest)s to %(most)s answers, each on a line of its own.",
                    fewest=FEWEST_CHOICES,
                    most=MOST_CHOICES,
                )
            )
        if any(len(line) > MAX_CHOICE for line in lines):
            return str(_("An answer has at most %(most)s characters.", most=MAX_CHOICE))
        if len({search_key(line) for line in lines}) < len(lines):
            return str(_("Two of these answers are the same."))
        return ""

    @property
    def _lines(self) -> list[str]:
        typed = (self.choices.data or "").replace("\t", " ").split("\n")
        return [line.strip() for line in typed if line.strip()]

    def to_plan(self) -> QuestionPlan:
        """Return what was typed, after it was checked."""
        kind = QuestionKind(self.kind.data)
        return QuestionPlan(
            kind=kind,
            label=self.label.data,
            help=self.help.data,
            choices=tuple(self._lines) if kind is QuestionKind.CHOICE else (),
            is_required=bool(self.is_required.data),
        )


def question_data(plan: QuestionPlan) -> dict[str, Any]:
    """Return what a form starts from to show a question."""
    return {
        "kind": plan.kind.value,
        "label": plan.label,
        "help": plan.help,
        "choices": "\n".join(plan.choices),
        "is_required": plan.is_required,
    }
