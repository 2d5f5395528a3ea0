"""What the tests of questions share: a session that asks one of each kind, and what is stored."""

import sqlalchemy as sa

from tests.factories import Make
from training.db import db
from training.registrations.models import Registration
from training.sessions.models import QuestionVersion, TrainingSession
from training.sessions.values import QuestionKind

#: Kind → label, in the order in which they are asked.
LABELS = {
    QuestionKind.TEXT: "What do you eat?",
    QuestionKind.CHOICE: "Which shirt?",
    QuestionKind.NUMBER: "Years of practice",
    QuestionKind.DATE: "Last training",
    QuestionKind.CONSENT: "I may be photographed",
}


def ask_each_kind(
    make: Make, training_session: TrainingSession, *, is_required: bool = True
) -> dict[QuestionKind, int]:
    """Let a session ask one question of each kind; returns their ids."""
    return {
        kind: make.question(
            label,
            kind,
            training_session_id=training_session.id,
            choices=("Small", "Large") if kind is QuestionKind.CHOICE else (),
            is_required=is_required,
        )
        for kind, label in LABELS.items()
    }


def good_answers(question_ids: dict[QuestionKind, int], prefix: str = "") -> dict[str, str]:
    """Return fields that answer each kind, as a browser sends them."""
    typed = {
        QuestionKind.TEXT: "No nuts",
        QuestionKind.CHOICE: "Large",
        QuestionKind.NUMBER: "2,50",
        QuestionKind.DATE: "1999-12-31",
        QuestionKind.CONSENT: "y",
    }
    return {f"{prefix}q{id_}": typed[kind] for kind, id_ in question_ids.items()}


#: What is stored of these.
STORED = {
    QuestionKind.TEXT: "No nuts",
    QuestionKind.CHOICE: "Large",
    QuestionKind.NUMBER: "2.5",
    QuestionKind.DATE: "1999-12-31",
    QuestionKind.CONSENT: "yes",
}


def versions_of(question_id: int) -> list[QuestionVersion]:
    """Return the versions of a question, the first one first."""
    return list(
        db.session.scalars(
            sa.select(QuestionVersion)
            .where(QuestionVersion.question_id == question_id)
            .order_by(QuestionVersion.number)
        )
    )


def stored_answers(training_session: TrainingSession) -> list[dict[str, str]]:
    """Return the stored answers of a session's people, in the order of their tickets."""
    return list(
        db.session.scalars(
            sa.select(Registration.answers)
            .where(Registration.training_session_id == training_session.id)
            .order_by(Registration.ticket)
        )
    )


def as_stored(question_ids: dict[QuestionKind, int]) -> dict[str, str]:
    """Return what is stored of ``good_answers``."""
    return {str(versions_of(id_)[-1].id): STORED[kind] for kind, id_ in question_ids.items()}
