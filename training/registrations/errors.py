"""Why somebody cannot be registered, or a registration not be changed."""

from training.errors import N_, ConflictError, GoneError, InvalidInputError


class RegistrationClosedError(ConflictError):
    """The session takes no registrations now."""

    code = "registration-closed"

    def __init__(self) -> None:
        super().__init__(N_("Registration for this session is closed."))


class SessionFullError(ConflictError):
    """No seat is free and the waitlist has no room."""

    code = "session-full"

    def __init__(self) -> None:
        super().__init__(N_("This session is full."))


class DoesNotFitError(ConflictError):
    """A group that is to come as a whole needs more seats than there are."""

    code = "does-not-fit"

    def __init__(self, *, free: int, wanted: int) -> None:
        self.free, self.wanted = free, wanted
        super().__init__(
            N_(
                "Not all of you fit. People in this form: %(wanted)s; free seats: %(free)s. "
                "Nobody was registered yet. Register fewer people, or choose to take what fits."
            ),
            free=free,
            wanted=wanted,
        )


class AlreadyRegisteredError(ConflictError):
    """A person has or awaits a seat already. For staff and representatives; see ADR 0006.

    :param positions: the rows of the form, from 0.
    """

    code = "already-registered"

    def __init__(self, positions: tuple[int, ...] = ()) -> None:
        self.positions = positions
        super().__init__(N_("This person is registered for this session already."))


class NotForYouError(ConflictError):
    """The session is for people of partner organizations, and nobody vouched for this one."""

    code = "partners-only"

    def __init__(self) -> None:
        super().__init__(
            N_("This session is for people of partner organizations: ask yours to register you.")
        )


class TooLateToCancelError(ConflictError):
    """Participants may cancel until the first meeting starts."""

    code = "too-late-to-cancel"

    def __init__(self) -> None:
        super().__init__(
            N_("This session has started. Please tell your trainer that you cannot come.")
        )


class NotWaitingError(ConflictError):
    """Only somebody who waits can be given a seat."""

    code = "not-waiting"

    def __init__(self) -> None:
        super().__init__(N_("This person is not on the waitlist any more."))


class NoFreeSeatError(ConflictError):
    """Staff promote by hand into a free seat, or overbook by saying so."""

    code = "no-free-seat"

    def __init__(self) -> None:
        super().__init__(N_("No seat is free. Raise the number of seats, or overbook on purpose."))


class NotSeatedError(ConflictError):
    """Only a seat can be handed to a substitute; a place in line cannot."""

    code = "not-seated"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This person has no seat to hand over. Cancel the registration, and register "
                "the other person, who then waits at the end of the line."
            )
        )


class TooLateToSwapError(ConflictError):
    """Representatives may send somebody else until the first meeting starts."""

    code = "too-late-to-swap"

    def __init__(self) -> None:
        super().__init__(
            N_("This session has started. Its trainer can still add people at the door.")
        )


class NotRegisteredError(ConflictError):
    """Only somebody who has or awaits a seat can be moved.

    :param positions: of the registrations that were named, from 0.
    """

    code = "not-registered"

    def __init__(self, positions: tuple[int, ...] = ()) -> None:
        self.positions = positions
        super().__init__(N_("Somebody of them is not registered any more. Please look again."))


class MoveDoesNotFitError(ConflictError):
    """People are to move to a session with fewer free seats than they need."""

    code = "does-not-fit"

    def __init__(self, *, free: int, wanted: int) -> None:
        self.free, self.wanted = free, wanted
        super().__init__(
            N_(
                "Not all of them fit. People to move: %(wanted)s; free seats there: %(free)s. "
                "Nobody was moved yet."
            ),
            free=free,
            wanted=wanted,
        )


class SessionOverError(ConflictError):
    """After the last meeting nobody gets a seat any more."""

    code = "session-over"

    def __init__(self) -> None:
        super().__init__(N_("This session is over."))


class BelowHeldError(InvalidInputError):
    """Fewer seats than people who hold one."""

    code = "below-held"

    def __init__(self, held: int) -> None:
        self.held = held
        super().__init__(
            N_(
                "Seats that people hold: %(held)s. Choose at least that many, "
                "or keep everybody and overbook the session."
            ),
            held=held,
        )


class LinkEndedError(GoneError):
    """The link was replaced by a newer one."""

    code = "link-ended"

    def __init__(self) -> None:
        super().__init__(N_("This link is no longer valid. The newest mail has the right one."))


class OfferEndedError(GoneError):
    """The seat was offered until a deadline, and nobody answered in time, or they declined."""

    code = "offer-ended"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This seat is no longer kept for you. "
                "If you would still like to come, please register again."
            )
        )


class NotOfferedError(ConflictError):
    """Only an offered seat can be accepted or declined."""

    code = "not-offered"

    def __init__(self) -> None:
        super().__init__(N_("No seat is offered to this person now."))


class NotRequestedError(ConflictError):
    """Somebody else decided about the request, it was withdrawn, or it lapsed."""

    code = "not-requested"

    def __init__(self) -> None:
        super().__init__(N_("This request was decided already, or withdrawn."))


class PrerequisiteError(ConflictError):
    """People lack a course that they need to have attended before.

    :param positions: the rows of the form, from 0.
    """

    code = "prerequisite-missing"

    def __init__(self, positions: tuple[int, ...] = ()) -> None:
        self.positions = positions
        super().__init__(N_("This person has not attended a course that this session builds on."))


class HoldTooLargeError(InvalidInputError):
    """More seats are to be held than the session has."""

    code = "hold-too-large"

    def __init__(self, *, capacity: int, held: int) -> None:
        super().__init__(
            N_(
                "This session has %(capacity)s seats, and other organizations hold %(held)s. "
                "Hold fewer seats."
            ),
            capacity=capacity,
            held=held,
        )


class InvalidReleaseError(InvalidInputError):
    """Held seats are to be released after the session has started."""

    code = "release-after-start"

    def __init__(self) -> None:
        super().__init__(N_("Held seats must be released before the session starts."))


class InvalidDecisionError(InvalidInputError):
    """It is to be decided whether a session takes place after it has started."""

    code = "decision-after-start"

    def __init__(self) -> None:
        super().__init__(
            N_("Decide whether the session takes place before it starts, and from how many people.")
        )


class StaleSeatsError(ConflictError):
    """Somebody else changed the rules, a hold or an allotment since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this while you were editing it. "
                "Your changes are not saved yet: look at what stands now, and save again."
            )
        )
