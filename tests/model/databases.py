"""Emptying a database between two examples."""

import shutil
from pathlib import Path

import sqlalchemy as sa

from training.db import Base, db


class Fresh:
    """A database as it was when the test began."""

    def __init__(self, folder: Path) -> None:
        self._copy = folder / "empty.sqlite"
        if db.engine.dialect.name == "sqlite":
            db.session.remove()
            db.engine.dispose()  # the last connection folds the WAL into the file
            shutil.copy(str(db.engine.url.database), self._copy)

    def restore(self) -> None:
        """Make it empty again."""
        db.session.remove()
        if db.engine.dialect.name == "sqlite":
            db.engine.dispose()
            path = str(db.engine.url.database)
            for suffix in ("-wal", "-shm"):
                Path(path + suffix).unlink(missing_ok=True)
            shutil.copy(self._copy, path)
            return
        names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
