"""A client that behaves as browsers do: it fills in the forms that it was given."""

import re
import warnings
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
from flask.testing import FlaskClient
from html5lib.constants import DataLossWarning
from werkzeug.test import TestResponse

from tests.apps import HOST
from training.accounts.models import Account
from training.accounts.service import sign_in
from training.clock import utc_now
from training.db import db, transaction


class Page:
    """An HTML page that was answered; refuses markup that is not well formed."""

    def __init__(self, text: str) -> None:
        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataLossWarning)
            self.root: ET.Element = parser.parse(text)
        wrong = [f"{position}: {code} {data}" for position, code, data in parser.errors]
        assert not wrong, f"not well-formed HTML: {wrong[:5]}"

    def text(self) -> str:
        """Return what a person reads, in one line."""
        return " ".join(" ".join(_read(self.root)).split())

    def forms(self) -> list[ET.Element]:
        """Return the forms that change something."""
        return [
            form for form in self.root.iter("form") if form.get("method", "get").lower() == "post"
        ]

    def form(self, action: str | None = None) -> ET.Element:
        """Return the one form of the page's own, or the one whose action ends like that."""
        found = [
            form
            for form in self.forms()
            if (form.get("action") or "").endswith(action or "")
            and (action or not (form.get("action") or "").endswith("/sign-out"))
        ]
        assert len(found) == 1, f"{len(found)} forms for {action!r}"
        return found[0]


def _read(element: ET.Element) -> Iterator[str]:
    """Yield the texts in an element, but for what only programs read."""
    yield element.text or ""
    for child in element:
        if child.tag != "script":
            yield from _read(child)
        yield child.tail or ""


def values_of(form: ET.Element) -> dict[str, list[str]]:
    """Return what a browser would send of a form, without its buttons."""
    values: dict[str, list[str]] = {}
    for control in form.iter():
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == "input":
            kind = control.get("type", "text")
            if kind in {"submit", "button", "image", "file"}:
                continue
            if kind in {"checkbox", "radio"} and control.get("checked") is None:
                continue
            values.setdefault(name, []).append(control.get("value", "on"))
        elif control.tag == "textarea":
            values.setdefault(name, []).append(re.sub(r"^\n", "", "".join(control.itertext())))
        elif control.tag == "select":
            options = list(control.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            if not chosen and control.get("multiple") is None:
                chosen = options[:1]
            for option in chosen:
                values.setdefault(name, []).append(option.get("value", "".join(option.itertext())))
    return values


class IsolatedClient(FlaskClient):
    """Runs each request in an application context of its own, as a server does.

    Left alone, Flask 3.1 lends the test's context to the request, and with it
    the database session, so that a forgotten commit would go unnoticed.
    """

    #: What the last answer was, read once.
    _shown: Page | None = None

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        db.session.rollback()  # drop locks, and make the test read afresh afterwards
        kwargs.setdefault("base_url", f"http://{HOST}")
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        is_page = response.mimetype == "text/html" and response.data
        is_plain = "Content-Encoding" not in response.headers
        self._shown = Page(response.text) if is_page and is_plain else None
        return response

    def sign_in(self, account: Account) -> None:
        """Sign in without going through the sign-in page: by a row, as that page would."""
        with transaction():
            # Really now: the use of an older sign-in is stored beside the requests that are tested.
            token = sign_in(account.id, now=utc_now())
        with self.session_transaction(base_url=f"http://{HOST}") as cookie:
            cookie["_user_id"] = token

    def page(self, path: str, *, status: int = 200) -> Page:
        """Open a page."""
        response = self.get(path)
        assert response.status_code == status, response.text
        return self._shown or Page(response.text)

    def fill(
        self, path: str, fields: dict[str, Any] | None = None, *, action: str | None = None
    ) -> TestResponse:
        """Open a page, fill in its form and send it, with all that the page put into it.

        :param fields: name → text, list of texts, or None to send the field not at all.
        :param action: the end of the form's action, where the page has several forms.
        """
        form = self.page(path).form(action)
        values: dict[str, Any] = dict(values_of(form))
        for name, value in (fields or {}).items():
            if value is None:
                values.pop(name, None)
            else:
                values[name] = value
        return self.post(form.get("action") or path, data=values)
