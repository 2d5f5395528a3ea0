"""What SQLite writes to its files and when it has them synced, taken down as it happens.

SQLite reaches the disk through a table of functions (https://www.sqlite.org/vfs.html). Three of
them are replaced in this process by ones that take note and then do what the real ones do.
"""

import _sqlite3
import ctypes
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

#: Flags of xOpen, and the names of the files that they stand for.
_SUFFIXES = {0x00000100: "", 0x00080000: "-wal"}
#: Where the functions stand among the pointers of a ``sqlite3_vfs`` and a ``sqlite3_io_methods``.
_VFS_LENGTH, _OPEN = 21, 5
_METHODS_LENGTH, _WRITE, _TRUNCATE, _SYNC = 19, 3, 4, 5

_Pointer = ctypes.c_void_p
#: The name as a pointer: SQLite keeps it for as long as the file is open.
_OpenFunction = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, _Pointer, ctypes.c_int, _Pointer)
_WriteFunction = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, ctypes.c_int, ctypes.c_longlong)
_TruncateFunction = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_longlong)
_SyncFunction = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_int)


class Kind(StrEnum):
    """What happened."""

    WRITE = "write"
    TRUNCATE = "truncate"
    SYNC = "sync"
    #: Somebody was told that it is kept.
    ACKNOWLEDGED = "acknowledged"


class Event(NamedTuple):
    """One thing that happened to a file, or was promised."""

    kind: Kind
    #: Of the file's name.
    suffix: str = ""
    offset: int = 0
    data: bytes = b""


def is_possible() -> bool:
    """Tell whether this Python's SQLite can be reached; some carry it without its names."""
    is_wide = ctypes.sizeof(_Pointer) == ctypes.sizeof(ctypes.c_longlong)
    return is_wide and hasattr(_library(), "sqlite3_vfs_find")


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(_sqlite3.__file__)


class DiskLog:
    """Takes down what every connection of this process does from now on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._suffix_of: dict[int, str] = {}
        #: For each table of functions of SQLite's, ours in its place.
        self._tables: dict[int, ctypes.Array[Any]] = {}
        self._kept: list[object] = []
        library = _library()
        library.sqlite3_vfs_find.restype = _Pointer
        library.sqlite3_vfs_register.argtypes = [_Pointer, ctypes.c_int]
        real = library.sqlite3_vfs_find(None)
        ours = (_Pointer * _VFS_LENGTH).from_buffer_copy(
            (_Pointer * _VFS_LENGTH).from_address(real)
        )
        open_file = _OpenFunction(int(ours[_OPEN] or 0))

        def note_open(_vfs: int, name: int, file: int, flags: int, out: int) -> int:
            code: int = open_file(real, name, file, flags, out)
            suffixes = [suffix for flag, suffix in _SUFFIXES.items() if flags & flag]
            if code == 0 and suffixes:
                self._suffix_of[file] = suffixes[0]
                table = _Pointer.from_address(file)
                table.value = ctypes.addressof(self._table_for(int(table.value or 0)))
            return code

        callback = _OpenFunction(note_open)
        ours[_OPEN] = ctypes.cast(callback, _Pointer)
        self._kept += [ours, callback]
        assert library.sqlite3_vfs_register(ctypes.addressof(ours), 1) == 0

    def acknowledge(self, what: str) -> None:
        self.events.append(Event(Kind.ACKNOWLEDGED, data=what.encode()))

    def _table_for(self, real: int) -> "ctypes.Array[Any]":
        if real in self._tables:
            return self._tables[real]
        ours = (_Pointer * _METHODS_LENGTH).from_buffer_copy(
            (_Pointer * _METHODS_LENGTH).from_address(real)
        )
        write = _WriteFunction(int(ours[_WRITE] or 0))
        truncate = _TruncateFunction(int(ours[_TRUNCATE] or 0))
        sync = _SyncFunction(int(ours[_SYNC] or 0))

        def note_write(file: int, data: int, length: int, offset: int) -> int:
            written = ctypes.string_at(data, length)
            self._note(file, Kind.WRITE, offset, written)
            code: int = write(file, data, length, offset)
            return code

        def note_truncate(file: int, length: int) -> int:
            self._note(file, Kind.TRUNCATE, length)
            code: int = truncate(file, length)
            return code

        def note_sync(file: int, flags: int) -> int:
            code: int = sync(file, flags)
            self._note(file, Kind.SYNC)
            return code

        for place, kind, function in (
            (_WRITE, _WriteFunction, note_write),
            (_TRUNCATE, _TruncateFunction, note_truncate),
            (_SYNC, _SyncFunction, note_sync),
        ):
            self._put(ours, place, kind(function))
        self._tables[real] = ours
        return ours

    def _put(self, table: "ctypes.Array[Any]", place: int, callback: Callable[..., int]) -> None:
        table[place] = ctypes.cast(callback, _Pointer)  # type: ignore[arg-type]  # a pointer to it
        self._kept.append(callback)  # else it would be collected while SQLite still calls it

    def _note(self, file: int, kind: Kind, offset: int = 0, data: bytes = b"") -> None:
        self.events.append(Event(kind, self._suffix_of[file], offset, data))
