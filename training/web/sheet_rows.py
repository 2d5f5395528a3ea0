"""The rows of an attendance sheet: one made by the template for each status, and filled in here.

A row has six buttons with words of their own, and a sheet has 200 rows: through the template they
take 20 ms, filled in they take one. Nobody's name is kept.
"""

from collections.abc import Iterable
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


class _Blank(NamedTuple):
    """Stands for a person in the row that is made by the template.

    Control characters: no text of ours has them (``training.text``), so none is taken for another.
    """

    status: str | None
    detail: str
    registration_id: str = "\x01"
    name: str = "\x02"


_DETAIL = "\x03"


def attendance_rows(rows: Iterable[Row]) -> Markup:
    """Return the rows of a sheet, in the current locale."""
    locale = str(get_locale())
    return Markup("\n").join(_filled(row, locale) for row in rows)


def _filled(row: Row, locale: str) -> Markup:
    pattern = _pattern(row.status, _DETAIL if row.detail else "", locale)
    html = pattern.replace("\x01", str(row.registration_id))
    html = html.replace("\x02", escape(for_display(row.name)))
    # Ours are escaped above and below, and the pattern by the template.
    return Markup(html.replace(_DETAIL, escape(for_display(row.detail))))  # noqa: S704


@lru_cache(maxsize=256)
def _pattern(status: str | None, detail: str, _locale: str) -> str:
    sheet: Any = current_app.jinja_env.get_template("components/attendance.html").module
    return str(sheet.attendance_row(_Blank(status, detail)))
