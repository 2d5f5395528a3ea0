"""Why an organization or a membership cannot be as somebody wants it."""

from training.errors import N_, ConflictError, InvalidInputError


class NameTakenError(ConflictError):
    """Another organization has this name."""

    code = "organization-name-taken"

    def __init__(self) -> None:
        super().__init__(N_("There is an organization of this name already."))


class SlugTakenError(ConflictError):
    """Another organization's pages have this address."""

    code = "organization-slug-taken"

    def __init__(self) -> None:
        super().__init__(N_("Another organization has this address. Choose another one."))


class StaleOrganizationError(ConflictError):
    """Somebody else changed the organization since the form was opened."""

    code = "organization-stale"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this organization while you were editing it. "
                "Below is what differs; save again to keep what you typed."
            )
        )


class MembershipEndedError(ConflictError):
    """The person left the organization before."""

    code = "membership-ended"

    def __init__(self) -> None:
        super().__init__(N_("This person has left the organization already."))


class AlreadyMemberError(ConflictError):
    """Two requests made the same person a member at the same moment."""

    code = "membership-exists"

    def __init__(self) -> None:
        super().__init__(N_("This person belongs to the organization already."))


class MailDomainError(InvalidInputError):
    """Something is no mail domain, or everybody's."""

    code = "mail-domain"
