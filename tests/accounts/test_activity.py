"""How long a sign-in lasts, whichever of the server's processes sees it."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.apps import HOST, create_test_app
from tests.clients import IsolatedClient
from tests.factories import Make
from tests.times import HOUR
from training.accounts.models import SignInActivity
from training.clock import utc_now
from training.db import db, transaction

MINUTE = timedelta(minutes=1)


def last_used(ago: timedelta) -> None:
    with transaction():
        # Ago when it is asked, not when this module was imported: that may be minutes before.
        db.session.execute(sa.update(SignInActivity).values(last_seen_at=utc_now() - ago))


@pytest.mark.parametrize(
    ("role", "ago", "status"),
    [
        pytest.param("coordinator", 29 * MINUTE, 200, id="staff, within half an hour"),
        pytest.param("coordinator", 31 * MINUTE, 303, id="staff, later"),
        pytest.param("trainer", 11 * HOUR, 200, id="a trainer, within half a day"),
        pytest.param("trainer", 13 * HOUR, 303, id="a trainer, later"),
    ],
)
def test_authn_18_a_sign_in_ends_when_it_is_not_used(
    client: IsolatedClient, make: Make, role: str, ago: timedelta, status: int
) -> None:
    """AUTHN-18."""
    client.sign_in(make.coordinator() if role == "coordinator" else make.trainer())
    last_used(ago)

    assert client.get("/trainer/").status_code == status


def test_a_use_in_one_process_is_heard_of_in_another(
    app: Flask, client: IsolatedClient, make: Make, database_url: str, tmp_path: Path
) -> None:
    other = create_test_app(database_url, tmp_path)
    other.test_client_class = IsolatedClient
    client.sign_in(make.coordinator())
    with client.session_transaction(base_url=f"http://{HOST}") as cookie:
        token = cookie["_user_id"]
    last_used(29 * MINUTE)
    began = utc_now()

    assert client.get("/staff/schedule/").status_code == 200

    deadline = time.monotonic() + 10
    stored = began - 29 * MINUTE
    while stored < began and time.monotonic() < deadline:
        db.session.rollback()
        stored = db.session.scalars(sa.select(SignInActivity.last_seen_at)).one()
        time.sleep(0.05)
    assert stored >= began
    with other.test_client() as elsewhere:
        with elsewhere.session_transaction(base_url=f"http://{HOST}") as cookie:
            cookie["_user_id"] = token
        assert elsewhere.get("/staff/schedule/").status_code == 200
    with other.app_context():
        db.engine.dispose()
