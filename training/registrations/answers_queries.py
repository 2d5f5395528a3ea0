"""What people answered when they registered, beside the questions in the words of today."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from training.db import core, db
from training.registrations.models import Registration
from training.sessions.models import Question, QuestionVersion, TrainingSession
from training.sessions.question_queries import ORDER, StoredQuestion, newest
from training.sessions.values import QuestionKind

_question, _version = (cast("sa.Table", table.__table__).c for table in (Question, QuestionVersion))
_session = cast("sa.Table", TrainingSession.__table__).c


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerColumn:
    """A question that has answers, or could have some, of one session's people."""

    question_id: int
    kind: QuestionKind
    #: In the newest words.
    label: str
    is_archived: bool


_COLUMNS = (
    sa.select(_question.id, _version.kind, _version.label.label("words"), _question.archived_at)
    .select_from(
        cast("sa.Table", Question.__table__).join(
            cast("sa.Table", QuestionVersion.__table__), _version.question_id == _question.id
        )
    )
    .where(
        newest(),
        sa.or_(
            _question.training_session_id == sa.bindparam("training_session_id"),
            _question.course_id
            == sa.select(_session.course_id)
            .where(_session.id == sa.bindparam("training_session_id"))
            .scalar_subquery(),
        ),
    )
    .order_by(*ORDER)
)
_STORED = sa.select(Registration.id, Registration.answers).where(
    Registration.id.in_(sa.bindparam("registration_ids", expanding=True))
)
_OF_VERSIONS = (
    sa.select(_version.id, _version.question_id)
    .where(_version.id.in_(sa.bindparam("version_ids", expanding=True)))
    .order_by(_version.number, _version.id)
)


def columns(training_session_id: int) -> list[AnswerColumn]:
    """Return what a session asks or asked, in order: one statement.

    Of archived questions show only those that somebody answered.
    """
    found = core().execute(_COLUMNS, {"training_session_id": training_session_id})
    return [
        AnswerColumn(
            question_id=row.id,
            kind=row.kind,
            label=row.words,
            is_archived=row.archived_at is not None,
        )
        for row in found
    ]


def answers_of(registration_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """Return what people answered: registration → question → answer, as it is stored.

    In two statements; in one, if nobody answered anything. Who answered nothing is not among them.
    """
    if not registration_ids:
        return {}
    found = core().execute(_STORED, {"registration_ids": list(registration_ids)})
    return by_question({row.id: row.answers for row in found if row.answers})


def by_question(stored: Mapping[int, Mapping[str, str]]) -> dict[int, dict[int, str]]:
    """Return stored answers by the questions of which they answer a version.

    :param stored: registration → version of a question → answer.
    """
    question_of = questions_of_versions(
        {version for answers in stored.values() for version in answers}
    )
    return {
        registration_id: {
            question_id: answers[version]
            for version, question_id in question_of.items()
            if version in answers
        }
        for registration_id, answers in stored.items()
    }


def questions_of_versions(versions: Collection[str]) -> dict[str, int]:
    """Return version of a question → question, older versions first: the last one counts."""
    if not versions:
        return {}
    found = core().execute(_OF_VERSIONS, {"version_ids": [int(version) for version in versions]})
    return {str(row.id): row.question_id for row in found}


def shown_columns(
    of_session: Iterable[AnswerColumn], answers: Mapping[int, Mapping[int, str]]
) -> list[AnswerColumn]:
    """Return the columns of a table: what is asked now, and what somebody answered before."""
    answered = {question_id for given in answers.values() for question_id in given}
    return [one for one in of_session if not one.is_archived or one.question_id in answered]


def is_answered(question: StoredQuestion) -> bool:
    """Tell whether anybody answered a question in the words of today.

    Of a course's question, only its sessions are looked through: what was asked elsewhere, before a
    session changed its course, is shown nowhere any more.
    """
    answer: Any = Registration.answers[str(question.version_id)].as_string()
    statement = sa.select(Registration.id).where(answer.is_not(None)).limit(1)
    if question.owner.course_id is None:
        statement = statement.where(
            Registration.training_session_id == question.owner.training_session_id
        )
    else:
        statement = statement.where(
            Registration.training_session_id.in_(
                sa.select(TrainingSession.id).where(
                    TrainingSession.course_id == question.owner.course_id
                )
            )
        )
    return db.session.scalar(statement) is not None
