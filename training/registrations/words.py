"""Words for what staff see of registrations."""

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext as _

from training.registrations.answers_queries import AnswerColumn
from training.registrations.values import (
    CancelledBecause,
    Claim,
    DeclinedBecause,
    Obstacle,
    ReplyAnswer,
)
from training.sessions.question_values import GIVEN
from training.sessions.values import QuestionKind
from training.text import for_display


def claim_words() -> dict[Claim, str]:
    """Return why we believe that somebody belongs to an organization, in words."""
    return {
        Claim.DOMAIN: _("by the domain of the e-mail address"),
        Claim.CODE: _("by a code"),
        Claim.REPRESENTATIVE: _("registered by its representative"),
        Claim.STAFF: _("staff vouch for it"),
        Claim.STATED: _("as they say themselves"),
    }


def busy_words(titles: Sequence[str]) -> str:
    """Return where somebody has a seat at the same time, as a sentence."""
    names = ", ".join(f"“{for_display(title)}”" for title in titles)
    return str(_("Has a seat at the same time in %(titles)s.", titles=names))


def lacks_words(titles: Sequence[str]) -> str:
    """Return which courses somebody needs to attend before, in words."""
    courses = ", ".join(for_display(title) for title in titles)
    return str(_("We do not know that this person attended %(courses)s.", courses=courses))


def obstacle_words() -> dict[Obstacle | None, str]:
    """Return why somebody who waits is passed over, in words.

    That no seat is free is said of the session, not of everybody who waits.
    """
    return {
        None: _("A seat is free, and nobody moves up by themselves any more."),
        Obstacle.FULL: "",
        Obstacle.HELD: _(
            "Passed over: the free seats are held for organizations. Keeps the place."
        ),
        Obstacle.LIMIT: _(
            "Passed over: the organization has as many seats as one may have. Keeps the place."
        ),
        Obstacle.ALLOTMENT: _(
            "Passed over: the organization has used its seats in the campaign. Keeps the place."
        ),
        Obstacle.SUSPENDED: _("Passed over: the partnership is suspended. Keeps the place."),
        Obstacle.GROUP: _("Waits until there are seats for the whole group."),
        Obstacle.BEHIND_GROUP: _("Waits behind a group that nobody may pass."),
    }


def answer_words() -> dict[ReplyAnswer, str]:
    """Return what somebody's calendar program answered, in words."""
    return {
        ReplyAnswer.ACCEPTED: _("Calendar: accepted"),
        ReplyAnswer.TENTATIVE: _("Calendar: maybe"),
        ReplyAnswer.DECLINED: _("Calendar: declined"),
    }


def cancelled_words() -> dict[CancelledBecause, str]:
    """Return who ended a registration, in words."""
    return {
        CancelledBecause.PERSON: _("Cancelled by themselves"),
        CancelledBecause.STAFF: _("Cancelled by staff"),
        CancelledBecause.SESSION: _("Cancelled with the session"),
        CancelledBecause.UNNAMED: _("Nobody was named in time"),
    }


def declined_words(because: DeclinedBecause | None, *, was_offered: bool) -> str:
    """Return how a request or an offer ended, in words."""
    if because is DeclinedBecause.TIME and was_offered:
        return str(_("Did not answer the offer in time"))
    words = {
        DeclinedBecause.PERSON: _("Declined the offered seat"),
        DeclinedBecause.STAFF: _("Refused by staff"),
        DeclinedBecause.TIME: _("Nobody decided about the request in time"),
        None: _("Declined"),
    }
    return str(words[because])


def question_kind_labels() -> dict[QuestionKind, str]:
    """Return how questions are answered, in words."""
    return {
        QuestionKind.TEXT: _("A line of text"),
        QuestionKind.CHOICE: _("One of several answers"),
        QuestionKind.NUMBER: _("A number"),
        QuestionKind.DATE: _("A date"),
        QuestionKind.CONSENT: _("A box to tick: consent"),
    }


def shown_answers(
    columns: Iterable[AnswerColumn], answers: Mapping[int, Mapping[int, str]]
) -> dict[int, dict[int, str]]:
    """Return answers in words: registration → question → answer.

    :param answers: as they are stored.
    """
    kind_of = {one.question_id: one.kind for one in columns}
    return {
        registration_id: {
            question_id: shown_answer(kind_of[question_id], answer)
            for question_id, answer in given.items()
            if question_id in kind_of
        }
        for registration_id, given in answers.items()
    }


def shown_answer(kind: QuestionKind, answer: str) -> str:
    """Return an answer, as it is stored, in words; a number and a day as every program reads them.

    What was answered before the question became one of another kind is shown as it was.
    """
    if kind is QuestionKind.CONSENT and answer == GIVEN:
        return str(_("Yes"))
    return for_display(answer)
