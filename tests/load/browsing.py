"""People who register on a real server: forms with tokens and keys, lost answers, second tries."""

import html
import http.client
import random
import re
import socket
import time
import urllib.parse
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

#: Seconds that somebody waits for an answer before they try again.
PATIENCE_SECONDS = 30.0
#: Seconds after which somebody who was told to come later does.
LATER_SECONDS = 0.2
MOST_TRIES = 200
#: So many people share one network: more than 300 forms of one in ten minutes are refused.
CLASS = 20

_HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|key)"[^>]*>')
_VALUE = re.compile(r'value="([^"]+)"')
_BADGE = re.compile(r'<span class="badge is-(\w+)">')
_RANK = re.compile(r"number (\d+) in line")


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    location: str
    body: str


class LostError(Exception):
    """No answer came: nobody knows whether the server did what it was asked to."""


class Browser:
    """One person's browser: a connection that it opens anew when it breaks, and cookies."""

    def __init__(self, port: int, number: int) -> None:
        self._port = port
        network = number // CLASS + 2
        self._address = f"127.0.{network // 250}.{network % 250 + 2}"
        self._connection: http.client.HTTPConnection | None = None
        self.cookie = ""

    def get(self, path: str) -> Answer:
        """Open a page; as often as it takes."""
        outcomes: Counter[str] = Counter()
        for _ in range(MOST_TRIES):
            try:
                answer = self.ask("GET", path)
            except LostError as lost:
                outcomes[repr(lost.__cause__)] += 1
            else:
                if answer.status != http.HTTPStatus.SERVICE_UNAVAILABLE:
                    return answer
                outcomes["503"] += 1
            time.sleep(LATER_SECONDS)
        raise AssertionError(f"{path} was not answered: {outcomes}")

    def post(
        self, path: str, fields: Mapping[str, str], seconds: float = PATIENCE_SECONDS
    ) -> Answer:
        """Send a form, once.

        :raise LostError: no answer came within that time.
        """
        body = urllib.parse.urlencode(fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, body, headers, seconds=seconds)

    def ask(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = PATIENCE_SECONDS,
    ) -> Answer:
        """Ask once.

        :raise LostError: no answer came within that time.
        """
        try:
            connection = self._open(seconds)
            cookie = {"Cookie": self.cookie} if self.cookie else {}
            connection.request(method, path, body, {**cookie, **(headers or {})})
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if isinstance(error, ConnectionRefusedError):
                time.sleep(LATER_SECONDS)  # there is no server, for a while
            raise LostError from error
        if given := response.getheader("set-cookie"):
            self.cookie = given.partition(";")[0]
        return Answer(response.status, response.getheader("location") or "", text)

    def _open(self, seconds: float) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=seconds, source_address=(self._address, 0)
            )
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection.sock.settimeout(seconds)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def hidden(page: str) -> dict[str, str]:
    """Return what a page's form carries beside what people type."""
    found: dict[str, str] = {}
    for control in _HIDDEN.finditer(page):
        [value] = _VALUE.findall(control[0])
        found.setdefault(control[1], html.unescape(value))
    return found


def told(page: str) -> str:
    """Return what the answer page says of the one person in the form: their status and rank."""
    [badge] = _BADGE.findall(page)
    rank = _RANK.search(page)
    return f"{badge} {rank[1] if rank else None}"


def hurried(chance: random.Random) -> Iterator[float]:
    """Return for how long somebody waits who is in a hurry; after the first try they are not."""
    yield chance.uniform(0.001, 0.05)
    while True:
        yield PATIENCE_SECONDS
