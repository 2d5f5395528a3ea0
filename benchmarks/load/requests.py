"""Requests as the bytes that a browser or a calendar program would send."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

_BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-US,en;q=0.5",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


def get(host: str, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Return a GET."""
    return _head("GET", host, path, headers or {}) + b"\r\n"


def post_form(
    host: str, path: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None
) -> bytes:
    """Return a form that is sent."""
    return _post(
        host, path, urlencode(fields).encode(), "application/x-www-form-urlencoded", headers or {}
    )


def post_json(
    host: str, path: str, content: Any, headers: Mapping[str, str] | None = None
) -> bytes:
    """Return JSON that is sent."""
    return _post(host, path, json.dumps(content).encode(), "application/json", headers or {})


def _post(host: str, path: str, body: bytes, kind: str, headers: Mapping[str, str]) -> bytes:
    described = {**headers, "Content-Type": kind, "Content-Length": str(len(body))}
    return _head("POST", host, path, described) + b"\r\n" + body


def _head(method: str, host: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in {**_BROWSER, **headers}.items()]
    return "".join(f"{line}\r\n" for line in lines).encode()
