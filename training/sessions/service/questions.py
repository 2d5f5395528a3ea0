"""What staff do to the questions that people answer when they register."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from training.audit.trail import Act, record_act
from training.db import db
from training.errors import NotFoundError
from training.sessions.errors import (
    QuestionOrderError,
    StaleQuestionError,
    TooManyQuestionsError,
)
from training.sessions.models import Course, Question, QuestionVersion, TrainingSession
from training.sessions.question_queries import StoredQuestion, get_question, list_questions
from training.sessions.question_values import (
    MOST_QUESTIONS,
    QuestionOwner,
    QuestionPlan,
    fingerprint,
)


class Direction(StrEnum):
    """Where to a question is moved among those that are asked."""

    UP = "up"
    DOWN = "down"


def add_question(
    owner: QuestionOwner, plan: QuestionPlan, *, actor_id: int | None, now: datetime
) -> int:
    """Ask one more question, after the others.

    :return: its id.
    :raise NotFoundError: there is no such session or course.
    :raise TooManyQuestionsError: as many are asked as there may be.
    """
    _lock_owner(owner)
    stored = list_questions(owner)
    _refuse_more(stored)
    question = _make(owner, plan, ordinal=len(stored) + 1, now=now)
    _record("question.add", question.id, owner, plan, actor_id=actor_id, now=now)
    return question.id


def lock_question(question_id: int) -> StoredQuestion:
    """Return a question as committed; nobody answers or changes it until the transaction ends.

    :raise NotFoundError: there is none.
    """
    db.session.execute(
        sa.select(QuestionVersion.id)
        .where(QuestionVersion.question_id == question_id)
        .order_by(QuestionVersion.id)
        .with_for_update()  # SQLite has one writer at a time, and ignores it
    )
    return get_question(question_id)


def revise_question(
    stored: StoredQuestion,
    plan: QuestionPlan,
    *,
    shown: str,
    is_answered: bool,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change a question that is locked: who answered it keeps the words that they were asked.

    :param shown: fingerprint of the question as the form showed it.
    :param is_answered: whether anybody answered it in the words of today.
    :return: whether anything changed.
    :raise StaleQuestionError: somebody else changed it since.
    """
    if fingerprint([stored.asked]) != shown:
        raise StaleQuestionError
    if plan == stored.plan:
        return False
    version = db.session.get_one(QuestionVersion, stored.version_id, populate_existing=True)
    if is_answered:
        db.session.add(
            QuestionVersion(
                question_id=stored.question_id,
                number=version.number + 1,
                made_at=now,
                **_columns(plan),
            )
        )
    else:
        for name, value in _columns(plan).items():
            setattr(version, name, value)
    db.session.flush()
    changed = [name for name in plan.__slots__ if getattr(plan, name) != getattr(stored.plan, name)]
    _record(
        "question.revise",
        stored.question_id,
        stored.owner,
        plan,
        changed=sorted(changed),
        actor_id=actor_id,
        now=now,
    )
    return True


def move_question(
    question_id: int,
    direction: Direction,
    *,
    shown: str,
    actor_id: int | None,
    now: datetime,
) -> bool:
    """Change places with the question above or below.

    :param shown: fingerprint of the questions as the page showed them.
    :return: whether it moved: the first one does not move up, and an archived one not at all.
    :raise NotFoundError: there is no such question.
    :raise QuestionOrderError: the questions are others by now, or in another order.
    """
    owner = get_question(question_id).owner
    _lock_owner(owner)
    asked = [one for one in list_questions(owner) if not one.is_archived]
    ids = [one.question_id for one in asked]
    if question_id not in ids:
        return False
    if fingerprint([one.asked for one in asked]) != shown:
        raise QuestionOrderError
    place = ids.index(question_id)
    other = place + (1 if direction is Direction.DOWN else -1)
    if not 0 <= other < len(ids):
        return False
    ids[place], ids[other] = ids[other], ids[place]
    for ordinal, id_ in enumerate(ids, start=1):
        db.session.get_one(Question, id_).ordinal = ordinal
    db.session.flush()
    _record("question.move", question_id, owner, asked[place].plan, actor_id=actor_id, now=now)
    return True


def archive_question(
    question_id: int, *, is_archived: bool, actor_id: int | None, now: datetime
) -> bool:
    """Ask a question no more, or again, after the others; what was answered stays.

    :return: whether this did it.
    :raise NotFoundError: there is no such question.
    :raise TooManyQuestionsError: it is to be asked again, and as many are asked as there may be.
    """
    owner = get_question(question_id).owner
    _lock_owner(owner)
    stored = get_question(question_id)
    if stored.is_archived == is_archived:
        return False
    questions = list_questions(owner)
    question = db.session.get_one(Question, question_id, populate_existing=True)
    if not is_archived:
        _refuse_more(questions)
        question.ordinal = len(questions) + 1
    question.archived_at = now if is_archived else None
    db.session.flush()
    action = "question.archive" if is_archived else "question.restore"
    _record(action, question_id, owner, stored.plan, actor_id=actor_id, now=now)
    return True


def copy_questions(from_id: int, to_id: int, *, now: datetime) -> int:
    """Let a new session ask what another one asks by itself; the course's it asks anyway.

    :return: how many.
    """
    owner = QuestionOwner(training_session_id=to_id)
    asked = [
        one
        for one in list_questions(QuestionOwner(training_session_id=from_id))
        if not one.is_archived
    ]
    for ordinal, one in enumerate(asked, start=1):
        _make(owner, one.plan, ordinal=ordinal, now=now)
    return len(asked)


def _make(owner: QuestionOwner, plan: QuestionPlan, *, ordinal: int, now: datetime) -> Question:
    question = Question(
        training_session_id=owner.training_session_id, course_id=owner.course_id, ordinal=ordinal
    )
    db.session.add(question)
    db.session.flush()
    db.session.add(
        QuestionVersion(question_id=question.id, number=1, made_at=now, **_columns(plan))
    )
    db.session.flush()
    return question


def _columns(plan: QuestionPlan) -> dict[str, object]:
    return {
        "kind": plan.kind,
        "label": plan.label,
        "help": plan.help,
        "choices": list(plan.choices),
        "is_required": plan.is_required,
    }


def _refuse_more(stored: list[StoredQuestion]) -> None:
    if sum(not one.is_archived for one in stored) >= MOST_QUESTIONS:
        raise TooManyQuestionsError(MOST_QUESTIONS)


def _lock_owner(owner: QuestionOwner) -> None:
    """Keep what asks as it is until the transaction ends, so that its questions are counted right.

    :raise NotFoundError: there is no such session or course.
    """
    wanted: sa.Select[int] = (
        sa.select(TrainingSession.id).where(TrainingSession.id == owner.training_session_id)
        if owner.course_id is None
        else sa.select(Course.id).where(Course.id == owner.course_id)
    )
    if db.session.scalar(wanted.with_for_update()) is None:
        raise NotFoundError


def _record(
    action: str,
    question_id: int,
    owner: QuestionOwner,
    plan: QuestionPlan,
    *,
    changed: list[str] | None = None,
    actor_id: int | None,
    now: datetime,
) -> None:
    record_act(
        Act(
            action=action,
            subject_kind="question",
            subject_id=question_id,
            training_session_id=owner.training_session_id,
            after={
                "label": plan.label,
                **({"course_id": owner.course_id} if owner.course_id is not None else {}),
                **({"changed": changed} if changed else {}),
            },
        ),
        actor_id=actor_id,
        now=now,
    )
