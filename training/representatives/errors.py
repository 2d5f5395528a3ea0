"""Why something cannot be done for an organization."""

from training.errors import N_, ConflictError, NotAllowedError


class PartnershipRestsError(NotAllowedError):
    """The organization is not active: its pages can be read, and nothing is changed."""

    code = "partnership-rests"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The partnership with your organization rests at the moment. You can read all its "
                "pages; nothing can be changed until it goes on."
            )
        )


class ChosenMemberError(ConflictError):
    """Somebody who was chosen left the organization meanwhile."""

    code = "member-left"

    def __init__(self) -> None:
        super().__init__(
            N_("Somebody you chose is not among your people any more. Please look again.")
        )


class RowError(ConflictError):
    """A row of the form names somebody who cannot be meant by it.

    :param row: from 0.
    :param field: of that row.
    """

    def __init__(self, message: str, *, row: int, field: str) -> None:
        self.row, self.field = row, field
        super().__init__(message)


class ChosenTwiceError(RowError):
    """The address belongs to somebody who is chosen among the members, or in a row before."""

    code = "chosen-twice"

    def __init__(self, row: int, *, field: str = "email") -> None:
        super().__init__(N_("This person is chosen above already."), row=row, field=field)


class RegisteredRowError(RowError):
    """Who is named for a seat has or awaits one in this session."""

    code = "registered-row"

    def __init__(self, row: int, *, field: str) -> None:
        super().__init__(
            N_("This person is registered for this session already."), row=row, field=field
        )


class NamesakeError(RowError):
    """Somebody without address has the name of a member: probably they are meant."""

    code = "namesake"

    def __init__(self, row: int) -> None:
        super().__init__(
            N_(
                "Somebody of this name is among your people. Choose them there; if this is "
                "somebody else, type their e-mail address or something that tells them apart."
            ),
            row=row,
            field="name",
        )


class AlreadyAmongYourPeopleError(ConflictError):
    """The address belongs to somebody who is a member of this organization."""

    code = "member-exists"

    def __init__(self) -> None:
        super().__init__(N_("Somebody with this address is among your people already."))


class RepresentativeStaysError(ConflictError):
    """Who represents an organization, staff decide."""

    code = "representative-stays"

    def __init__(self) -> None:
        super().__init__(N_("This person represents your organization. Ask us if that is to end."))
