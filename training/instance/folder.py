"""The folder that a running copy owns, and which database belongs to it."""

import contextlib
import os
import secrets
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl
    import pwd

from training.config import Settings
from training.instance import sqlite_file
from training.instance.errors import InstanceError

#: Holds the number of the database that belongs to the folder.
ID_FILE = "database_id"
LOCK_FILE = "lock"


@contextlib.contextmanager
def locked(settings: Settings) -> Iterator[None]:
    """Let one process at a time look at the files, create them, or migrate.

    :raise InstanceError: the folder is missing its owner's permissions.
    """
    _check_folder(settings.instance)
    if settings.sqlite_path is not None:
        _check_folder(settings.sqlite_path.parent)
    if sys.platform == "win32":
        yield
        return
    # A new descriptor each time: a shared one would share the lock.
    descriptor = os.open(settings.instance / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check(settings: Settings, *, thorough: bool) -> bool:
    """Say whether the SQLite file is there and is this instance's; False: it never was.

    Call it inside ``locked()``, in a process that does not have the file open. What a killed
    process left behind is no fault.

    :param thorough: read the whole file too, as ``serve`` and ``migrate`` do.
    :raise InstanceError: for everything that must be neither opened nor made anew.
    """
    path = _path(settings)
    expected = _read_number(settings.instance / ID_FILE)
    if not path.exists():
        _refuse_loss(path, settings.instance / ID_FILE, expected)
        return False
    path = path.resolve()  # SQLite keeps the -wal beside the file that a link leads to
    _check_file(path)
    try:
        found = sqlite_file.read(path, thorough=thorough)
    except OSError as error:  # such as a full disk: looking at what a kill left takes a copy
        raise InstanceError(
            f"{path} cannot be looked at: {error.strerror}. Nothing was changed."
        ) from error
    if found.application_id != sqlite_file.APPLICATION_ID:
        raise InstanceError(
            f"{path} is an SQLite database, but not one of Training. Name another file in "
            "TRAINING_DATABASE_URL, or move this one away."
        )
    if expected is not None and found.number != expected:
        raise InstanceError(
            f"{path} is not the database of this instance: {settings.instance / ID_FILE} says "
            f"number {expected}, and the file has number {found.number}. Put the right file back; "
            f"if this one is meant to take its place, delete {settings.instance / ID_FILE}."
        )
    return True


def create(settings: Settings) -> None:
    """Make the database file of a fresh instance, with its number and no tables yet.

    Call it inside ``locked()``, and only after ``check()`` said that there never was one. The
    file appears whole: killed in between, this leaves none.
    """
    path = _path(settings)
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with contextlib.closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA application_id = {sqlite_file.APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {secrets.randbelow(2**31 - 1) + 1}")
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def remember(settings: Settings) -> None:
    """Keep the database's number in the instance folder, if it is not there yet.

    Call it inside ``locked()``, after ``check()`` or ``create()``.
    """
    marker = settings.instance / ID_FILE
    if _read_number(marker) is not None:
        return
    number = sqlite_file.read(_path(settings).resolve(), thorough=False).number
    draft = marker.with_name(f".{ID_FILE}-{secrets.token_hex(8)}")
    draft.write_text(f"{number}\n", encoding="utf-8")
    draft.replace(marker)


def _path(settings: Settings) -> Path:
    if settings.sqlite_path is None:
        raise ValueError("PostgreSQL has no database file")
    return settings.sqlite_path


def _read_number(marker: Path) -> int | None:
    try:
        return int(marker.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise InstanceError(
            f"{marker} does not hold the number of a database. Put it back from a backup; if the "
            "database beside it is the right one, delete it and it is written anew."
        ) from None


def _refuse_loss(path: Path, marker: Path, expected: int | None) -> None:
    """Refuse to go on where a database should be: a new one would be empty."""
    what = f"The database {path} is missing"
    if path.is_symlink():
        raise InstanceError(
            f"{what}: it is a link to {path.readlink()}, and nothing is there. Is a disk not "
            "mounted?"
        )
    if expected is not None:
        raise InstanceError(
            f"{what}, and this instance had one ({marker} says number {expected}). Put it back "
            "from a backup; to begin anew with nothing, use an empty folder as TRAINING_INSTANCE."
        )
    for suffix in ("-wal", "-journal"):
        if path.with_name(path.name + suffix).exists():
            raise InstanceError(
                f"{what}, and its {path.name}{suffix} is still there. Put both back from a backup."
            )


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InstanceError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise InstanceError(
            f"The folder {folder} cannot be written by {_whoami()}. The database needs it "
            f"writable; it belongs to {_owner(folder)}."
        )


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise InstanceError(f"{path} is not a file, so it cannot be the database.")
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        if not name.exists():
            continue
        if sys.platform != "win32" and name.stat().st_uid != os.geteuid():
            raise InstanceError(
                f"{name} belongs to {_owner(name)}, and this is run by {_whoami()}. Run it as "
                f"{_owner(name)}, or give the file to {_whoami()} with chown."
            )
        if not os.access(name, os.R_OK | os.W_OK):
            raise InstanceError(
                f"{name} cannot be read and written by {_whoami()}. Make it writable (chmod u+rw), "
                "or mount its disk for writing."
            )


def _owner(path: Path) -> str:
    return _name_of(path.stat().st_uid)


def _whoami() -> str:
    return "you" if sys.platform == "win32" else _name_of(os.geteuid())


def _name_of(uid: int) -> str:
    if sys.platform != "win32":
        with contextlib.suppress(KeyError):  # containers run as numbers without a name
            return pwd.getpwuid(uid).pw_name
    return f"user {uid}"
