"""``training migrate``."""

import click

from training import instance
from training.cli.application import make_app
from training.clock import utc_now
from training.config import Settings
from training.server import migrating
from training.sessions.cli import outlook, write_outdated


def migrate(settings: Settings) -> None:
    """Make the database, or bring it up to date, and tell what was done."""
    if not settings.is_sqlite:
        _migrate(settings)
        return
    with instance.locked(settings):
        if not instance.check(settings, thorough=True):
            instance.create(settings)
            click.echo(f"Made the database {settings.sqlite_path}.")
        instance.remember(settings)
        _migrate(settings)


def _migrate(settings: Settings) -> None:
    app = make_app(settings)
    with app.app_context():
        for number, count, what in migrating.upgrade(app):
            click.echo(f"Migrating the database, {number} of {count}: {what}")
        if written := write_outdated():
            click.echo(f"Sessions whose calendar entries were written: {written}.")
        if said := outlook(now=utc_now()):
            click.echo(said)
    click.echo("The database is up to date.")
