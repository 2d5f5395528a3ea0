"""Why staff cannot do that to a session."""

from collections.abc import Sequence
from typing import Any

from training.errors import N_, ConflictError, InvalidInputError


class StaleSessionError(ConflictError):
    """Somebody else saved the session since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this session while you were editing it. "
                "Your changes are not saved yet: compare them with what stands now, and save again."
            )
        )


class SessionCancelledError(ConflictError):
    """A cancelled session stays as it is."""

    code = "session-cancelled"

    def __init__(self) -> None:
        super().__init__(N_("This session is cancelled."))


class NotCancelledError(ConflictError):
    """Only a cancelled session can be re-opened."""

    code = "not-cancelled"

    def __init__(self) -> None:
        super().__init__(N_("This session is not cancelled."))


class TooLateToReopenError(ConflictError):
    """A session whose time has passed stays cancelled."""

    code = "too-late-to-reopen"

    def __init__(self) -> None:
        super().__init__(
            N_("This session would be over by now. Duplicate it to hold it at another time.")
        )


class NothingToDecideError(ConflictError):
    """Whether it takes place is no question: there is no minimum, or it was decided."""

    code = "nothing-to-decide"

    def __init__(self) -> None:
        super().__init__(N_("Whether this session takes place is decided already."))


class NotADraftError(ConflictError):
    """Only a draft can be published."""

    code = "not-a-draft"

    def __init__(self) -> None:
        super().__init__(N_("This session is published already."))


class InvalidPlanError(InvalidInputError):
    """The plan does not add up, such as a meeting that ends before it starts."""

    code = "invalid-plan"


class NotConfirmedError(ConflictError):
    """What saving does was not seen yet by whoever saves.

    :param clashes: ``rules.clashes.Clash`` that would stand.
    :param key: what the form must bring to say that all of it was seen.
    """

    def __init__(self, message: str, *, clashes: Sequence[Any], key: str) -> None:
        super().__init__(message)
        self.clashes, self.key = tuple(clashes), key


class ClashError(NotConfirmedError):
    """A trainer or a room is wanted in two places at once."""

    code = "clash"

    def __init__(self, *, clashes: Sequence[Any], key: str) -> None:
        super().__init__(
            N_(
                "This clashes with other meetings; see below. Nothing is saved yet. "
                "Change it, or save all the same."
            ),
            clashes=clashes,
            key=key,
        )


class ClashReasonMissingError(InvalidInputError):
    """A clash is to be saved all the same, and nobody said why.

    :param clashes: and ``key``: as of ``NotConfirmedError``.
    :param is_move: it was to be confirmed together with a move of people.
    """

    code = "clash-reason-missing"

    def __init__(self, *, clashes: Sequence[Any], key: str, is_move: bool = False) -> None:
        super().__init__(N_("Say why this is saved although it clashes."))
        self.clashes, self.key, self.is_move = tuple(clashes), key, is_move


class MoveNotConfirmedError(NotConfirmedError):
    """People are registered who would have to come at another time or to another place."""

    code = "move-not-confirmed"

    def __init__(self, *, clashes: Sequence[Any], key: str) -> None:
        super().__init__(N_("People are registered for this session."), clashes=clashes, key=key)


class TooManyAbsencesError(ConflictError):
    """More was noted of when somebody cannot train than anybody looks through."""

    code = "too-many-absences"

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("At most %(most)s entries can be noted. Remove some that are over."), most=most
        )


class StaleCourseError(ConflictError):
    """Somebody else saved the course since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this course while you were editing it. "
                "Your changes are not saved yet: compare them with what stands now, and save again."
            )
        )


class CourseSlugTakenError(ConflictError):
    """Two courses cannot have one address."""

    code = "course-slug-taken"

    def __init__(self) -> None:
        super().__init__(N_("Another course has this address."))


class CircularCoursesError(InvalidInputError):
    """A course is to build on one that builds on it, at once or through others."""

    code = "circular-courses"

    def __init__(self, title: str) -> None:
        super().__init__(
            N_("“%(title)s” builds on this course itself: take away one or the other."),
            title=title,
        )


class RequiredCourseError(ConflictError):
    """A course is to build on one that does not exist any more."""

    code = "required-course-missing"

    def __init__(self) -> None:
        super().__init__(N_("A course you chose was deleted meanwhile. Please look again."))


class CourseInUseError(ConflictError):
    """Sessions of it were held or planned, or others build on it, so it can be archived only."""

    code = "course-in-use"

    def __init__(self) -> None:
        super().__init__(N_("This course is in use, so it cannot be deleted. Archive it instead."))


class StaleProfileError(ConflictError):
    """Somebody else saved what people see of a trainer since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this while you were editing. "
                "Below is what differs; save again to keep what you typed."
            )
        )


class StaleVenueError(ConflictError):
    """Somebody else saved the venue or its rooms since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this venue while you were editing it. "
                "Your changes are not saved yet: compare them with what stands now, and save again."
            )
        )


class VenueNameTakenError(ConflictError):
    """Two venues cannot be told apart by one name."""

    code = "venue-name-taken"

    def __init__(self) -> None:
        super().__init__(N_("Another venue has this name."))


class RoomNameTakenError(ConflictError):
    """Two rooms of a venue cannot be told apart by one name."""

    code = "room-name-taken"

    def __init__(self) -> None:
        super().__init__(N_("Two rooms of a venue cannot have one name."))


class VenueInUseError(ConflictError):
    """Meetings were held or planned there, so it can be archived only."""

    code = "venue-in-use"

    def __init__(self) -> None:
        super().__init__(N_("This venue is in use, so it cannot be deleted. Archive it instead."))


class StaleQuestionError(ConflictError):
    """Somebody else changed the question since the form was opened."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Somebody else changed this question while you were editing it. "
                "Your changes are not saved yet: compare them with what stands now, and save again."
            )
        )


class QuestionOrderError(ConflictError):
    """The questions are others by now, or in another order, than the page showed."""

    code = "stale-version"

    def __init__(self) -> None:
        super().__init__(
            N_("Somebody else changed these questions. Please look at them, and try again.")
        )


class TooManyQuestionsError(ConflictError):
    """People answer so many questions at most."""

    code = "too-many-questions"

    def __init__(self, most: int) -> None:
        super().__init__(
            N_("At most %(most)s questions can be asked here. Archive one of them first."),
            most=most,
        )


class SessionOverError(ConflictError):
    """What is over stays as it was."""

    code = "session-over"

    def __init__(self) -> None:
        super().__init__(N_("This session is over."))


class SessionBegunError(ConflictError):
    """What has begun cannot begin at another time."""

    code = "session-begun"

    def __init__(self) -> None:
        super().__init__(N_("This session has begun."))


class WouldHaveBegunError(ConflictError):
    """It would have to begin before now."""

    code = "would-have-begun"

    def __init__(self) -> None:
        super().__init__(N_("It would have begun already."))


class WouldClashError(ConflictError):
    """A trainer or a room would be wanted in two places at once."""

    code = "would-clash"

    def __init__(self) -> None:
        super().__init__(N_("It would clash: a trainer or a room is wanted elsewhere then."))


class TrainsAlreadyError(ConflictError):
    """Who is to train it does so."""

    code = "trains-already"

    def __init__(self) -> None:
        super().__init__(N_("They train it already."))


class DoesNotTrainError(ConflictError):
    """Who is to train it no longer does not."""

    code = "does-not-train"

    def __init__(self) -> None:
        super().__init__(N_("They do not train it."))


class PlannedMeanwhileError(ConflictError):
    """What is to be made clashes with what was planned after its dates were shown."""

    code = "planned-meanwhile"

    def __init__(self) -> None:
        super().__init__(N_("Something else was planned meanwhile: look at the dates that clash."))


class ChangedMeanwhileError(ConflictError):
    """Somebody changed it after it was shown."""

    code = "changed-meanwhile"

    def __init__(self) -> None:
        super().__init__(N_("Somebody changed it after you looked."))
