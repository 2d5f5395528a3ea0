"""Fetching a calendar from an address, so that nothing else can be reached by it.

The address is what an operator typed into a shell on this machine, who could reach the same with
any other program: it may name a host of their own network, where calendars are often kept. Where a
server sends us on to is not their choice, so a redirect to another host only leads to https at an
address of the public internet. A name is looked up once, and what was looked at is what is
connected to; proxies are not asked, for they would look it up again. Without TLS, only this machine
is asked.

Nothing that an answer says of itself is trusted: not its length, not its type.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from threading import Timer
from urllib.parse import urljoin, urlsplit

import idna

from training.errors import N_
from training.imports.errors import TooLargeFileError, UnreachableError
from training.imports.ics.lines import MAX_BYTES

MAX_REDIRECTS = 5
MAX_URL = 2_000
#: Seconds until something must come, and until everything must have come.
_TIMEOUT = 10.0
_MOST_SECONDS = 30.0
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS = {
    "Accept": "text/calendar, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "training-import/1",
    "Connection": "close",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """One place to ask."""

    is_secure: bool
    host: str
    port: int
    #: Path and query.
    path: str
    #: Whether a person named it; else a server did, and it must be public.
    is_typed: bool

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_secure else 'http'}://{host}:{self.port}{self.path}"


def is_address(text: str) -> bool:
    """Tell an address from the name of a file."""
    return "://" in text[:20]


def fetch(url: str, *, most_seconds: float = _MOST_SECONDS) -> bytes:
    """Return what is at an address.

    :raise UnreachableError: it cannot be reached, or must not be.
    :raise TooLargeFileError: more came than a calendar has.
    """
    target = target_of(url)
    with _hurried(most_seconds) as watch:
        for _ in range(MAX_REDIRECTS + 1):
            answer = _ask(target, watch)
            if isinstance(answer, bytes):
                return answer
            target = redirected(target, answer)
    raise UnreachableError(
        N_("The address leads from one to the next more than %(most)s times."), most=MAX_REDIRECTS
    )


def target_of(url: str) -> Target:
    """Return the place that an address names; ``webcal`` is read as what it stands for, https.

    :raise UnreachableError: it is none that is asked.
    """
    target = _parsed(url.strip(), is_typed=True)
    if not target.is_secure and target.host not in _THIS_MACHINE:
        raise UnreachableError(N_("The address must begin with https://."))
    return target


def redirected(target: Target, location: str) -> Target:
    """Return the place that a server sends us on to.

    :raise UnreachableError: it leaves TLS, or this machine.
    """
    try:
        url = urljoin(target.url, location)
    except ValueError as error:
        raise UnreachableError(N_("This is no address that can be asked.")) from error
    other = _parsed(url, is_typed=False)
    other = replace(other, is_typed=target.is_typed and other.host == target.host)
    if other.is_secure and target.is_secure:
        return other
    if (other.is_secure, other.host) == (False, target.host) and target.host in _THIS_MACHINE:
        return other
    raise UnreachableError(N_("The server sends us on to where we do not go."))


def _parsed(url: str, *, is_typed: bool) -> Target:
    try:
        parts = urlsplit(url)
        scheme = parts.scheme.replace("webcals", "https").replace("webcal", "https")
        port = parts.port or (443 if scheme == "https" else 80)
        host = _host(parts.hostname or "")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path.encode("ascii")
    except (ValueError, idna.IDNAError) as error:
        raise UnreachableError(N_("This is no address that can be asked.")) from error
    if scheme not in {"http", "https"}:
        raise UnreachableError(N_("The address must begin with https://."))
    is_broken = any(char <= " " or char == "\x7f" for char in host + path)
    if not host or len(url) > MAX_URL or is_broken:
        raise UnreachableError(N_("This is no address that can be asked."))
    if parts.username is not None or parts.password is not None:
        raise UnreachableError(N_("An address with a password in it is not asked."))
    return Target(is_secure=scheme == "https", host=host, port=port, path=path, is_typed=is_typed)


def _host(name: str) -> str:
    if not name or ":" in name or name.isascii():
        return name.lower()
    return idna.encode(name, uts46=True).decode()


class _Watch:
    """Ends whatever connection is open when the time is over."""

    def __init__(self) -> None:
        self.connection: socket.socket | None = None
        self.is_over = False

    def end(self) -> None:
        self.is_over = True
        if self.connection is not None:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it ended by itself
                return


@contextmanager
def _hurried(most_seconds: float) -> Iterator[_Watch]:
    """Give everything together so many seconds: a server may send a byte now and then for hours."""
    watch = _Watch()
    timer = Timer(most_seconds, watch.end)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, by the name that was asked for."""

    def __init__(self, target: Target, watch: _Watch) -> None:
        super().__init__(target.host, target.port, timeout=_TIMEOUT)
        self._target = target
        self._watch = watch

    def connect(self) -> None:
        sock = _connected(self._target)
        self._watch.connection = sock
        if self._target.is_secure:
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=self._target.host)
            self._watch.connection = sock
        self.sock = sock
        if self._watch.is_over:  # it ended while there was no connection to end
            raise TimeoutError


def _connected(target: Target) -> socket.socket:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [(family, address) for family, _kind, _protocol, _name, address in found]
    for _family, address in addresses:
        refuse_unfit(target, str(address[0]))
    failure: OSError = OSError("no address")
    for family, address in addresses[:4]:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(_TIMEOUT)
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def refuse_unfit(target: Target, address: str) -> None:
    """Refuse to connect to where only this machine or its neighbours can.

    :raise UnreachableError: it is not of the public internet, and nobody typed it; or it is not
        this machine, and not protected by TLS.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = ipaddress.ip_address(found.ipv4_mapped)
    is_public = found.is_global and not found.is_multicast
    is_fit = (target.is_typed or is_public) if target.is_secure else found.is_loopback
    if not is_fit:
        raise UnreachableError(N_("The server sends us on to where we do not go."))


def _ask(target: Target, watch: _Watch) -> bytes | str:
    """Return what is there, or where it is instead."""
    connection = _Pinned(target, watch)
    try:
        connection.request("GET", target.path, headers=_HEADERS)
        with closing(connection.getresponse()) as response:
            location = response.getheader("Location")
            is_elsewhere = response.status in _REDIRECTS and location
            answer = (location or "")[:MAX_URL] if is_elsewhere else _body(response)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _failed(error, watch) from error
    finally:
        connection.close()
    if watch.is_over:  # what is ended from here looks as if it had ended there
        raise _failed(TimeoutError(), watch)
    return answer


def _failed(error: Exception, watch: _Watch) -> UnreachableError:
    if watch.is_over or isinstance(error, TimeoutError):
        return UnreachableError(N_("The server takes too long to answer."))
    if isinstance(error, ssl.SSLError):
        return UnreachableError(N_("The server cannot show that it is who it should be."))
    return UnreachableError(N_("The server cannot be reached, or does not answer as one should."))


def _body(response: http.client.HTTPResponse) -> bytes:
    if response.status != http.client.OK:
        raise UnreachableError(
            N_("The server answers with the status %(status)s."), status=response.status
        )
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise UnreachableError(N_("The server sends it packed, which nobody asked for."))
    body = bytearray()
    while chunk := response.read(_CHUNK):
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLargeFileError(
                N_("The calendar is larger than %(most)s MB. Export fewer years of it."),
                most=MAX_BYTES // 10**6,
            )
    return bytes(body)
