"""The form of somebody's answers, as they stand or as they were sent."""

from dataclasses import dataclass

from training.registrations.answers_queries import answers_of
from training.registrations.asking import digest_of
from training.registrations.question_fields import AnswersForm, Questions, answering, data_of
from training.sessions.question_queries import questions_of


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAnswers:
    """What a session asks, and what one registration answered."""

    questions: Questions
    #: Question → answer.
    answers: dict[int, str]

    @property
    def digest(self) -> str:
        return digest_of(self.questions, self.answers)


def read_answers(registration_id: int, training_session_id: int) -> StoredAnswers:
    """Return what a session asks, and what one registration answered."""
    return StoredAnswers(
        questions=questions_of(training_session_id),
        answers=answers_of([registration_id]).get(registration_id, {}),
    )


def answers_form(
    registration_id: int,
    training_session_id: int,
    *,
    is_sent: bool,
    is_lenient: bool = False,
) -> AnswersForm:
    """Return the form of somebody's answers.

    :param is_sent: with what was just sent; else with what is stored.
    :param is_lenient: required questions may be left open.
    """
    stored = read_answers(registration_id, training_session_id)
    kind = answering(AnswersForm, stored.questions, is_lenient=is_lenient)
    data = {**data_of(stored.questions, stored.answers), "shown": stored.digest}
    form: AnswersForm = kind() if is_sent else kind(None, data=data)
    return form
