"""What the public form does with what no browser would send, and with odd names."""

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from tests.clients import IsolatedClient, Page, values_of
from tests.factories import Make
from tests.registrations.answers import assert_guarded
from tests.registrations.filling import (
    ADA,
    counts,
    errors,
    main_of,
    path_to,
    people,
    registrations,
    typed,
)
from training.db import db
from training.registrations.models import Registration

#: INP-01, INP-02: NUL, C0, DEL, C1, the separators, the byte order mark.
CONTROLS = (
    "\x00",
    "\x01",
    "\t",
    "\n",
    "\r\n",
    "\x1b",
    "\x7f",
    "\x9f",
    "\u2028",
    "\u2029",
    "\ufeff",
)
#: INP-02: bytes that are no UTF-8, among them half a surrogate pair.
NO_TEXT = (b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xf8\x88\x80\x80\x80")


@pytest.fixture
def session_id(make: Make) -> int:
    """A session that everybody may register for."""
    return make.training_session(capacity=None).id


@pytest.fixture
def form(client: IsolatedClient, session_id: int) -> dict[str, Any]:
    """What its page puts into the form."""
    return values_of(client.page(path_to(session_id)).form()) | people(ADA)


def test_control_characters_are_refused_in_every_field(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    """INP-01."""
    before = counts()

    for field in ("people-0-name", "people-0-email", "organization", "key"):
        for control in CONTROLS:
            value = f"a{control}b" if field != "people-0-email" else f"a{control}b@example.org"
            response = client.post(path_to(session_id), data=form | {field: value})
            assert response.status_code == 422, (field, control)
            assert len(errors(response)) == 1
            assert_guarded(response)

    assert counts() == before


def test_bytes_that_are_no_text_are_refused(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    """INP-02."""
    before = counts()

    for field in ("people-0-name", "people-0-email", "organization", "key"):
        for wrong in NO_TEXT:
            response = client.post(path_to(session_id), data=form | {field: b"a" + wrong + b"b"})
            assert response.status_code == 400, (field, wrong)
            assert_guarded(response)
    names = client.post(
        path_to(session_id),
        data=b"csrf_token=" + form["csrf_token"][0].encode() + b"&people-\xff-name=x&%FF=%00",
        content_type="application/x-www-form-urlencoded",
    )
    assert names.status_code == 400
    assert counts() == before


def test_what_is_too_long_is_refused_before_anything_else(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    """INP-05."""
    before = counts()

    for field, value in (
        ("people-0-name", "a" * 201),
        ("people-0-name", "a" * 900_000),
        ("people-0-email", "a" * 65 + "@example.org"),
        ("people-0-email", f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.org.example"),
        ("people-0-email", "a" * 900_000),
        ("organization", "a" * 65),
        ("key", "a" * 44),
        ("key", "a" * 900_000),
    ):  # fmt: skip
        response = client.post(path_to(session_id), data=form | {field: value})
        assert response.status_code == 422, (field, len(value))
    for field in ("people-0-name", "people-0-email", "organization", "key", "people-0-x"):
        response = client.post(path_to(session_id), data=form | {field: "a" * 10_000_000})
        assert response.status_code == 413, field
        assert_guarded(response)

    assert counts() == before


def test_longest_values_are_taken(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    """INP-05."""
    domain = f"{'b' * 63}.{'c' * 63}.{'d' * 53}.org"
    longest = {"people-0-name": "ß" * 200, "people-0-email": f"{'a' * 64}@{domain}"}

    response = client.post(path_to(session_id), data=form | longest)

    assert len(longest["people-0-email"]) in range(240, 255)
    assert response.status_code == 303
    assert registrations() == [("ß" * 200, "confirmed")]


def test_odd_numbers_of_rows_are_no_rows(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    """INP-03: WTForms alone fails on some of these."""
    odd = {
        f"people-{number}-name": "Mallory"
        for number in ("²", "-1", "1e3", "0x1", "１", "", " 1", "9" * 5000, "1_0")  # noqa: RUF001
    }

    response = client.post(path_to(session_id), data=form | odd | {"people": "x", "people-0": "y"})

    assert response.status_code == 303
    assert registrations() == [("Ada", "confirmed")]


def test_rows_may_have_gaps(client: IsolatedClient, session_id: int, form: dict[str, Any]) -> None:
    rows = {"people-7-name": "Bob", "people-7-email": "bob@example.org"}

    response = client.post(path_to(session_id), data=form | rows)

    assert response.status_code == 303
    assert registrations() == [("Ada", "confirmed"), ("Bob", "confirmed")]


def test_files_and_json_in_place_of_text_are_no_fault(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    """INP-04: of the same names, in bodies of other kinds."""
    before = counts()
    token = {"X-CSRFToken": form["csrf_token"][0]}

    files = {name: (BytesIO(b"x"), "x.txt") for name in ("people-0-name", "key", "organization")}
    uploaded = client.post(path_to(session_id), data={**_but(form, *files), **files})
    bodies: list[Any] = [{"people-0-name": ["Ada", {"a": 1}], "key": 7}, [], "x", None]
    for body in bodies:
        response = client.post(path_to(session_id), json=body, headers=token)
        assert response.status_code in {400, 422}, body
    plain = client.post(
        path_to(session_id), data=b"people-0-name=Ada", content_type="text/plain", headers=token
    )

    assert uploaded.status_code == 422
    assert plain.status_code == 422
    assert counts() == before


def _but(form: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in form.items() if name not in names}


def test_key_that_is_none_of_ours_is_replaced(
    client: IsolatedClient, session_id: int, form: dict[str, Any]
) -> None:
    damaged = [
        form | {"key": wrong}
        for wrong in ("", "x", "a" * 42, "a" * 42 + "/", "../" * 14 + "a", "é" * 43)
    ]
    for wrong in (*damaged, _but(form, "key")):
        response = client.post(path_to(session_id), data=wrong)
        assert response.status_code == 422, wrong
        assert errors(response) == ["This form was damaged on its way. Please send it again."]
        again = typed(response)
        assert len(again["key"][0]) == 43
        assert again["people-0-name"] == ["Ada"]
    assert registrations() == []


#: INP-07: as typed → as shown (None: the same).
NAMES: dict[str, str | None] = {
    "Amina \u202eKamau": "Amina Kamau",
    "Zero\u200bwidth": None,
    "q" + "\u0301" * 150: None,
    "👩‍👩‍👧 Family": None,
    "O'Neil": None,
    "<script>alert(1)</script>": None,
    '"><img src=x onerror=alert(1)>': None,
    "=1+1": None,
    "{{7*7}}": None,
    "%s%n%(name)s": None,
    "../../etc/passwd": None,
    "NULL": None,
    "None": None,
    "0": None,
    "Ünïcödé": None,
    "Ünïcödé decomposed".replace("Ü", "U\u0308"): "Ünïcödé decomposed",
    "{number}": None,
    "__index__": None,
}


@pytest.mark.parametrize("seats", [None, 0], ids=["seat", "waitlist"])
def test_odd_names_are_shown_as_typed_and_escaped(
    client: IsolatedClient, make: Make, seats: int | None
) -> None:
    """MD-10, INP-07."""
    path = path_to(make.training_session(capacity=seats).id)
    rows = [(name, f"p{number}@example.org") for number, name in enumerate(NAMES)]

    again = client.fill(path, people(*rows, add="1"))
    answer = client.fill(path, people(*rows, fit="y"))
    page = client.get(answer.location)

    shown = [want or name for name, want in NAMES.items()]
    words = Page(page.text)
    assert [_line(element) for element in words.root.iter("bdi")] == shown
    for response in (again, page):
        assert "<script>alert" not in response.text
        assert "<img" not in response.text
    assert "\u202e" not in page.text
    stored = db.session.scalars(sa.select(Registration.name).order_by(Registration.ticket)).all()
    assert stored[:2] == ["Amina \u202eKamau", "Zero\u200bwidth"]
    assert stored[-3] == "Ünïcödé decomposed"
    assert "Each person gets a mail" in main_of(page)


def _line(element: Any) -> str:
    return "".join(element.itertext())
