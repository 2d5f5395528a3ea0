"""Why staff may not, or cannot, do something that touches several features."""

from training.errors import N_, ConflictError, NotAllowedError


class AdminsAddressError(NotAllowedError):
    """Whoever reads an admin's mail can choose the admin's password."""

    code = "admins-address"

    def __init__(self) -> None:
        super().__init__(N_("Only an admin can change the e-mail address of an admin."))


class NobodyToWriteToError(ConflictError):
    """Meanwhile everybody's calendar looked, or they were written to before."""

    code = "nobody-to-write-to"

    def __init__(self) -> None:
        super().__init__(
            N_("Nobody is left to write to, of those whom you chose. The numbers here are new.")
        )
