"""Why no demo is made."""

from training.errors import N_, ConflictError


class NotFreshError(ConflictError):
    """There are people in this instance, and they may be real."""

    code = "demo-not-fresh"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody uses this instance already, so nothing was added. "
                "Demo data are made in a fresh instance only."
            )
        )
