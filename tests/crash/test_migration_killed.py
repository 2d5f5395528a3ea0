"""DB-02: ``training migrate`` is killed at any moment, and run again."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from tests.crash.site import CHANCE, ROUNDS, Site
from tests.server.running import clean_environ, training


def schema_of(path: Path) -> list[tuple[str, list[str]]]:
    """Return each table and index with its lines, whose order in a table differs by chance."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " UNION ALL SELECT 'version', version_num FROM alembic_version ORDER BY 1"
        ).fetchall()
    return [(name, sorted(line.strip(" \t,") for line in sql.splitlines())) for name, sql in found]


def test_db_02_a_migration_that_was_killed_is_made_by_running_it_again(
    migrated: Path, tmp_path: Path
) -> None:
    """DB-02: no manual step, and the same tables as if nothing had happened."""
    for number in range(ROUNDS or 2):
        folder = tmp_path / str(number)
        site = Site(folder, f"sqlite:///{folder / 'training.sqlite'}")
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "training", "migrate"],
            env=clean_environ() | site.environ,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("Migrating the database, "):
                    break
            time.sleep(CHANCE.uniform(0, 0.3))
            process.send_signal(signal.SIGKILL)

        done = training("migrate", **site.environ)

        assert done.returncode == 0, done.stderr
        assert schema_of(folder / "training.sqlite") == schema_of(migrated / "training.sqlite")
