"""What people are asked when they register, as plain values."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from training.sessions.values import QuestionKind

#: Questions that one session, or one course, asks.
MOST_QUESTIONS = 20
#: Of a choice.
FEWEST_CHOICES, MOST_CHOICES = 2, 30
#: In characters.
MAX_LABEL = 500
MAX_CHOICE = 200
MAX_ANSWER = 500
#: What is stored of a consent that was given; one that was not given is no answer.
GIVEN = "yes"


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionPlan:
    """The words of a question, and how it is answered."""

    kind: QuestionKind
    label: str
    help: str = ""
    #: What can be chosen, of a choice.
    choices: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedQuestion:
    """A question as it is asked now."""

    question_id: int
    version_id: int
    plan: QuestionPlan


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionOwner:
    """Whose question it is: of one session, or of every session of a course."""

    training_session_id: int | None = None
    course_id: int | None = None

    def __post_init__(self) -> None:
        if (self.training_session_id is None) == (self.course_id is None):
            raise ValueError("a question is of one session or of one course")


def fingerprint(questions: Sequence[AskedQuestion]) -> str:
    """Return what a form sends back to say which questions it asked; "" for none."""
    if not questions:
        return ""
    return hashlib.sha256(repr(tuple(questions)).encode()).hexdigest()[:32]
