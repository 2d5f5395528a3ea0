"""The instance folder and the SQLite file in it: what must be true before anything opens them.

SQLite makes an empty database where it finds none, and takes any ``-wal`` beside the file for its
own. Both would hide a loss. So each command looks here first; looking changes no byte, and what
is wrong ends the command with a sentence that says what was found and what to do.

A database of ours is known by ``PRAGMA application_id``, and which one it is by the random number
in its ``PRAGMA user_version``. The instance folder keeps the same number in a file, so that a
database that is missing or was exchanged is told from one that never was.
"""

from training.instance.errors import InstanceError
from training.instance.folder import check, create, locked, remember
from training.instance.health import network_drive_warning, unsafe_pragmas, wal_reset_warning

__all__ = [
    "InstanceError",
    "check",
    "create",
    "locked",
    "network_drive_warning",
    "remember",
    "unsafe_pragmas",
    "wal_reset_warning",
]
