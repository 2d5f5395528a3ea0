"""A mail server on 127.0.0.1 from which one reads over TLS; it knows what our reader asks."""

import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BufferedReader

_NUMBER = re.compile(rb"UID (?:FETCH|STORE) (\d+)")


@dataclass
class ImapServer:
    """Its one folder, and what was asked of it."""

    password: str = "p@ss"
    folder: str = "Answers"
    #: By number; those in ``seen`` are not found any more.
    mails: dict[int, bytes] = field(default_factory=dict)
    seen: list[int] = field(default_factory=list)
    asked: list[bytes] = field(default_factory=list)
    #: One that the server cannot read itself.
    broken: int | None = None
    #: Ends the connection instead of answering what contains this.
    breaks_at: bytes | None = None
    port: int = 0

    @contextmanager
    def running(self, certificate: str) -> Iterator[None]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                # Who does not know the certificate is gone before the first word.
                with (
                    suppress(OSError),
                    context.wrap_socket(self.request, server_side=True) as line,
                    line.makefile("rb") as reader,
                ):
                    outer.talk(line, reader)

        with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
            self.port = server.server_address[1]
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()

    def talk(self, line: ssl.SSLSocket, reader: BufferedReader) -> None:
        line.sendall(b"* OK here\r\n")
        while request := reader.readline():
            self.asked.append(request.rstrip(b"\r\n"))
            tag, _, command = request.strip().partition(b" ")
            if self.breaks_at is not None and self.breaks_at in command:
                return
            answer, _, end = self._answer(command).rpartition(b"TAG")
            line.sendall(answer + tag + end)

    def _answer(self, command: bytes) -> bytes:  # noqa: PLR0911 -- one for each command
        word = command.split()[0].upper()
        match = _NUMBER.match(command)
        number = int(match[1]) if match else 0
        if word == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\nTAG OK done\r\n"
        if word == b"LOGIN":
            is_right = f'"{self.password}"'.encode() in command
            return b"TAG OK done\r\n" if is_right else b"TAG NO [AUTHENTICATIONFAILED] us@here\r\n"
        if word == b"SELECT":
            is_there = f'"{self.folder}"'.encode() in command
            return b"* 3 EXISTS\r\nTAG OK [READ-WRITE]\r\n" if is_there else b"TAG NO such\r\n"
        if b"SEARCH" in command:
            found = " ".join(str(one) for one in self.mails if one not in self.seen)
            return f"* SEARCH {found}\r\nTAG OK done\r\n".encode()
        if b"FETCH" in command and number in self.mails:
            if number == self.broken:
                return b"TAG NO [SERVERBUG] us@here\r\n"
            data = self.mails[number][:1_000_001]
            head = f"* 1 FETCH (UID {number} BODY[]<0> {{{len(data)}}}\r\n".encode()
            return head + data + b")\r\nTAG OK done\r\n"
        if b"STORE" in command:
            self.seen.append(number)
        return b"* BYE\r\nTAG OK done\r\n" if word == b"LOGOUT" else b"TAG OK done\r\n"
