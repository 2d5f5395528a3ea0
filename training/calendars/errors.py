"""Why an address of a feed is not made."""

from training.errors import N_, ConflictError


class TooManyFeedsError(ConflictError):
    """Somebody has as many addresses as one may."""

    code = "too-many-feeds"

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("You have %(most)s addresses already. Revoke one that you no longer use."),
            most=most,
        )


class AlreadyReplacedError(ConflictError):
    """Somebody replaces an address that is closed: mostly by sending the same form twice."""

    code = "already-replaced"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This address was replaced or revoked already. A new address is shown only once: "
                "if you did not copy it, replace it as well."
            )
        )


class NotReadableError(ConflictError):
    """An address is not made or replaced, because its owner may not read the feed."""

    code = "not-readable"

    def __init__(self) -> None:
        super().__init__(N_("You may not read this calendar, so there is no new address for it."))


class AlreadyMadeError(ConflictError):
    """The same form came again: its address was shown already, and is stored nowhere."""

    code = "already-made"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This address was made already, and is shown only once. "
                "If you did not copy it, revoke it and make another."
            )
        )
