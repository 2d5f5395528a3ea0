"""What the migrations make is what the models say, on both engines."""

from typing import Any

import alembic.autogenerate
import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from training import schema
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


def test_each_file_of_a_migration_begins_with_its_number() -> None:
    """What is read without Alembic is what Alembic would say."""
    scripts = ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()

    assert schema.versions() == tuple(reversed([script.revision for script in scripts]))


def test_what_a_database_lacks_is_told_by_its_last_migration(app: Flask) -> None:
    with db.engine.connect() as connection:
        none = schema.lacking(connection)
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        some = schema.lacking(connection)
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(schema.LaterSchemaError) as caught:
            schema.lacking(connection)
        connection.rollback()

    assert none == ()
    assert some == schema.versions()[1:]
    assert str(caught.value) == "9999"
