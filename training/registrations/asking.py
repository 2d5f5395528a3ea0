"""Questions that people answered, and their answers, changed: what either does to the other."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.registrations.answers_queries import is_answered, questions_of_versions
from training.registrations.errors import AnswersChangedError
from training.registrations.models import Registration
from training.registrations.values import LIVE
from training.sessions import service as sessions
from training.sessions.question_queries import hold_questions_of
from training.sessions.question_values import AskedQuestion, QuestionPlan, fingerprint


def revise_question(
    question_id: int, plan: QuestionPlan, *, shown: str, actor_id: int | None, now: datetime
) -> bool:
    """Change a question: in place until somebody answered it, afterwards as a new version.

    :param shown: fingerprint of the question as the form showed it.
    :return: whether anything changed.
    :raise NotFoundError: there is no such question.
    :raise StaleQuestionError: somebody else changed it since.
    """
    stored = sessions.lock_question(question_id)
    return sessions.revise_question(
        stored,
        plan,
        shown=shown,
        is_answered=is_answered(stored),
        actor_id=actor_id,
        now=now,
    )


def digest_of(questions: Sequence[AskedQuestion], answers: Mapping[int, str]) -> str:
    """Return what a form sends back to say which answers it showed.

    :param answers: question → answer; to what is not asked any more, they do not count.
    """
    shown = [(one.question_id, answers.get(one.question_id, "")) for one in questions]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def correct_answers(
    registration_id: int,
    answers: Mapping[str, str],
    *,
    asked: str,
    shown: str,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Correct what somebody answered; what is not asked any more stays as it was answered.

    :param answers: version of a question → answer, to all that is asked.
    :param asked: fingerprint of the questions that the form asked.
    :param shown: digest of the answers as the form showed them; see :func:`digest_of`.
    :return: whether anything changed.
    :raise NotFoundError: there is no such registration, or it is not live any more.
    :raise AnswersChangedError: the questions, or the answers, are others by now.
    """
    row = db.session.execute(
        sa.select(Registration.training_session_id, Registration.answers)
        .where(Registration.id == registration_id, Registration.status.in_(LIVE))
        .with_for_update()  # SQLite has one writer at a time, and ignores it
    ).one_or_none()
    if row is None:
        raise NotFoundError
    questions = hold_questions_of(row.training_session_id)
    question_of = questions_of_versions(row.answers)
    before = {question_of[version]: row.answers[version] for version in question_of}
    given = {one.question_id: answers.get(str(one.version_id), "") for one in questions}
    if fingerprint(questions) != asked:
        raise AnswersChangedError
    if given == {id_: before.get(id_, "") for id_ in given}:
        return False
    if digest_of(questions, before) != shown:
        raise AnswersChangedError
    kept = {
        version: answer
        for version, answer in row.answers.items()
        if question_of.get(version) not in given
    }
    db.session.execute(
        sa.update(Registration)
        .where(Registration.id == registration_id)
        .values(answers={**kept, **answers})
        .execution_options(synchronize_session=False)
    )
    record_act(
        Act(
            action="registration.correct_answers",
            subject_kind="registration",
            subject_id=registration_id,
            training_session_id=row.training_session_id,
            after={"changed": ["answers"]},
        ),
        actor_id=actor_id,
        now=now,
    )
    return True
