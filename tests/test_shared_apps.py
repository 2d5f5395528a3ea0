"""Tests share applications and databases, and see nothing of each other."""

from collections.abc import Callable
from dataclasses import is_dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.clients import IsolatedClient
from tests.factories import Make
from tests.shared_apps import MEMORIES, SharedApps
from training.db import Base, db, transaction
from training.people.models import Person


def test_all_that_an_application_remembers_is_known(app: Flask) -> None:
    ours = {
        name
        for name, extension in app.extensions.items()
        if type(extension).__module__.startswith("training.")
        and not (is_dataclass(extension) or isinstance(extension, tuple))
    }

    assert ours == {*MEMORIES, "limits"}


def test_the_next_test_finds_nothing(engine: str, shared_apps: SharedApps, tmp_path: Path) -> None:
    with shared_apps.lend(engine, tmp_path) as app:
        fresh = {name: app.extensions[name] for name in (*MEMORIES, "limits")}
        account = Make().coordinator()
        Make().outcome(Make().training_session())
        client = app.test_client()
        assert isinstance(client, IsolatedClient)
        client.sign_in(account)
        client.page("/staff/schedule/")
        app.config["WTF_CSRF_ENABLED"] = False
        app.extensions["chores"] = ()
        assert account.id == 1

    with shared_apps.lend(engine, tmp_path / "other") as again:
        assert again is app
        assert again.config["WTF_CSRF_ENABLED"] is True
        assert again.extensions["chores"] != ()
        assert again.extensions["settings"].instance == tmp_path / "other"
        assert [name for name in fresh if again.extensions[name] is fresh[name]] == []
        counts = [
            db.session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        ]
        assert set(counts) == {0}
        assert Make().person().id == 1


def _add_route(app: Flask) -> None:
    app.add_url_rule("/test/new", "new", lambda: "new")


def _add_hook(app: Flask) -> None:
    app.after_request_funcs.setdefault(None, []).append(lambda response: response)


def _wrap(app: Flask) -> None:
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]  # how it is done


def _listen(_app: Flask) -> None:
    sa.event.listen(db.engine, "commit", lambda _connection: None)


@pytest.mark.parametrize("rewire", [_add_route, _add_hook, _wrap, _listen])
def test_an_application_that_was_changed_is_not_lent_again(
    shared_apps: SharedApps, tmp_path: Path, rewire: Callable[[Flask], None]
) -> None:
    with shared_apps.lend("postgresql", tmp_path) as app:
        assert app.test_client().get("/").status_code == 200
        Make().person()
        app._got_first_request = False  # noqa: SLF001 -- as it is when a test begins
        rewire(app)

    with shared_apps.lend("postgresql", tmp_path) as again:
        assert again is not app
        assert db.session.scalars(sa.select(Person)).all() == []


def test_a_database_whose_tables_were_changed_is_made_anew(
    engine: str, shared_apps: SharedApps, tmp_path: Path
) -> None:
    with shared_apps.lend(engine, tmp_path):
        Make().person()
        with transaction():
            db.session.execute(sa.text("DROP INDEX uq_registration_live_person"))

    with shared_apps.lend(engine, tmp_path):
        indexes = {str(one["name"]) for one in sa.inspect(db.engine).get_indexes("registration")}
        assert "uq_registration_live_person" in indexes
        assert db.session.scalars(sa.select(Person)).all() == []


def test_what_a_test_left_open_does_not_stop_the_next(
    engine: str, shared_apps: SharedApps, tmp_path: Path
) -> None:
    with shared_apps.lend(engine, tmp_path) as app:
        left = db.engine.connect()
        left.execute(sa.insert(Person).values(name="Ada", public_id="1", search_key="ada"))

    with shared_apps.lend(engine, tmp_path) as again:
        assert again is app
        assert db.session.scalars(sa.select(Person)).all() == []
        Make().person()
    left.invalidate()
    left.close()
