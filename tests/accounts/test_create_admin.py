"""``training create-admin``: the first account, and nothing that no form would take."""

import pytest
import sqlalchemy as sa
from flask import Flask

from training.accounts.cli import commands
from training.accounts.models import Account
from training.db import db
from training.people.models import Person


def create(app: Flask, email: str, name: str = "Ada", password: str = "correct horse") -> str:
    result = app.test_cli_runner().invoke(commands, [email, "--name", name, "--password", password])
    assert "Traceback" not in result.output
    return result.output if result.exit_code == 0 else f"refused: {result.output}"


def test_an_admin_may_sign_in(app: Flask) -> None:
    told = create(app, "ada@example.org")

    assert told == "ada@example.org may now sign in as admin.\n"
    found = db.session.execute(
        sa.select(Person.email, Person.name, Account.staff_role).join(Account.person)
    ).one()
    assert tuple(found) == ("ada@example.org", "Ada", "admin")


@pytest.mark.parametrize(
    ("email", "name", "password", "why"),
    [
        pytest.param("notmail", "Ada", "correct horse", "not an e-mail address", id="address"),
        pytest.param("a@b@c.org", "Ada", "correct horse", "not an e-mail address", id="two @"),
        pytest.param("ada@example.org", "A" * 201, "correct horse", "1 to 200", id="long name"),
        pytest.param("ada@example.org", "", "correct horse", "1 to 200", id="no name"),
        pytest.param("ada@example.org", "Ada", "short", "8 to 1024", id="short password"),
        pytest.param("ada@example.org", "Ada", "x" * 2000, "8 to 1024", id="long password"),
        pytest.param("ada@example.org", "Ada", "\udcff" * 9, "cannot be typed", id="no UTF-8"),
    ],
)
def test_what_no_form_would_take_is_refused(
    app: Flask, email: str, name: str, password: str, why: str
) -> None:
    told = create(app, email, name, password)

    assert told.startswith("refused")
    assert why in " ".join(told.split())
    assert db.session.scalars(sa.select(Person.id)).all() == []


def test_nobody_has_two_accounts(app: Flask) -> None:
    create(app, "ada@example.org")

    assert "has an account already" in create(app, "Ada@Example.org")
