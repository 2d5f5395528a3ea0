"""Reading the questions that sessions and courses ask, in the words of today."""

from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from training.db import core, db
from training.errors import NotFoundError
from training.sessions.models import Question, QuestionVersion, TrainingSession
from training.sessions.question_values import AskedQuestion, QuestionOwner, QuestionPlan

_question, _version = (cast("sa.Table", table.__table__).c for table in (Question, QuestionVersion))
_versions = cast("sa.Table", QuestionVersion.__table__)
_session = cast("sa.Table", TrainingSession.__table__).c


def asks(training_session_id: Any, course_id: Any) -> sa.ColumnElement[bool]:
    """Return whether a session asks anything: a part of a statement about sessions.

    :param training_session_id: a column of that statement, as ``course_id``.
    """
    return sa.exists().where(
        _question.archived_at.is_(None),
        sa.or_(
            _question.training_session_id == training_session_id,
            # In RETURNING, SQLite 3.40 finds NULL in the index for a session without a course.
            sa.and_(_question.course_id.is_not(None), _question.course_id == course_id),
        ),
    )


def newest() -> sa.ColumnElement[bool]:
    """Return the condition that no later version of a question is there."""
    later = _versions.alias("later").c
    highest = sa.select(sa.func.max(later.number)).where(later.question_id == _question.id)
    return _version.number == highest.correlate(Question.__table__).scalar_subquery()


#: A course's questions come first.
ORDER = (sa.case((_question.course_id.is_(None), 1), else_=0), _question.ordinal, _question.id)
_COLUMNS = (
    _question.id.label("question_id"),
    _version.id.label("version_id"),
    _version.kind,
    _version.label.label("words"),
    _version.help,
    _version.choices,
    _version.is_required,
)
_NEWEST = (
    sa.select(*_COLUMNS)
    .select_from(
        cast("sa.Table", Question.__table__).join(_versions, _version.question_id == _question.id)
    )
    .where(newest())
    .order_by(*ORDER)
)
_ASKED = _NEWEST.where(
    _question.archived_at.is_(None),
    sa.or_(
        _question.training_session_id == sa.bindparam("training_session_id"),
        _question.course_id
        == sa.select(_session.course_id)
        .where(_session.id == sa.bindparam("training_session_id"))
        .scalar_subquery(),
    ),
)
# Who changes a question waits until those who answered it are registered, and the other way round.
_HELD = _ASKED.with_for_update(read=True, key_share=True, of=_versions)


def questions_of(training_session_id: int) -> tuple[AskedQuestion, ...]:
    """Return what a session asks: its course's questions, then its own."""
    found = core().execute(_ASKED, {"training_session_id": training_session_id})
    return tuple(_asked(row) for row in found)


def hold_questions_of(training_session_id: int) -> tuple[AskedQuestion, ...]:
    """Return the same as committed; none of them changes until the transaction ends."""
    found = core().execute(_HELD, {"training_session_id": training_session_id})
    return tuple(_asked(row) for row in found)


def asks_anything(training_session_id: int) -> bool:
    """Tell whether a session asks anything of those who register."""
    asking = asks(_session.id, _session.course_id)
    return bool(db.session.scalar(sa.select(asking).where(_session.id == training_session_id)))


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredQuestion:
    """A question as staff see it."""

    question_id: int
    version_id: int
    owner: QuestionOwner
    plan: QuestionPlan
    is_archived: bool

    @property
    def asked(self) -> AskedQuestion:
        return AskedQuestion(
            question_id=self.question_id, version_id=self.version_id, plan=self.plan
        )


_STORED = _NEWEST.add_columns(
    _question.training_session_id, _question.course_id, _question.archived_at
)
_OF_OWNER = _STORED.where(
    sa.or_(
        _question.training_session_id == sa.bindparam("training_session_id"),
        _question.course_id == sa.bindparam("course_id"),
    )
)
_ONE = _STORED.where(_question.id == sa.bindparam("question_id"))


def list_questions(owner: QuestionOwner) -> list[StoredQuestion]:
    """Return the questions of a session's or a course's own, in order, archived ones too."""
    values = {"training_session_id": owner.training_session_id, "course_id": owner.course_id}
    return [_stored(row) for row in core().execute(_OF_OWNER, values)]


def get_question(question_id: int) -> StoredQuestion:
    """Return a question.

    :raise NotFoundError: there is none.
    """
    found = core().execute(_ONE, {"question_id": question_id}).one_or_none()
    if found is None:
        raise NotFoundError
    return _stored(found)


def _asked(row: Any) -> AskedQuestion:
    return AskedQuestion(question_id=row.question_id, version_id=row.version_id, plan=_plan(row))


def _stored(row: Any) -> StoredQuestion:
    return StoredQuestion(
        question_id=row.question_id,
        version_id=row.version_id,
        owner=QuestionOwner(training_session_id=row.training_session_id, course_id=row.course_id),
        plan=_plan(row),
        is_archived=row.archived_at is not None,
    )


def _plan(row: Any) -> QuestionPlan:
    return QuestionPlan(
        kind=row.kind,
        label=row.words,
        help=row.help,
        choices=tuple(row.choices),
        is_required=row.is_required,
    )
