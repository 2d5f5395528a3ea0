"""Why a file, an event of it or a change cannot be taken."""

from collections.abc import Sequence
from datetime import datetime, time

from training.errors import N_, ConflictError, DomainError, InvalidInputError


class UnknownFormatError(InvalidInputError):
    """JSON, but nothing that we know how to read."""

    code = "import-format"

    def __init__(self) -> None:
        super().__init__(
            N_('This is not an Eventbrite events list: an object with a list named "events".')
        )


class UnfitEventError(InvalidInputError):
    """An event lacks something, or says something that cannot be right."""

    code = "import-unfit"


class WrongZoneDataError(UnfitEventError):
    """The source and our time zone data disagree, so one of the two times is wrong."""

    code = "import-instant"

    def __init__(self, *, local: str, zone: str, ours: str, theirs: str) -> None:
        super().__init__(
            N_(
                "%(local)s in %(zone)s is %(ours)s by our time zone data, "
                "but the file says %(theirs)s."
            ),
            local=local,
            zone=zone,
            ours=ours,
            theirs=theirs,
        )


class TwiceInFileError(ConflictError):
    """Two events with one key, and different."""

    code = "import-twice"

    def __init__(self) -> None:
        super().__init__(N_("It stands in the input twice, and differently each time."))


class CancelledHereError(DomainError):
    """Said of a session that is cancelled here, whatever the source wants."""

    code = "import-cancelled-here"

    def __init__(self) -> None:
        super().__init__(N_("It is cancelled here, and an import never re-opens a session."))


class PublishedHereError(DomainError):
    """Said of a session that is a draft in the source and public here."""

    code = "import-published-here"

    def __init__(self) -> None:
        super().__init__(N_("It is published here, and an import never takes that back."))


class ImportedMeanwhileError(ConflictError):
    """Another import made the same session a moment ago."""

    code = "import-meanwhile"

    def __init__(self) -> None:
        super().__init__(N_("Another import is running. Nothing was changed; please try again."))


class UnreadableFileError(InvalidInputError):
    """A file that is no table we can read, or whose columns are not ours."""

    code = "import-unreadable"


class TooLargeFileError(UnreadableFileError):
    """More than we take at once."""

    code = "import-too-large"


class BadCellError(InvalidInputError):
    """What stands in a cell cannot be used."""

    code = "import-cell"


class RefusedRowsError(ConflictError):
    """Some rows cannot be brought in, and nobody said to leave them out."""

    code = "import-refused-rows"

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Nothing was brought in, because some rows cannot be. Correct the file and send "
                "it again, or choose to leave those rows out."
            )
        )


class ConfirmedBeforeError(ConflictError):
    """Somebody confirmed this import already."""

    code = "import-confirmed"

    def __init__(self) -> None:
        super().__init__(N_("This import was confirmed already."))


class WouldWaitError(DomainError):
    """Said of somebody who gets a place on the waitlist, not a seat."""

    code = "import-waits"

    def __init__(self) -> None:
        super().__init__(N_("No seat is free, so this person waits."))


class NoSeatError(DomainError):
    """Said of somebody who would have to wait, and is left out instead."""

    code = "import-no-seat"

    def __init__(self) -> None:
        super().__init__(N_("No seat is free for this person."))


class NoDateError(DomainError):
    """Said of an event that repeats on no day that is asked for."""

    code = "import-no-date"

    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__(
            N_("It has no date from %(since)s until %(until)s."),
            since=f"{since:%Y-%m-%d}",
            until=f"{until:%Y-%m-%d}",
        )


class OverError(DomainError):
    """Said of an event that is over."""

    code = "import-over"

    def __init__(self, since: datetime) -> None:
        super().__init__(N_("It was before %(since)s."), since=f"{since:%Y-%m-%d}")


class CancelledThereError(DomainError):
    """Said of an event that is called off in its calendar and never was brought in."""

    code = "import-cancelled-there"

    def __init__(self) -> None:
        super().__init__(N_("It is cancelled in the calendar."))


class StillOnHereError(DomainError):
    """Said of an event that is called off in its calendar, but not here."""

    code = "import-still-on-here"

    def __init__(self) -> None:
        super().__init__(
            N_("It is cancelled in the calendar, but not here: cancel it on its page.")
        )


class OwnMeetingError(DomainError):
    """Said of an event that comes from a feed of this very site."""

    code = "import-own-meeting"

    def __init__(self) -> None:
        super().__init__(N_("It comes from here: a session of this site has this meeting."))


class DiffersError(DomainError):
    """Said of a draft that is not what the calendar says any more."""

    code = "import-differs"

    def __init__(self, changed: Sequence[str]) -> None:
        super().__init__(
            N_(
                "It differs from the calendar: %(fields)s. It stays as it is unless you ask for it."
            ),
            fields=", ".join(changed),
        )


class DiffersPublishedError(DomainError):
    """Said of a session that people see already and that is not what the calendar says."""

    code = "import-differs-published"

    def __init__(self, changed: Sequence[str]) -> None:
        super().__init__(
            N_(
                "It differs from the calendar: %(fields)s. It is published, so change it on its "
                "page, where people are told."
            ),
            fields=", ".join(changed),
        )


class TakenForZoneError(DomainError):
    """Said of an event whose time zone only its calendar knows by this name."""

    code = "import-taken-for-zone"

    def __init__(self, name: str, zone: str) -> None:
        super().__init__(
            N_("“%(name)s” was taken for %(zone)s, whose clocks show the same then."),
            name=name[:60],
            zone=zone,
        )


class TakenAllDayError(DomainError):
    """Said of an event of whole days that was given times."""

    code = "import-taken-all-day"

    def __init__(self, begins: time, ends: time) -> None:
        super().__init__(
            N_("It takes whole days in the calendar; here from %(begins)s to %(ends)s."),
            begins=f"{begins:%H:%M}",
            ends=f"{ends:%H:%M}",
        )


class UnreachableError(UnreadableFileError):
    """What is at an address cannot be fetched, or must not be."""

    code = "import-unreachable"
