"""Refusals: what a person may be told when a rule says no."""

import math
from datetime import timedelta


def N_(message: str) -> str:  # noqa: N802 -- gettext's own name for "translate this later"
    """Mark a sentence for translation where nobody knows the reader's language yet."""
    return message


class DomainError(Exception):
    """A refusal. Its text is a sentence for the person who reads it and names no internals.

    :param message: marked by ``N_``; ``%(name)s`` stands for a value of that name.
    :param values: what the sentence speaks of. Pages translate ``message`` and fill these in.
    """

    #: For programs; stable.
    code = "refused"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotFoundError(DomainError):
    """There is no such thing, or it is not for the eyes of whoever asks: both look the same."""

    code = "not-found"

    def __init__(
        self,
        message: str = N_(
            "There is no such page. If a mail led you here, check that you have its whole link."
        ),
    ) -> None:
        super().__init__(message)


class NotAllowedError(DomainError):
    """The person may see this, and may not do that to it."""

    code = "not-allowed"


class GoneError(DomainError):
    """Something was here once: a link that was used, revoked or is too old."""

    code = "gone"


class InvalidInputError(DomainError):
    """A value that no form should have let through, or that does not fit what is stored."""

    code = "invalid"


class TooLargeError(DomainError):
    """More was sent than is taken at once."""

    code = "too-large"


class ConflictError(DomainError):
    """The state of the world refuses this: full, closed, changed meanwhile."""

    code = "conflict"


class TooManyTriesError(DomainError):
    """The same was tried too often of late.

    :param wait: after this it may be tried again.
    """

    code = "too-many-tries"

    def __init__(self, wait: timedelta) -> None:
        self.retry_after = max(1, math.ceil(wait.total_seconds()))
        super().__init__(
            N_(
                "This was tried too often of late. Please wait and try again. "
                "Minutes to wait: %(minutes)s."
            ),
            minutes=math.ceil(self.retry_after / 60),
        )


class BusyError(DomainError):
    """The database is busy, restarting or away. Nothing was kept; the same may be sent again."""

    code = "busy"

    def __init__(
        self, message: str = N_("The server is busy. Nothing was changed; please try again.")
    ) -> None:
        super().__init__(message)


class UnknownOutcomeError(BusyError):
    """The connection broke while the change was being kept: perhaps it was, perhaps not."""

    code = "unknown-outcome"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The connection to our database broke, and we cannot tell whether this was kept. "
                "Please send it again: nothing happens twice."
            )
        )
