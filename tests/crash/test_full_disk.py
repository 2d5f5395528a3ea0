"""DB-06: the disk runs full under a running server, and has room again later."""

import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.load import BUSY, KEPT, Load, kept_without_an_answer, wrong_rows
from tests.crash.site import Site, linux_only, workers
from tests.server.running import Server

pytestmark = linux_only

#: Room for the tables and a first few registrations; SQLite's -wal alone grows to 4 MB.
_DISK_BYTES = 7 * 1024 * 1024
_PAGE = 4096


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = f"size={_DISK_BYTES},mode=700"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip(
            "NOT TESTED: a disk that is really full. Only root may mount one: "
            f"sudo .venv/bin/pytest {Path(__file__).name} ({mounted.stderr.strip()})"
        )
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, *, leave: int) -> Path:
    """Take all room but so many bytes; returns what takes it."""
    ballast = folder / "ballast"
    room = os.statvfs(folder)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, room.f_bavail * room.f_frsize - leave)))
    return ballast


def send_until_busy(load: Load, server: Server) -> int:
    """Return how many were kept before the disk was full."""
    for kept in range(2000):
        one = load.send(server.port)
        if one.status != KEPT:
            assert one.status == BUSY, one.page
            assert "Nothing was changed" in one.page
            return kept
    raise AssertionError("the disk did not run full")


def assert_it_lives(site: Site, server: Server, load: Load) -> None:
    """While it is full: pages are read, nothing is half done, and nobody is told wrong."""
    path = f"/sessions/{load.sent[0].training_session_id}/register"
    assert [server.get(path)[0], server.get("/healthz")[0]] == [200, 200]
    assert kept_without_an_answer(load.sent) == []


def test_db_06_on_a_full_disk_people_are_told_to_wait_and_with_room_all_goes_on(
    small_disk: Path, migrated: Path
) -> None:
    """DB-06: full at a commit, while the -wal grows, at a checkpoint, and for the log too."""
    folder = small_disk / "instance"
    subprocess.run(["cp", "-r", str(migrated), str(folder)], check=True)
    site = Site(folder, f"sqlite:///{folder / 'training.sqlite'}")
    load = site.load()
    with site.serving() as server:
        before = workers(server)
        assert load.send(server.port).status == KEPT
        for leave in (0, 3 * _PAGE, 20 * _PAGE, 60 * _PAGE, _DISK_BYTES):  # the last: by itself
            ballast = fill(small_disk, leave=leave)
            if leave == _DISK_BYTES:
                ballast.write_bytes(bytes(400 * 1024))
            send_until_busy(load, server)
            with site.app():
                assert_it_lives(site, server, load)
            ballast.unlink()
            assert load.send(server.port).status == KEPT
        assert workers(server) == before
        load.resolve(server.port)
        with site.app():
            assert wrong_rows(load.sent) == []


def test_db_06_files_that_may_not_grow_are_a_full_disk_for_whoever_is_not_root(
    on_sqlite: Site,
) -> None:
    """DB-06: the kernel refuses to let the files grow. Also where no disk can be mounted."""
    load = on_sqlite.load()
    with on_sqlite.serving() as server:
        before = workers(server)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        for room in (0, 5 * _PAGE, 50 * _PAGE):
            load.send(server.port)
            wal = on_sqlite.folder / "training.sqlite-wal"
            for pid in before:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (wal.stat().st_size + room, hard))
            send_until_busy(load, server)
            with on_sqlite.app():
                assert_it_lives(on_sqlite, server, load)
            for pid in before:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
            assert load.send(server.port).status == KEPT
        assert workers(server) == before
        load.resolve(server.port)
    with on_sqlite.app():
        assert wrong_rows(load.sent) == []
