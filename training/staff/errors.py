"""Why a coordinator may not do what an admin may."""

from training.errors import N_, NotAllowedError


class AdminsAddressError(NotAllowedError):
    """Whoever reads an admin's mail can choose the admin's password."""

    code = "admins-address"

    def __init__(self) -> None:
        super().__init__(N_("Only an admin can change the e-mail address of an admin."))
