"""Why a meeting cannot be marked, or one mark is not taken."""

from training.errors import N_, ConflictError, InvalidInputError


class MarkingNotOpenError(ConflictError):
    """Too early: nobody can have come yet."""

    code = "marking-not-open"

    def __init__(self) -> None:
        super().__init__(N_("It is too early to mark attendance for this meeting."))


class MarkingClosedError(ConflictError):
    """Too late for a trainer; staff still can."""

    code = "marking-closed"

    def __init__(self) -> None:
        super().__init__(
            N_("Marking has closed for this meeting. Ask a coordinator to correct its attendance.")
        )


class MeetingCancelledError(ConflictError):
    """Nobody came to a meeting that did not take place."""

    code = "meeting-cancelled"

    def __init__(self) -> None:
        super().__init__(N_("This meeting was cancelled."))


class NotPublishedError(ConflictError):
    """Nobody knows of a draft yet."""

    code = "session-not-published"

    def __init__(self) -> None:
        super().__init__(N_("This session is not published yet."))


class NoSeatError(ConflictError):
    """Unknown, of another session, waiting, or cancelled: all look the same."""

    code = "no-seat"

    def __init__(self) -> None:
        super().__init__(N_("This person holds no seat in this session."))


class NonceUsedError(InvalidInputError):
    """The nonce belongs to another claim."""

    code = "nonce-used"

    def __init__(self) -> None:
        super().__init__(N_("Something else was sent under the same number."))


class BadMarkError(InvalidInputError):
    """What was sent is not a mark."""

    code = "bad-mark"

    def __init__(self) -> None:
        super().__init__(N_("This is not a mark that can be saved."))


class BadBatchError(InvalidInputError):
    """What was sent is not a list of marks."""

    code = "bad-batch"

    def __init__(self) -> None:
        super().__init__(N_("This is not a list of marks."))
