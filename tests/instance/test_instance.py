"""DB-07 and its kin: what lies in the instance folder is looked at before it is opened."""

import contextlib
import hashlib
import multiprocessing
import os
import pwd
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from training import instance
from training.config import Settings, load
from training.instance import InstanceError

ROWS = 2000
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def settings_for(folder: Path) -> Settings:
    return load({"TRAINING_INSTANCE": str(folder)})


def migrate(settings: Settings) -> None:
    """Do what ``training migrate`` does to a fresh instance."""
    with instance.locked(settings):
        assert instance.check(settings, thorough=True) is False
        instance.create(settings)
        instance.remember(settings)
    with connected(settings) as connection:
        connection.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE UNIQUE INDEX uq_person_name ON person (name)")
        fill(connection, settings.instance.name)


def fill(connection: sqlite3.Connection, prefix: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO person (name) VALUES (?)",
        ((f"{hashlib.sha256(f'{prefix}{n}'.encode()).hexdigest()}",) for n in range(ROWS)),
    )
    connection.execute("COMMIT")


@contextlib.contextmanager
def connected(settings: Settings) -> Iterator[sqlite3.Connection]:
    path = settings.sqlite_path
    assert path is not None
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        yield connection


def _write_and_die(settings: Settings, prefix: str) -> None:
    with connected(settings) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        fill(connection, prefix)
        os._exit(9)  # as kill -9 does: nothing is closed


def leave_a_wal(settings: Settings, prefix: str = "late") -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_write_and_die, args=(settings, prefix)
    )
    process.start()
    process.join()
    assert process.exitcode == 9
    assert (settings.instance / "training.sqlite-wal").stat().st_size > 10_000


def check(settings: Settings, *, thorough: bool = True) -> bool:
    with instance.locked(settings):
        return instance.check(settings, thorough=thorough)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def refusal(settings: Settings) -> str:
    """Return the sentence; nothing in the folder has changed, whatever it says."""
    (settings.instance / "lock").touch()
    before = snapshot(settings.instance)
    with pytest.raises(InstanceError) as caught:
        check(settings)
    assert snapshot(settings.instance) == before
    return str(caught.value)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A migrated instance with rows, closed cleanly."""
    made = settings_for(tmp_path / "ours")
    migrate(made)
    return made


@pytest.fixture
def other(tmp_path: Path) -> Settings:
    """Another instance with the same tables and other rows."""
    made = settings_for(tmp_path / "theirs")
    migrate(made)
    return made


def test_a_fresh_folder_has_no_database_and_may_get_one(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "fresh")

    assert check(settings) is False
    assert sorted(snapshot(settings.instance)) == ["lock", "secret_key"]


def test_a_healthy_database_is_read_without_a_trace(settings: Settings) -> None:
    before = snapshot(settings.instance)

    assert check(settings) is True
    assert check(settings, thorough=False) is True
    assert snapshot(settings.instance) == before
    assert sorted(before) == ["database_id", "lock", "secret_key", "training.sqlite"]


def test_a_database_that_was_there_once_is_never_made_anew(settings: Settings) -> None:
    path = settings.instance / "training.sqlite"
    number = (settings.instance / "database_id").read_text().strip()
    path.unlink()

    assert refusal(settings) == (
        f"The database {path} is missing, and this instance had one "
        f"({settings.instance}/database_id says number {number}). Put it back from a backup; to "
        "begin anew with nothing, use an empty folder as TRAINING_INSTANCE."
    )


def test_a_wal_without_its_database_tells_of_a_loss(settings: Settings) -> None:
    leave_a_wal(settings)
    (settings.instance / "training.sqlite").unlink()
    (settings.instance / "database_id").unlink()

    assert refusal(settings) == (
        f"The database {settings.instance}/training.sqlite is missing, and its "
        "training.sqlite-wal is still there. Put both back from a backup."
    )


def test_a_link_to_nowhere_is_a_disk_that_is_not_mounted(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    (tmp_path / "training.sqlite").symlink_to("/nowhere/training.sqlite")

    with pytest.raises(InstanceError) as caught:
        check(settings)

    assert str(caught.value) == (
        f"The database {tmp_path}/training.sqlite is missing: it is a link to "
        "/nowhere/training.sqlite, and nothing is there. Is a disk not mounted?"
    )


def test_a_link_to_the_database_is_followed(settings: Settings, tmp_path: Path) -> None:
    path = settings.instance / "training.sqlite"
    path.rename(tmp_path / "elsewhere.sqlite")
    path.symlink_to(tmp_path / "elsewhere.sqlite")

    assert check(settings) is True


def test_zero_bytes_are_refused(settings: Settings) -> None:
    path = settings.instance / "training.sqlite"
    path.write_bytes(b"")

    assert refusal(settings) == (
        f"The database {path} is empty (0 bytes). Training never leaves it so: put it back from "
        "a backup, or delete it if this instance never had data."
    )


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"id,name\n1,Ada\n" * 100, id="text"),
        pytest.param(b"SQLite format 3\x00", id="only-the-beginning"),
        pytest.param(b"\x00" * 8192, id="zeros"),
    ],
)
def test_another_kind_of_file_is_refused(settings: Settings, content: bytes) -> None:
    path = settings.instance / "training.sqlite"
    path.write_bytes(content)

    assert refusal(settings) == (
        f"{path} is not an SQLite database: it is damaged, or another kind of file. Put the "
        "database back from a backup."
    )


def page_of(settings: Settings, name: str) -> int:
    with connected(settings) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)
        ).fetchone()
    return int(page)


@pytest.mark.parametrize("name", ["sqlite_master", "person", "uq_person_name"])
@pytest.mark.parametrize("garbage", [b"\x00", b"\xa5"], ids=["zeroed", "overwritten"])
def test_a_corrupt_page_is_refused(settings: Settings, name: str, garbage: bytes) -> None:
    path = settings.instance / "training.sqlite"
    page = 1 if name == "sqlite_master" else page_of(settings, name)
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096 + 100)
        file.write(garbage * 3996)

    sentence = refusal(settings)

    assert sentence.startswith(f"The database {path} is damaged (")
    assert sentence.endswith("). Put it back from a backup.")


def test_a_truncated_database_is_refused(settings: Settings) -> None:
    path = settings.instance / "training.sqlite"
    os.truncate(path, path.stat().st_size // 2)

    assert refusal(settings).startswith(f"The database {path} is damaged (")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with connected(settings) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")

    assert refusal(settings) == (
        f"{tmp_path}/training.sqlite is an SQLite database, but not one of Training. Name another "
        "file in TRAINING_DATABASE_URL, or move this one away."
    )


def test_the_database_of_another_instance_is_refused(settings: Settings, other: Settings) -> None:
    ours, theirs = (
        (made.instance / "database_id").read_text().strip() for made in (settings, other)
    )
    shutil.copy(other.instance / "training.sqlite", settings.instance)

    assert refusal(settings) == (
        f"{settings.instance}/training.sqlite is not the database of this instance: "
        f"{settings.instance}/database_id says number {ours}, and the file has number {theirs}. "
        "Put the right file back; if this one is meant to take its place, delete "
        f"{settings.instance}/database_id."
    )


def test_a_database_moved_into_a_new_folder_is_taken(settings: Settings, tmp_path: Path) -> None:
    moved = settings_for(tmp_path / "new-machine")
    shutil.copy(settings.instance / "training.sqlite", moved.instance)

    with instance.locked(moved):
        assert instance.check(moved, thorough=True) is True
        instance.remember(moved)

    assert (moved.instance / "database_id").read_text() == (
        settings.instance / "database_id"
    ).read_text()


def test_the_wal_of_a_killed_process_is_no_fault(settings: Settings) -> None:
    leave_a_wal(settings)
    before = snapshot(settings.instance)

    assert check(settings) is True
    assert check(settings, thorough=False) is True

    assert snapshot(settings.instance) == before
    with connected(settings) as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (2 * ROWS,)


def test_the_wal_of_another_database_is_refused(settings: Settings, other: Settings) -> None:
    leave_a_wal(other)
    wal = settings.instance / "training.sqlite-wal"
    shutil.copy(other.instance / "training.sqlite-wal", wal)

    sentence = refusal(settings)

    assert sentence.startswith(f"{wal} does not belong to the database training.sqlite beside it: ")
    wal.unlink()
    assert check(settings) is True


def _change_page_1(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE other (id INTEGER PRIMARY KEY)")


def _change_one_leaf(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE person SET name = 'Zo' WHERE id = 700")


def _change_and_die(settings: Settings, change: Callable[[sqlite3.Connection], None]) -> None:
    with connected(settings) as connection:
        change(connection)
        os._exit(9)


@pytest.mark.parametrize("change", [_change_page_1, _change_one_leaf])
def test_even_a_small_wal_of_another_database_is_refused(
    settings: Settings, other: Settings, change: Callable[[sqlite3.Connection], None]
) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=_change_and_die, args=(other, change)
    )
    process.start()
    process.join()
    shutil.copy(other.instance / "training.sqlite-wal", settings.instance)

    sentence = refusal(settings)

    assert " does not belong to the database training.sqlite beside it: " in sentence


@pytest.mark.parametrize(
    ("first", "garbage", "reason"),
    [
        pytest.param(0, b"not a wal", "its beginning is damaged", id="magic"),
        pytest.param(16, b"\x01", "its beginning is damaged", id="checksum"),
    ],
)
def test_a_wal_that_sqlite_would_overwrite_is_refused(
    settings: Settings, first: int, garbage: bytes, reason: str
) -> None:
    leave_a_wal(settings)
    with (settings.instance / "training.sqlite-wal").open("r+b") as file:
        file.seek(first)
        file.write(garbage)

    assert reason in refusal(settings)


def test_a_wal_with_pages_of_another_size_is_refused(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "small.sqlite"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA page_size=1024")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE small (id INTEGER)")
        shutil.copy(f"{path}-wal", settings.instance / "training.sqlite-wal")

    assert "its pages have another size" in refusal(settings)


def test_a_wal_of_which_the_first_bytes_are_missing_is_no_fault(settings: Settings) -> None:
    (settings.instance / "training.sqlite-wal").write_bytes(b"\x37\x7f\x06")

    assert check(settings) is True


def test_a_leftover_rollback_journal_is_refused(settings: Settings) -> None:
    (settings.instance / "training.sqlite-journal").write_bytes(b"\xd9\xd5\x05\xf9" * 200)

    assert refusal(settings).startswith(
        f"{settings.instance}/training.sqlite-journal lies beside the database"
    )


def test_a_marker_that_cannot_be_read_is_refused(settings: Settings) -> None:
    (settings.instance / "database_id").write_text("gone\n")

    assert refusal(settings).startswith(
        f"{settings.instance}/database_id does not hold the number of a database."
    )


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    (tmp_path / "training.sqlite").mkdir()

    with pytest.raises(InstanceError) as caught:
        check(settings)

    assert str(caught.value) == (
        f"{tmp_path}/training.sqlite is not a file, so it cannot be the database."
    )


def test_a_server_that_has_the_file_open_is_not_disturbed(settings: Settings) -> None:
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    writer = context.Process(target=_write_until, args=(settings, ready, stop))
    writer.start()
    try:
        assert ready.wait(20)
        results = [check(settings, thorough=n % 2 == 0) for n in range(50)]
    finally:
        stop.set()
        writer.join()

    assert results == [True] * 50
    assert writer.exitcode == 0


def _write_until(settings: Settings, ready: Event, stop: Event) -> None:
    with connected(settings) as connection:
        number = 0
        while not stop.is_set():
            number += 1
            connection.execute("INSERT INTO person (name) VALUES (?)", (f"row {number}",))
            ready.set()


def _check_as_nobody(settings: Settings) -> str:
    nobody = pwd.getpwnam("nobody")
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)
    try:
        check(settings)
    except InstanceError as error:
        return str(error)
    return "taken"


def seen_by_nobody(settings: Settings) -> str:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_check_as_nobody, (settings,))


@pytest.fixture
def of_nobody() -> Iterator[Settings]:
    """A migrated instance of the user nobody, where that user can walk to it."""
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = settings_for(Path(folder) / "instance")
        migrate(settings)
        for path in (settings.instance, *settings.instance.iterdir()):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        yield settings


@as_root
def test_another_user_takes_its_own_instance(of_nobody: Settings) -> None:
    assert seen_by_nobody(of_nobody) == "taken"


@as_root
def test_a_read_only_file_is_refused(of_nobody: Settings) -> None:
    path = of_nobody.instance / "training.sqlite"
    path.chmod(0o400)
    before = snapshot(of_nobody.instance)

    assert seen_by_nobody(of_nobody) == (
        f"{path} cannot be read and written by nobody. Make it writable (chmod u+rw), or mount "
        "its disk for writing."
    )
    assert snapshot(of_nobody.instance) == before


@as_root
def test_a_read_only_folder_is_refused(of_nobody: Settings) -> None:
    of_nobody.instance.chmod(0o500)
    before = snapshot(of_nobody.instance)

    assert seen_by_nobody(of_nobody) == (
        f"The folder {of_nobody.instance} cannot be written by nobody. The database needs it "
        "writable; it belongs to nobody."
    )
    assert snapshot(of_nobody.instance) == before


@as_root
def test_the_file_of_another_owner_is_refused(of_nobody: Settings) -> None:
    path = of_nobody.instance / "training.sqlite"

    assert refusal(of_nobody) == (
        f"{path} belongs to nobody, and this is run by root. Run it as nobody, or give the file "
        "to root with chown."
    )


def test_a_new_database_appears_whole_and_says_whose_it_is(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with instance.locked(settings):
        instance.create(settings)
        instance.remember(settings)

    with connected(settings) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0x54726E67,)
        (number,) = connection.execute("PRAGMA user_version").fetchone()
    assert (tmp_path / "database_id").read_text() == f"{number}\n"
    assert (tmp_path / "training.sqlite").stat().st_mode & 0o777 == 0o600
    assert check(settings) is True


@pytest.mark.parametrize(
    ("version", "has_the_bug"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_the_wal_reset_bug_is_told_by_the_version(
    version: tuple[int, int, int], *, has_the_bug: bool
) -> None:
    """DB-10."""
    warning = instance.wal_reset_warning(version)

    assert (warning is not None) is has_the_bug
    if warning:
        assert warning.startswith(f"SQLite {'.'.join(map(str, version))} has the WAL-reset bug")


def test_pragmas_that_could_lose_data_are_named(settings: Settings) -> None:
    with connected(settings) as connection:
        connection.execute("PRAGMA foreign_keys=ON")
        good = instance.unsafe_pragmas(connection)
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("PRAGMA journal_mode=DELETE")
        bad = instance.unsafe_pragmas(connection)

    assert good == []
    assert bad == [
        "synchronous is OFF, so a power cut could lose what was acknowledged; it must be FULL.",
        "journal_mode is delete; it must be wal.",
        "foreign_keys is off; it must be on.",
    ]


@pytest.mark.parametrize(
    ("mounts", "warned"),
    [
        ("/dev/sda / ext4 rw 0 0\n", None),
        ("/dev/sda / ext4 rw 0 0\nnas:/x /srv nfs4 rw 0 0\n", "(nfs4, mounted at /srv)"),
        ("nas:/x /srv nfs4 rw 0 0\n/dev/sdb /srv/a\\040b xfs rw 0 0\n", None),
        (
            "//nas/x /srv/a\\040b cifs rw 0 0\n/dev/sda / ext4 rw 0 0\n",
            "(cifs, mounted at /srv/a b)",
        ),
        ("nas:/x /srv/other nfs rw 0 0\n", None),
    ],
)
def test_db_09_a_network_drive_is_warned_of(
    tmp_path: Path, mounts: str, warned: str | None
) -> None:
    """DB-09: another host's locks do not hold there."""
    listed = tmp_path / "mounts"
    listed.write_text(mounts)

    warning = instance.network_drive_warning(Path("/srv/a b/training.sqlite"), listed)

    assert (warning is None) == (warned is None)
    if warning and warned:
        assert warned in warning
