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


class NamingEndedError(ConflictError):
    """Seats for people who are named later are named by a deadline."""

    code = "naming-ended"

    def __init__(self) -> None:
        super().__init__(
            N_("The time to name people for reserved seats is over: register them instead.")
        )


class SeatNamedError(ConflictError):
    """Somebody else named who comes, or the seat was given up."""

    code = "seat-named"

    def __init__(self) -> None:
        super().__init__(
            N_("This seat was named or given up meanwhile. Nothing of this form was saved.")
        )


class PlaceholdersDoNotFitError(ConflictError):
    """Only free seats are reserved for people who are named later: nobody waits for them."""

    code = "placeholders-do-not-fit"

    def __init__(self, *, free: int, wanted: int) -> None:
        self.free, self.wanted = free, wanted
        super().__init__(
            N_(
                "Seats to be named later are reserved only while they are free. "
                "Wanted: %(wanted)s; free for you: %(free)s. Nobody was registered yet."
            ),
            free=free,
            wanted=wanted,
        )


class InvalidNamingError(InvalidInputError):
    """Seats are named before the session starts."""

    code = "naming-after-start"

    def __init__(self) -> None:
        super().__init__(N_("Seats are named by the first start at the latest."))


class CodeEndedError(ConflictError):
    """A code by which people come for an organization is not good, or not any more."""

    code = "code-ended"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This invitation does not work any more. Ask whoever sent it for another one, or "
                "register without it where that is possible."
            )
        )


class CodeSpentError(ConflictError):
    """More people would come by a code than may."""

    code = "code-spent"

    def __init__(self, *, left: int, most: int) -> None:
        self.left, self.most = left, most
        super().__init__(
            N_(
                "With this invitation at most %(most)s people can be registered for this session, "
                "and %(left)s are left. Nobody was registered yet."
            ),
            left=left,
            most=most,
        )


class CodeMadeError(ConflictError):
    """The same form made a code before, which was shown then and is stored nowhere."""

    code = "code-made"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This form made an invitation before, which was shown only once. If you lost it, "
                "revoke it and make another one."
            )
        )


class TooManyCodesError(ConflictError):
    """An organization has as many codes as one may."""

    code = "too-many-codes"

    def __init__(self, most: int) -> None:
        super().__init__(N_("There are %(most)s invitations already: revoke one first."), most=most)


class QuestionsChangedError(ConflictError):
    """The session asks other things than the form did that was filled in."""

    code = "questions-changed"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "The questions of this session were changed while you filled in the form. "
                "Nobody was registered yet. Please look at them, and send the form again."
            )
        )


class AnswersChangedError(ConflictError):
    """Somebody else corrected the answers, or the questions were changed, meanwhile."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "These answers, or the questions, were changed meanwhile. "
                "Yours are not saved yet: please look at them, and save again."
            )
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


class TransferRefusedError(ConflictError):
    """Somebody has a seat that the organization they are to pass to may not have.

    :param obstacle: of ``values.Obstacle``: held, limit or allotment.
    """

    code = "transfer-refused"

    def __init__(self, obstacle: str) -> None:
        super().__init__(_TRANSFER_REFUSED[obstacle])


class SeatOfNobodyError(ConflictError):
    """A seat that somebody is to be named for is some organization's: else nobody could."""

    code = "seat-of-nobody"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "An organization reserved this seat, and names somebody for it. Choose another "
                "organization, or cancel the seat."
            )
        )


_TRANSFER_REFUSED = {
    "held": N_(
        "The seat is one that the present organization holds, and the free seats are held for "
        "others. Say why it is all right, or leave the organization as it is."
    ),
    "limit": N_(
        "This organization has as many seats here as one may have. "
        "Say why one more is all right, or leave the organization as it is."
    ),
    "allotment": N_(
        "This organization has used its seats in the campaign. "
        "Say why one more is all right, or leave the organization as it is."
    ),
}


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
