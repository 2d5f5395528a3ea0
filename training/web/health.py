"""Whether this copy is alive and ready, for whoever watches it. Says nothing else to anybody."""

import sqlalchemy as sa
from flask import Flask, Response

from training import schema
from training.db import db, is_away


def register(app: Flask) -> None:
    """Add ``/healthz`` (the process answers) and ``/readyz`` (database and migrations too)."""
    app.add_url_rule("/healthz", "web.healthz", _healthz)
    app.add_url_rule("/readyz", "web.readyz", _readyz)


def _healthz() -> Response:
    return Response("ok\n", mimetype="text/plain")


def _readyz() -> Response:
    try:
        is_current = schema.current(db.session.connection()) == schema.versions()[-1]
    except sa.exc.SQLAlchemyError as error:
        db.session.rollback()
        reason = "the database is away\n" if is_away(error) else "the database is not set up\n"
        return Response(reason, 503, mimetype="text/plain")
    if not is_current:
        return Response("the database is not migrated\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
