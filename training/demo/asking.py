"""What a session of the demo asks, and what some of its people answered."""

import sqlalchemy as sa

from training.db import db
from training.demo.cast import Cast
from training.registrations.asking import correct_answers, digest_of
from training.registrations.models import Registration
from training.registrations.values import SEATED
from training.sessions import service as sessions
from training.sessions.models import TrainingSession
from training.sessions.question_queries import questions_of
from training.sessions.question_values import QuestionOwner, QuestionPlan, fingerprint
from training.sessions.values import QuestionKind

#: The session that asks: people meet in a room, and eat there.
_TITLE = "Accessible video: a workshop in the room"
QUESTIONS = (
    QuestionPlan(
        kind=QuestionKind.TEXT,
        label="What should we know so that you can take part?",
        help="Such as interpretation, a ramp, a seat in front.",
    ),
    QuestionPlan(
        kind=QuestionKind.CHOICE,
        label="What do you eat?",
        choices=("Everything", "No meat", "Nothing from animals"),
        is_required=True,
    ),
    QuestionPlan(kind=QuestionKind.NUMBER, label="Videos you made so far, more or less"),
    QuestionPlan(kind=QuestionKind.CONSENT, label="You may take photos in which I can be seen."),
)
#: What the first of its people answered.
_ANSWERS = (
    ("A seat in front", "No meat", "12", "yes"),
    ("", "Everything", "0", ""),
    ("", "Nothing from animals", "3", "yes"),
)


def ask(cast: Cast) -> None:
    """Let one session ask each kind of thing, and three people answer."""
    training_session_id = db.session.scalars(
        sa.select(TrainingSession.id).where(TrainingSession.title == _TITLE)
    ).one()
    owner = QuestionOwner(training_session_id=training_session_id)
    for plan in QUESTIONS:
        sessions.add_question(owner, plan, actor_id=cast.coordinator_id, now=cast.now)
    asked = questions_of(training_session_id)
    seated = db.session.execute(
        sa.select(Registration.id, Registration.person_id)
        .where(
            Registration.training_session_id == training_session_id,
            Registration.status.in_(SEATED),
        )
        .order_by(Registration.ticket)
        .limit(len(_ANSWERS))
    ).all()
    for row, given in zip(seated, _ANSWERS, strict=False):
        answers = zip(asked, given, strict=True)
        correct_answers(
            row.id,
            {str(one.version_id): answer for one, answer in answers if answer},
            asked=fingerprint(asked),
            shown=digest_of(asked, {}),
            actor_id=row.person_id,
            now=cast.now,
        )
