"""Approving several requests, each for itself, and what came of them in words."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from flask import flash
from flask_babel import ngettext

from training.accounts.access import signed_in
from training.clock import utc_now
from training.db import transaction
from training.errors import BusyError, ConflictError
from training.registrations import seats
from training.registrations.errors import NotRequestedError, SessionFullError
from training.registrations.values import RegistrationStatus


class _Answer(StrEnum):
    """What came of approving one of several requests."""

    CONFIRMED = "confirmed"
    WAITS = "waits"
    #: It stays open: no seat is free, and nobody else may wait.
    FULL = "full"
    #: Approved, refused, withdrawn or lapsed before.
    DECIDED = "decided"
    #: The session takes nobody any more, or the server was busy.
    NOT_DONE = "not_done"


def approve_in_order(registration_ids: Iterable[int], *, ticked: int) -> None:
    """Approve requests one after the other, and tell what came of it.

    :param ticked: how many were chosen; who is not among them any more was decided about before.
    """
    answers = Counter(_attempt(one) for one in registration_ids)
    answers[_Answer.DECIDED] += ticked - answers.total()
    is_done = not answers[_Answer.FULL] and not answers[_Answer.NOT_DONE]
    flash(_told(answers), "message" if is_done else "warn")


def _attempt(registration_id: int) -> _Answer:
    """Approve one request, in a transaction of its own."""
    try:
        with transaction():
            status = seats.approve(registration_id, actor_id=signed_in().person_id, now=utc_now())
    except NotRequestedError:
        return _Answer.DECIDED
    except SessionFullError:
        return _Answer.FULL
    except (ConflictError, BusyError):
        return _Answer.NOT_DONE
    return _Answer.CONFIRMED if status is RegistrationStatus.CONFIRMED else _Answer.WAITS


def _told(answers: Counter[_Answer]) -> str:
    """Return what came of approving several requests, a sentence for each answer."""
    words = {
        _Answer.CONFIRMED: ngettext(
            "%(num)s person has a seat.",
            "%(num)s people have a seat.",
            answers[_Answer.CONFIRMED],
        ),
        _Answer.WAITS: ngettext(
            "%(num)s person waits in line: no seat is free.",
            "%(num)s people wait in line: no seat is free.",
            answers[_Answer.WAITS],
        ),
        _Answer.FULL: ngettext(
            "%(num)s request stays open: session and waitlist are full.",
            "%(num)s requests stay open: session and waitlist are full.",
            answers[_Answer.FULL],
        ),
        _Answer.DECIDED: ngettext(
            "%(num)s request was decided before, or withdrawn.",
            "%(num)s requests were decided before, or withdrawn.",
            answers[_Answer.DECIDED],
        ),
        _Answer.NOT_DONE: ngettext(
            "%(num)s request stays open: please try again.",
            "%(num)s requests stay open: please try again.",
            answers[_Answer.NOT_DONE],
        ),
    }
    return " ".join(str(words[answer]) for answer in _Answer if answers[answer])
