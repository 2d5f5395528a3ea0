"""CSV files: bytes in, drafts of what they describe out. Reads no clock and no database."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from training.imports.cells import Cells
from training.imports.columns import known_columns, read_header
from training.imports.sheets import organizations, people, registrations, sessions
from training.imports.sheets.parts import Context, Item, cells_of
from training.imports.table import read_table
from training.imports.values import Draft, Kind, Row, Sheet

__all__ = ["read_sheet"]

_READERS: Mapping[Kind, Callable[[Iterable[Cells], Context], Iterable[Item]]] = MappingProxyType(
    {
        Kind.SESSIONS: sessions.read,
        Kind.ORGANIZATIONS: organizations.read,
        Kind.PEOPLE: people.read,
        Kind.REGISTRATIONS: registrations.read,
    }
)


def read_sheet(kind: Kind, data: bytes, *, locale: str) -> Sheet:
    """Read a file; a row that cannot be used says everything that is wrong with it.

    :param locale: the site's, for those who say none.
    :raise UnreadableFileError: it is no table, or its columns are not those of this kind.
    """
    table = read_table(data, fits=lambda header: known_columns(kind, header))
    header = read_header(kind, table.header)
    rows = cells_of(table, header)
    items = list(_READERS[kind](rows, Context(locale=locale, is_foreign=header.is_foreign)))
    return Sheet(
        drafts=tuple(item for item in items if isinstance(item, Draft)),
        refused=tuple(item for item in items if isinstance(item, Row)),
        unused=header.unused,
    )
