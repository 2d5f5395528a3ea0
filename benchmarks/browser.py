"""A browser that opens pages and fills in their forms, one request at a time."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode


class UnexpectedAnswerError(Exception):
    """A page did not answer as it must for a measurement to mean anything."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    #: By their names in lower case.
    headers: Mapping[str, str]
    body: bytes


class _HiddenFields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields.setdefault(str(given["name"]), given.get("value") or "")


class Browser:
    """Keeps its cookies."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    @property
    def cookie(self) -> dict[str, str]:
        """The header by which it is known."""
        pairs = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Cookie": pairs} if pairs else {}

    def ask(
        self,
        method: str,
        path: str,
        *,
        expect: int,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request.

        :raise UnexpectedAnswerError: the answer has another status.
        """
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request(method, path, body, {**self.cookie, **(headers or {})})
            response = connection.getresponse()
            received = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, received, response.read())
            cookies = response.headers.get_all("Set-Cookie", [])
        finally:
            connection.close()
        for header in cookies:
            for name, morsel in SimpleCookie(header).items():
                self._cookies[name] = morsel.value
        if answer.status != expect:
            raise UnexpectedAnswerError(
                f"{method} {path} answered {answer.status} and not {expect}: {answer.body[:500]!r}"
            )
        return answer

    def get(self, path: str, *, expect: int = 200, **headers: str) -> Answer:
        """Open a page."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", path, expect=expect, headers=named)

    def hidden_fields(self, path: str) -> dict[str, str]:
        """Open a page; returns what its forms send beside what is typed."""
        parser = _HiddenFields()
        parser.feed(self.get(path).body.decode())
        return parser.fields

    def fill(self, path: str, fields: Mapping[str, Any], *, expect: int = 303) -> Answer:
        """Open a page, fill in its form and send it."""
        values = {**self.hidden_fields(path), **fields}
        return self.ask(
            "POST",
            path,
            expect=expect,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            body=urlencode(values).encode(),
        )

    def sign_in(self, email: str, password: str) -> None:
        """Sign in with an address and a password."""
        self.fill("/account/sign-in", {"email": email, "password": password})
