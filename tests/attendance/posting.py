"""Marks sent as JSON, as the sheet's script does."""

import json
from typing import Any

from werkzeug.test import TestResponse

from tests.attendance.sheets import Running
from tests.clients import IsolatedClient, values_of


def open_sheet(client: IsolatedClient, sheet: Running) -> str:
    """Sign the sheet's trainer in and open it; returns the token that its script sends."""
    client.sign_in(sheet.trainer)
    [form] = client.page(sheet.path).root.findall(".//form[@data-sheet]")
    return values_of(form)["csrf_token"][0]


def item(registration_id: int, status: object = "present", **fields: Any) -> dict[str, Any]:
    """Return a mark as the script sends it."""
    return {
        "registration": registration_id,
        "status": status,
        "nonce": f"nonce-{registration_id:08}",
        **fields,
    }


def post(
    client: IsolatedClient, sheet: Running, token: str, marks: list[dict[str, Any]]
) -> TestResponse:
    return send(client, sheet, token, json.dumps({"marks": marks}).encode())


def send(
    client: IsolatedClient,
    sheet: Running,
    token: str,
    body: bytes,
    content_type: str = "application/json",
) -> TestResponse:
    return client.post(
        sheet.marks_path, data=body, content_type=content_type, headers={"X-CSRFToken": token}
    )


def body_of(answer: TestResponse) -> dict[str, Any]:
    """Return the object that was answered."""
    body = answer.get_json()
    assert isinstance(body, dict)
    return body
