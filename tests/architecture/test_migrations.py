"""What the migrations make is what the models say, on both engines."""

from typing import Any

import alembic.autogenerate
import flask_migrate
import sqlalchemy as sa
from alembic.migration import MigrationContext
from flask import Flask

from training.db import Base, UtcDateTime, db


def same_type(_context: Any, _column: Any, _metadata: Any, stored: Any, model: Any) -> bool | None:
    """Ours is a plain timestamp to the database."""
    return False if isinstance(model, UtcDateTime) and isinstance(stored, sa.DateTime) else None


def test_mig_08_models_and_migrations_say_the_same(app: Flask) -> None:
    """MIG-08."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": same_type})
        differences = alembic.autogenerate.compare_metadata(context, Base.metadata)

    assert differences == []


def test_every_table_goes_and_comes_back(app: Flask) -> None:
    """MIG-02, as long as there is one migration."""
    before = set(sa.inspect(db.engine).get_table_names())
    db.session.remove()

    flask_migrate.downgrade(revision="base")
    between = set(sa.inspect(db.engine).get_table_names())
    flask_migrate.upgrade()

    assert between == {"alembic_version"}
    assert set(sa.inspect(db.engine).get_table_names()) == before
