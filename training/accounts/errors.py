"""Why somebody is not let in, invited, or given a new password."""

from training.errors import (
    N_,
    ConflictError,
    GoneError,
    InvalidInputError,
    NotAllowedError,
)


class WrongPasswordError(InvalidInputError):
    """Unknown address, disabled account, no password or a wrong one: all look the same."""

    code = "wrong-password"

    def __init__(self) -> None:
        super().__init__(N_("This e-mail and password do not fit together. Please try again."))


class WrongOldPasswordError(InvalidInputError):
    """Somebody who is signed in typed a password that is not theirs."""

    code = "wrong-old-password"

    def __init__(self) -> None:
        super().__init__(N_("This is not your password. Please try again."))


class PasswordError(InvalidInputError):
    """Nobody may choose this password."""


class PasswordLengthError(PasswordError):
    """Too short to be safe, or too long to be meant."""

    code = "password-length"

    def __init__(self, least: int, most: int) -> None:
        super().__init__(
            N_("Choose a password of %(least)s to %(most)s characters."), least=least, most=most
        )


class CommonPasswordError(PasswordError):
    """One of those that are tried first."""

    code = "password-common"

    def __init__(self) -> None:
        super().__init__(
            N_("Many people use this password, so it is tried first. Choose another one.")
        )


class UnusableCharacterError(PasswordError):
    """A character that no keyboard gives."""

    code = "password-character"

    def __init__(self) -> None:
        super().__init__(
            N_("This password contains a character that cannot be typed. Choose another one.")
        )


class AccountExistsError(ConflictError):
    """The person has an account."""

    code = "account-exists"

    def __init__(self) -> None:
        super().__init__(N_("This person has an account already."))


class AccountDisabledError(ConflictError):
    """The person has an account that staff have closed."""

    code = "account-disabled"

    def __init__(self) -> None:
        super().__init__(
            N_("This person’s account is disabled. An admin can make it usable again.")
        )


class NoAddressError(ConflictError):
    """A person without an e-mail address cannot be invited."""

    code = "no-address"

    def __init__(self) -> None:
        super().__init__(N_("We have no e-mail address of this person, so they cannot be invited."))


class AlreadyInvitedError(ConflictError):
    """The same invitation is open."""

    code = "already-invited"

    def __init__(self) -> None:
        super().__init__(
            N_("This person is invited already. To remind them, send the invitation again.")
        )


class HasRoleError(ConflictError):
    """There is nothing to invite the person to."""

    code = "has-role"

    def __init__(self) -> None:
        super().__init__(N_("This person has an account and this role already."))


class RoleAboveOwnError(NotAllowedError):
    """Nobody gives a role above their own."""

    code = "role-above-own"

    def __init__(self) -> None:
        super().__init__(N_("Only an admin can invite an admin."))


class InvitationEndedError(ConflictError):
    """Accepted or revoked: there is nothing left to revoke or to send again."""

    code = "invitation-ended"

    def __init__(self) -> None:
        super().__init__(N_("This invitation was accepted or revoked meanwhile."))


class DeadLinkError(GoneError):
    """Used, revoked, too old, or never ours: all look the same."""


class DeadInvitationError(DeadLinkError):
    """An invitation that opens nothing."""

    code = "invitation-gone"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This invitation was used, revoked or is too old. "
                "Ask whoever invited you to send it again."
            )
        )


class DeadResetError(DeadLinkError):
    """A link to a new password that opens nothing."""

    code = "reset-gone"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This link was used already, is too old, or a newer one was sent. "
                "If you still need a new password, ask for a new link."
            )
        )


class SignInFirstError(ConflictError):
    """The person has an account: only they can accept, signed in."""

    code = "sign-in-first"

    def __init__(self) -> None:
        super().__init__(N_("You have an account here. Sign in to accept this invitation."))


class SomebodyElseError(NotAllowedError):
    """Somebody else is signed in than who was invited."""

    code = "somebody-else"

    def __init__(self) -> None:
        super().__init__(
            N_("This invitation is for somebody else than who is signed in in this browser.")
        )
