"""What about SQLite itself could lose data: its version, and how a connection is set up."""

import re
import sqlite3
from pathlib import Path

#: ``PRAGMA synchronous`` by its number.
_SYNCHRONOUS = {0: "OFF", 1: "NORMAL", 2: "FULL", 3: "EXTRA"}
_FULL = 2


def wal_reset_warning(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str | None:
    """Say if this SQLite can damage a database in a rare race; None if it cannot.

    "The WAL-reset bug" of https://www.sqlite.org/wal.html: in 3.7.0 to 3.51.2, corrected in
    3.51.3 and, for older lines, in 3.44.6 and 3.50.7.
    """
    is_corrected = version >= (3, 51, 3) or any(
        version[:2] == fixed[:2] and version >= fixed for fixed in ((3, 44, 6), (3, 50, 7))
    )
    if is_corrected or version < (3, 7, 0):
        return None
    return (
        f"SQLite {'.'.join(map(str, version[:3]))} has the WAL-reset bug: in a rare race it can "
        "damage the database. Make backups, and upgrade to SQLite 3.51.3 or later "
        "(3.50.7 and 3.44.6 are corrected too)."
    )


#: File systems that several machines may have mounted, as Linux names them.
_SHARED = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|ceph|glusterfs|fuse\.(glusterfs|sshfs|ceph.*)|afs|9p"
)
_MOUNTS = Path("/proc/self/mounts")


def network_drive_warning(database: Path, mounts: Path = _MOUNTS) -> str | None:
    """Say if the database lies where another machine may write it too; None if it does not."""
    if not mounts.exists():
        return None
    found, kind = Path("/"), ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, type_, *_ = line.split(" ")
        # Spaces and the like stand there as octal numbers.
        mounted = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), place))
        if database.resolve().is_relative_to(mounted) and mounted.is_relative_to(found):
            found, kind = mounted, type_
    if not _SHARED.fullmatch(kind):
        return None
    return (
        f"{database} lies on a network drive ({kind}, mounted at {found}). SQLite's locks do not "
        "hold there: two machines that open it damage it. Move it to a disk of this machine, or "
        "use PostgreSQL."
    )


def unsafe_pragmas(connection: sqlite3.Connection) -> list[str]:
    """List what is set on a connection so that data could be lost or become inconsistent."""
    synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
    journal = connection.execute("PRAGMA journal_mode").fetchone()[0]
    problems = []
    if synchronous < _FULL:
        problems.append(
            f"synchronous is {_SYNCHRONOUS[synchronous]}, so a power cut could lose what was "
            "acknowledged; it must be FULL."
        )
    if journal != "wal":
        problems.append(f"journal_mode is {journal}; it must be wal.")
    if not connection.execute("PRAGMA foreign_keys").fetchone()[0]:
        problems.append("foreign_keys is off; it must be on.")
    return problems
