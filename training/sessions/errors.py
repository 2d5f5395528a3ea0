"""Why staff cannot do that to a session."""

from training.errors import N_, ConflictError, InvalidInputError


class StaleSessionError(ConflictError):
    """Somebody else saved the session since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this session while you were editing it. "
                "Your changes are not saved yet: compare them with what stands now, and save again."
            )
        )


class SessionCancelledError(ConflictError):
    """A cancelled session stays as it is."""

    code = "session-cancelled"

    def __init__(self) -> None:
        super().__init__(N_("This session is cancelled."))


class NotADraftError(ConflictError):
    """Only a draft can be published."""

    code = "not-a-draft"

    def __init__(self) -> None:
        super().__init__(N_("This session is published already."))


class InvalidPlanError(InvalidInputError):
    """The plan does not add up, such as a meeting that ends before it starts."""

    code = "invalid-plan"
