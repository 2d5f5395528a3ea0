"""What the readers of all kinds share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.errors import N_
from training.imports.cells import Cells
from training.imports.columns import Header
from training.imports.errors import BadCellError
from training.imports.sheets import calendars
from training.imports.table import Table
from training.imports.values import Draft, Outcome, Row

#: What a reader makes of a row, or of several that belong together.
Item = Draft | Row


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What the rows of one file have in common."""

    #: The site's language.
    locale: str
    #: Whether the file has another program's words for the columns; see ``calendars``.
    is_foreign: bool = False


def cells_of(table: Table, header: Header) -> Iterator[Cells]:
    """Yield the rows of a table by the names of our columns."""
    for row in table.rows:
        text_of = {
            name: row.cells[place] if place < len(row.cells) else ""
            for name, place in header.place_of.items()
        }
        if header.is_foreign:
            text_of = calendars.in_our_words(text_of)
        cells = Cells(row.number, text_of, header.label_of)
        for place, text in enumerate(row.cells, start=1):
            if text.strip() and not table.header[place - 1]:
                cells.refuse(
                    "",
                    BadCellError(
                        N_("Something stands in column %(place)s, which has no name."), place=place
                    ),
                )
                break
        yield cells


def refused(rows: Sequence[Cells], name: str) -> Row:
    """Return what a report says of rows that belong together and cannot be used."""
    return Row(
        outcome=Outcome.REFUSED,
        name=name,
        number=rows[0].number,
        problems=tuple(problem for cells in rows for problem in cells.problems),
    )


def refuse_double(cells: Cells, column: str, row: int) -> None:
    """Refuse a row that says again what another one said."""
    cells.refuse(column, BadCellError(N_("This stands in row %(row)s already."), row=row))
