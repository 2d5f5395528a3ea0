"""Why a person cannot be as somebody wants it."""

from training.errors import N_, ConflictError


class EmailTakenError(ConflictError):
    """Somebody else has this address. Only staff may be told."""

    code = "email-taken"

    def __init__(self) -> None:
        super().__init__(N_("Somebody has this e-mail address already."))


class StalePersonError(ConflictError):
    """Somebody else changed the person since the form was opened."""

    code = "person-stale"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this person while you were editing. "
                "Below is what differs; save again to keep what you typed."
            )
        )
