"""One row of a table, read cell by cell: what is wrong is collected, so that all of it is said."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email

from training.clock import (
    Fold,
    UnknownZoneError,
    WallTimeError,
    find_zone,
    is_ambiguous,
    wall_to_utc,
)
from training.errors import N_, DomainError
from training.imports.cleaning import cleaned_noting
from training.imports.errors import BadCellError
from training.imports.values import Problem
from training.sessions.fields import is_language
from training.text import MAX_EMAIL, MAX_EMAIL_LOCAL, MAX_LONG_TEXT, cleaned_line, cleaned_lines
from training.web.zones import nearest_zones

WordT = TypeVar("WordT", bound=StrEnum)

YEARS = range(1970, 2101)
_DIGITS = re.compile("[0-9]{1,9}", re.ASCII)
_WALL = re.compile(
    r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})[T ]([0-9]{2}):?([0-9]{2})(?::?00)?"
    r"(?: ?(?:(Z)|([+-])([0-9]{2}):?([0-9]{2})))?",
    re.ASCII | re.IGNORECASE,
)
#: By the length of a subtag: a region is written in capitals, a script like a name.
_SUBTAG: Mapping[int, Callable[[str], str]] = {2: str.upper, 4: str.title}
#: Longest piece of somebody's text that is repeated in a sentence about it.
_MAX_QUOTED = 60


class Cells:
    """The cells of one row, by the names of their columns."""

    def __init__(
        self, number: int, text_of: Mapping[str, str], label_of: Mapping[str, str]
    ) -> None:
        self.number = number
        self._text_of = text_of
        self._label_of = label_of
        self.problems: list[Problem] = []
        self.cleaned: list[str] = []

    @property
    def says(self) -> frozenset[str]:
        """The columns in which something stands."""
        return frozenset(name for name, text in self._text_of.items() if text.strip())

    def raw(self, column: str) -> str:
        """Return what stands in a cell, without white space around it."""
        return self._text_of.get(column, "").strip()

    def refuse(self, column: str, error: DomainError) -> None:
        """Note what is wrong with a cell; an empty column: with the row."""
        label = self._label_of.get(column, column)
        self.problems.append(Problem(row=self.number, column=label, error=error))

    def line(self, column: str, *, most: int = 200, is_required: bool = False) -> str:
        """Return one line of text."""
        return self._text(column, cleaned_line, most=most, is_required=is_required)

    def text(self, column: str) -> str:
        """Return a text of several lines."""
        return self._text(column, cleaned_lines, most=MAX_LONG_TEXT, is_required=False)

    def _text(
        self, column: str, clean: Callable[[str], str], *, most: int, is_required: bool
    ) -> str:
        typed = self._text_of.get(column, "").replace("\r\n", "\n").strip()
        text, is_cleaned = cleaned_noting(typed, clean)
        if is_cleaned:
            self.cleaned.append(self._label_of.get(column, column))
        if is_required and not text:
            self.refuse(column, BadCellError(N_("This is missing.")))
        if len(text) > most:
            self.refuse(
                column,
                BadCellError(
                    N_("This has %(length)s characters; at most %(most)s can be kept."),
                    length=len(text),
                    most=most,
                ),
            )
            return ""
        return text

    def word(self, column: str, kind: type[WordT], default: WordT) -> WordT:
        """Return one of the words of a kind, in whatever case, with a hyphen or a space too."""
        typed = self.line(column)
        folded = re.sub("[ -]+", "_", typed.casefold())
        if not folded:
            return default
        try:
            return kind(folded)
        except ValueError:
            self._refuse_word(column, typed, [word.value for word in kind])
            return default

    def _refuse_word(self, column: str, typed: str, words: list[str]) -> None:
        self.refuse(
            column,
            BadCellError(
                N_("“%(typed)s” is none of these: %(words)s."),
                typed=quoted(typed),
                words=", ".join(words),
            ),
        )

    def language(self, column: str, *, default: str) -> str:
        """Return the code of a language, BCP 47, in its usual case."""
        typed = self.line(column)
        if not typed:
            return default
        language, *rest = re.split("[-_]", typed)
        tag = "-".join([language.lower(), *(_SUBTAG.get(len(part), str)(part) for part in rest)])
        if not is_language(tag):
            self.refuse(
                column,
                BadCellError(
                    N_("“%(typed)s” is no code of a language, such as en or pt-BR."),
                    typed=quoted(typed),
                ),
            )
            return default
        return tag

    def number_of(self, column: str, *, least: int, most: int) -> int | None:
        """Return a whole number; None: nothing stands there."""
        typed = self.line(column)
        if not typed:
            return None
        number = int(typed) if _DIGITS.fullmatch(typed) else None
        if number is None or not least <= number <= most:
            self.refuse(
                column,
                BadCellError(
                    N_("“%(typed)s” is no whole number from %(least)s to %(most)s."),
                    typed=quoted(typed),
                    least=least,
                    most=most,
                ),
            )
            return None
        return number

    def zone(self, column: str, *, is_required: bool = False) -> ZoneInfo | None:
        """Return a time zone; None: nothing stands there, or none of this name exists."""
        typed = self.line(column, is_required=is_required)
        if not typed:
            return None
        try:
            return find_zone(typed)
        except UnknownZoneError:
            near = nearest_zones(typed)
        if near:
            error = BadCellError(
                N_("There is no time zone “%(typed)s”. The nearest are: %(names)s."),
                typed=quoted(typed),
                names=", ".join(near),
            )
        else:
            error = BadCellError(
                N_("There is no time zone “%(typed)s”. Name a place, such as Africa/Nairobi."),
                typed=quoted(typed),
            )
        self.refuse(column, error)
        return None

    def wall(self, column: str, zone: ZoneInfo | None) -> tuple[datetime, Fold | None] | None:
        """Return what a wall clock shows, and which time it is where it shows that twice.

        :param zone: None: it is unknown, so a time is only read.
        """
        typed = self.line(column, is_required=True)
        if not typed:
            return None
        try:
            wall, offset = _wall(typed)
            if zone is None:
                return wall, None
            fold = _fold(wall, zone, offset)
            wall_to_utc(wall, zone, fold=fold)
        except WallTimeError as error:
            self.refuse(column, _twice(error))
            return None
        except DomainError as error:
            self.refuse(column, error)
            return None
        return wall, fold

    def email(self, column: str) -> str | None:
        """Return an address that mail can be sent to; None: nothing stands there."""
        typed = self.line(column, most=MAX_EMAIL)
        if not typed:
            return None
        if not is_email(typed):
            self._refuse_email(column, typed)
            return None
        return typed

    def emails(self, column: str) -> tuple[str, ...]:
        """Return several addresses."""
        typed = self.line(column, most=20 * MAX_EMAIL)
        found = [part for part in re.split("[;,\\s]+", typed) if part]
        for one in found:
            if not is_email(one):
                self._refuse_email(column, one)
        return tuple(found)

    def _refuse_email(self, column: str, typed: str) -> None:
        self.refuse(
            column, BadCellError(N_("“%(typed)s” is not an e-mail address."), typed=quoted(typed))
        )


def is_email(text: str) -> bool:
    """Tell whether mail can be sent to it, as a form would."""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return len(found.local_part) <= MAX_EMAIL_LOCAL


def quoted(text: str) -> str:
    """Return as much of somebody's text as is repeated in a sentence about it."""
    return text[:_MAX_QUOTED] + ("…" if len(text) > _MAX_QUOTED else "")


def _wall(typed: str) -> tuple[datetime, timedelta | None]:
    found = _WALL.fullmatch(typed)
    try:
        wall = datetime(*map(int, found.groups()[:5])) if found else None  # type: ignore[arg-type]  # noqa: DTZ001 -- five numbers; a wall clock has no zone
    except ValueError:  # such as the 31st of June
        wall = None
    if found is None or wall is None or wall.year not in YEARS:
        raise BadCellError(
            N_(
                "“%(typed)s” is no time that can be read. Write year, month, day and the time, "
                "such as 2027-05-12 14:00 or 20270512T140000."
            ),
            typed=quoted(typed),
        )
    if found[6]:
        return wall, timedelta(0)
    if not found[7]:
        return wall, None
    offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
    return wall, -offset if found[7] == "-" else offset


def _fold(wall: datetime, zone: ZoneInfo, offset: timedelta | None) -> Fold | None:
    """Return which of two equal times an offset means.

    :raise BadCellError: the clocks there are never that far from UTC then.
    """
    if offset is None:
        return None
    folds: tuple[Fold, ...] = (0, 1) if is_ambiguous(wall, zone) else (0,)
    for fold in folds:
        ours = wall_to_utc(wall, zone, fold=fold)
        if ours == (wall - offset).replace(tzinfo=UTC):
            return fold if len(folds) > 1 else None
    raise BadCellError(
        N_("The clocks in %(zone)s are not that far from UTC at this time. Leave the offset out."),
        zone=zone.key,
    )


def _twice(error: WallTimeError) -> DomainError:
    """Return what a doubled time is refused with, where nobody can be asked which is meant."""
    if error.code != "wall-time-ambiguous":
        return error
    return BadCellError(
        N_(
            "On %(day)s the clocks in %(zone)s show %(time)s twice. Say which is meant by its "
            "offset, such as %(day)s %(time)s+01:00."
        ),
        **error.values,
    )
