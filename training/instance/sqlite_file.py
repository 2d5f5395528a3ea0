"""Looking into an SQLite file without changing a byte of it or of what lies beside it."""

import contextlib
import shutil
import sqlite3
import struct
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

if sys.platform != "win32":
    import fcntl

from training.instance.errors import InstanceError

#: ``Trng`` in ASCII: says that a database file is Training's.
APPLICATION_ID = 0x54726E67
#: https://www.sqlite.org/fileformat.html
_MAGIC = b"SQLite format 3\x00"
_HEADER_LENGTH = 100
_WAL_HEADER = struct.Struct(">8I")
_WAL_MAGIC = 0x377F0682
#: The bytes of which a connection in WAL mode keeps a shared lock for as long as it is open.
_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
_COPY_PREFIX = ".checking-"
_ATTEMPTS = 3


@dataclass(frozen=True)
class Identity:
    """What a database file says it is."""

    application_id: int
    #: Random, given when the file was made.
    number: int


def read(path: Path, *, thorough: bool) -> Identity:
    """Return what the file says it is, as the next connection would see it.

    :param thorough: read every page too. Where another process has the file open, that process
        has looked before and changes pages while we read, so only the identity is read.
    :raise InstanceError: what is there is no sound database.
    """
    for _ in range(_ATTEMPTS):
        before = _signature(path)
        try:
            return _read_once(path, thorough=thorough)
        except InstanceError:
            # Somebody opened it while we looked: what we saw may be half of what they wrote.
            if before == _signature(path) and not _is_open_elsewhere(path):
                raise
    return _read_once(path, thorough=thorough)


def _signature(path: Path) -> list[tuple[int, int]]:
    files = (path, _beside(path, "-wal"))
    return [(file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.exists()]


def _read_once(path: Path, *, thorough: bool) -> Identity:
    alone = _read_header(path)
    journal = _beside(path, "-journal")
    if journal.exists() and journal.stat().st_size:
        raise InstanceError(
            f"{journal} lies beside the database, and Training makes no such file: SQLite would "
            "write what is in it over the database. Move it away if it came from elsewhere; if "
            "you replaced the database by hand, put both back from one backup."
        )
    if _is_open_elsewhere(path):
        return _ask(path, "mode=ro")
    wal = _beside(path, "-wal")
    if not wal.exists() or not wal.stat().st_size:
        return _ask(path, "immutable=1", check="quick_check" if thorough else None)
    _check_wal_header(path, wal)
    with _copied(path, wal) as copy:
        try:
            merged = _ask(copy, "mode=ro", check="integrity_check", name=path)
        except InstanceError:
            _ask(path, "immutable=1", check="integrity_check")  # raises if it is not the -wal
            raise _foreign_wal(path, wal, "together they make no sound database") from None
    if merged != alone:
        raise _foreign_wal(path, wal, "it was written for another database")
    return merged


def _read_header(path: Path) -> Identity:
    with path.open("rb") as file:
        header = file.read(_HEADER_LENGTH)
    if not header:
        raise InstanceError(
            f"The database {path} is empty (0 bytes). Training never leaves it so: put it back "
            "from a backup, or delete it if this instance never had data."
        )
    if len(header) < _HEADER_LENGTH or not header.startswith(_MAGIC):
        raise InstanceError(
            f"{path} is not an SQLite database: it is damaged, or another kind of file. Put the "
            "database back from a backup."
        )
    number, application_id = struct.unpack(">i4xi", header[60:72])
    return Identity(application_id, number)


def _check_wal_header(path: Path, wal: Path) -> None:
    """Refuse what SQLite would take for an empty ``-wal`` and overwrite, or misread."""
    with path.open("rb") as file:
        (page_size,) = struct.unpack(">H", file.read(18)[16:18])
    with wal.open("rb") as file:
        header = file.read(_WAL_HEADER.size)
    if len(header) < _WAL_HEADER.size:
        return  # killed while it wrote the first bytes: nothing was acknowledged
    magic, _, wal_page_size, _, _, _, *checksum = _WAL_HEADER.unpack(header)
    if magic & ~1 != _WAL_MAGIC or _checksum(header[:24], is_big=bool(magic & 1)) != checksum:
        raise _foreign_wal(path, wal, "its beginning is damaged or of another kind of file")
    if wal_page_size != (65536 if page_size == 1 else page_size):
        raise _foreign_wal(path, wal, "its pages have another size")


def _checksum(data: bytes, *, is_big: bool) -> list[int]:
    """Compute the checksum of https://www.sqlite.org/fileformat.html, section 4.2."""
    first = second = 0
    for one, two in struct.iter_unpack(">2I" if is_big else "<2I", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return [first, second]


def _foreign_wal(path: Path, wal: Path, reason: str) -> InstanceError:
    return InstanceError(
        f"{wal} does not belong to the database {path.name} beside it: {reason}. Put both back "
        "from one backup; if there is none, move the -wal away, and the database is as it was "
        "before what the right -wal held."
    )


def _ask(
    path: Path, option: str, *, check: str | None = None, name: Path | None = None
) -> Identity:
    """Open the file for reading only and return its identity, after the check if one is named."""
    uri = f"file:{quote(str(path))}?{option}"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            verdict = "ok"
            if check:
                (verdict,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    except sqlite3.Error as error:
        verdict = str(error)
        application_id = number = 0
    if verdict != "ok":
        raise InstanceError(
            f"The database {name or path} is damaged ({' '.join(verdict.split())}). Put it back "
            "from a backup."
        )
    return Identity(application_id, number)


def _is_open_elsewhere(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    with path.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except (BlockingIOError, PermissionError):
            return True
    return False


@contextlib.contextmanager
def _copied(path: Path, wal: Path) -> Iterator[Path]:
    """Yield a second name of the database with a copy of its ``-wal``.

    Opening the first one, even for reading, would make a ``-shm`` beside it. Call it inside the
    instance's lock: what a killed check left is cleared away.
    """
    for left in path.parent.glob(f"{_COPY_PREFIX}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_COPY_PREFIX, dir=path.parent) as folder:
        copy = Path(folder) / path.name
        try:
            copy.hardlink_to(path.resolve())
        except OSError:  # a file system without links
            shutil.copyfile(path, copy)
        shutil.copyfile(wal, _beside(copy, "-wal"))
        yield copy


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
