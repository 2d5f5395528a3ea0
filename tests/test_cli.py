"""The ``training`` command, as it is called."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.databases import Databases
from tests.server.running import clean_environ, training


def migrate_twice_at_once(**environ: str) -> list[tuple[int, str, str]]:
    """Start two ``training migrate`` together; return status, output and errors of each."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "training", "migrate"],
            env=clean_environ() | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120) for process in processes]
    return [
        (process.returncode, *output) for process, output in zip(processes, outputs, strict=True)
    ]


def test_help_lists_the_commands_and_leaves_no_trace(tmp_path: Path) -> None:
    done = training("--help", TRAINING_INSTANCE=str(tmp_path / "none"))

    listed = done.stdout.partition("Commands:\n")[2].splitlines()
    assert done.returncode == 0
    assert done.stderr == ""
    assert {line.split()[0] for line in listed} == {
        "calendars",
        "check",
        "create-admin",
        "demo",
        "import",
        "meetings",
        "migrate",
        "notifications",
        "serve",
    }
    assert list(tmp_path.iterdir()) == []


def test_help_helps_before_the_configuration_is_right() -> None:
    done = training("--help", TRAINING_DEBUG="perhaps")

    assert done.returncode == 0
    assert "migrate" in done.stdout
    assert done.stderr == "Error: TRAINING_DEBUG: 'perhaps' is neither on nor off.\n"


def test_an_unknown_command_is_refused(tmp_path: Path) -> None:
    done = training("sevre", TRAINING_INSTANCE=str(tmp_path / "none"))

    assert done.returncode == 2
    assert "No such command 'sevre'" in done.stderr


@pytest.mark.parametrize(
    "command", [["check"], ["demo"], ["notifications", "send"]], ids=lambda words: words[0]
)
def test_a_command_before_the_first_migration_says_what_to_do(
    command: list[str], tmp_path: Path
) -> None:
    done = training(*command, TRAINING_INSTANCE=str(tmp_path))

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: There is no database in {tmp_path} yet. Make it with: training migrate\n"
    )
    assert not (tmp_path / "training.sqlite").exists()


def test_migrate_makes_a_database_once_and_says_so(tmp_path: Path) -> None:
    first = training("migrate", TRAINING_INSTANCE=str(tmp_path))
    number = (tmp_path / "database_id").read_text()
    second = training("migrate", TRAINING_INSTANCE=str(tmp_path))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.splitlines()[0] == f"Made the database {tmp_path}/training.sqlite."
    assert first.stdout.splitlines()[1].startswith("Migrating the database, 1 of ")
    assert first.stdout.splitlines()[-1] == "The database is up to date."
    assert (second.returncode, second.stdout, second.stderr) == (
        0,
        "The database is up to date.\n",
        "",
    )
    assert (tmp_path / "database_id").read_text() == number


def test_a_first_migration_that_was_killed_is_completed(tmp_path: Path) -> None:
    assert training("migrate", TRAINING_INSTANCE=str(tmp_path)).returncode == 0
    (tmp_path / "database_id").unlink()
    with contextlib.closing(sqlite3.connect(tmp_path / "training.sqlite")) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (name,) in tables:
            connection.execute(f'DROP TABLE "{name}"')

    again = training("migrate", TRAINING_INSTANCE=str(tmp_path))

    assert again.returncode == 0
    assert again.stdout.endswith("The database is up to date.\n")
    assert (tmp_path / "database_id").exists()


def test_two_migrations_at_once_on_sqlite_wait_for_each_other(tmp_path: Path) -> None:
    results = migrate_twice_at_once(TRAINING_INSTANCE=str(tmp_path))

    assert [(status, errors) for status, _, errors in results] == [(0, ""), (0, "")]
    assert sorted(output.count("Migrating the database, 1 of") for _, output, _ in results) == [
        0,
        1,
    ]


def test_two_migrations_at_once_on_postgresql_wait_for_each_other(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.make("postgresql", tmp_path)
    try:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

        results = migrate_twice_at_once(TRAINING_INSTANCE=str(tmp_path), TRAINING_DATABASE_URL=url)
    finally:
        databases.drop(url)

    assert [(status, errors) for status, _, errors in results] == [(0, ""), (0, "")]
    assert sorted(output.count("Migrating the database, 1 of") for _, output, _ in results) == [
        0,
        1,
    ]
