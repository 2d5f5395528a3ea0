"""The rows of an attendance sheet: one made by the template for each status, and filled in here.

A row has six buttons with words of their own, and a sheet has 200 rows: through the template they
take 20 ms, filled in they take a third of one. Nobody's name is kept.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup, escape

from training.text import for_display


class Row(Protocol):
    """One person on the sheet; ``templates/components/attendance.html`` says what is what."""

    @property
    def registration_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def status(self) -> str | None: ...


# Control characters: no text of ours has them (``training.text``), so none is taken for another.
_NUMBER, _NAME, _DETAIL, _BETWEEN = "\x01", "\x02", "\x03", "\x04"


class _Blank(NamedTuple):
    """Stands for a person in the row that is made by the template."""

    status: str | None
    detail: str
    registration_id: str = _NUMBER
    name: str = _NAME


def attendance_rows(rows: Sequence[Row]) -> Markup:
    """Return the rows of a sheet, in the current locale."""
    locale = str(get_locale())
    names, details = _shown(row.name for row in rows), _shown(row.detail for row in rows)
    # What is filled in is escaped, and the pattern was by the template.
    return Markup(  # noqa: S704
        "\n".join(
            [
                _filled(_pattern(row.status, bool(detail), locale), row, name, detail)
                for row, name, detail in zip(rows, names, details, strict=True)
            ]
        )
    )


def kept_attendance_words() -> Markup:
    """Return what a sheet tells its script, in the current locale."""
    return _words(str(get_locale()))


def _shown(texts: Iterable[str]) -> list[str]:
    """Return texts as they stand in HTML. One by one that takes five times as long."""
    return str(escape(for_display(_BETWEEN.join(texts)))).split(_BETWEEN)


def _filled(pattern: Sequence[Sequence[str]], row: Row, name: str, detail: str) -> str:
    number = str(row.registration_id)
    html = name.join([number.join(pieces) for pieces in pattern])
    return html.replace(_DETAIL, detail) if detail else html


@lru_cache(maxsize=256)
def _pattern(status: str | None, has_detail: bool, _locale: str) -> Sequence[Sequence[str]]:  # noqa: FBT001 (a key of the cache)
    """Return a row in pieces: between them stands the name, and inside of them the number."""
    html = str(_macros().attendance_row(_Blank(status, _DETAIL if has_detail else "")))
    return [piece.split(_NUMBER) for piece in html.split(_NAME)]


@lru_cache(maxsize=64)
def _words(_locale: str) -> Markup:
    words: Markup = _macros().attendance_words()
    return words


def _macros() -> Any:
    return current_app.jinja_env.get_template("components/attendance.html").module
