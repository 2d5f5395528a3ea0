"""The ``training`` command. Features bring their own commands; these two start everything.

The application is loaded by those commands that need it: whoever starts the server waits for each
import, and the server's own process needs none of it.
"""

import os
import sys
from typing import NoReturn
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import ScriptInfo

from training.config import ConfigError, Settings, load
from training.db import db, is_away
from training.errors import DomainError
from training.instance import InstanceError
from training.server.children import end_with_parent
from training.server.database import check_database, refuse_unless_migrated
from training.server.errors import ServerError

DEFAULT_WORKERS = 2
_APP = "training.app"
#: Flask-Migrate's own commands: there when asked for by name, not among those for everybody.
_FOR_DEVELOPERS = "db"


class _Group(click.Group):
    """Our own commands, and those that the features registered on the application."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        try:
            features = _app(ctx).cli.list_commands(ctx)
        except ConfigError as error:  # help must help whoever has yet to set it up
            _show(error)
            features = []
        return sorted({*super().list_commands(ctx), *features} - {_FOR_DEVELOPERS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or _app(ctx).cli.get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.commands and "--help" not in args:
            ctx.meta[_APP] = _make_app(load(os.environ))
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and command.name not in self.commands and "--help" not in args:
            check_database(_settings(_app(ctx)), thorough=False)
            if command.name != _FOR_DEVELOPERS:
                with _app(ctx).app_context():
                    refuse_unless_migrated(db.engine)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (ConfigError, InstanceError, ServerError, DomainError) as error:
            _stop(error)
        except sa.exc.SQLAlchemyError as error:
            if not is_away(error):
                raise
            _stop(ServerError("The database is busy, or does not answer. Nothing was changed."))


def _app(ctx: click.Context) -> Flask:
    """Return the application of this call; for help, one that leaves no trace."""
    if _APP not in ctx.meta:
        ctx.meta[_APP] = _make_app(load(os.environ, keep_secret=False))
    app: Flask = ctx.meta[_APP]
    return app


def _make_app(settings: Settings) -> Flask:
    from training.cli.application import make_app  # noqa: PLC0415 -- as said above

    return make_app(settings)


def _settings(app: Flask) -> Settings:
    settings: Settings = app.extensions["settings"]
    return settings


def _show(error: Exception) -> None:
    for line in str(error).splitlines():
        click.echo(f"Error: {line}", err=True)


def _stop(error: Exception) -> NoReturn:
    _show(error)
    sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="training", message="Training %(version)s")
@click.option("--end-with", type=int, hidden=True, help="End when this process ends.")
@click.pass_context
def main(ctx: click.Context, end_with: int | None) -> None:
    """Schedule training sessions, take registrations, mark attendance.

    \b
    To begin:
      training migrate          make the database, or bring it up to date
      training create-admin     make the first account
      training serve            serve the site until Ctrl-C

    Settings come from the environment, in variables named TRAINING_…; the one
    to know is TRAINING_INSTANCE, the folder with the database. All are in
    docs/configuration.md.
    """  # noqa: D301 -- click wants the character itself, not the backslash
    ctx.obj = ScriptInfo(create_app=lambda: _app(ctx), set_debug_flag=False)
    if end_with is not None:
        end_with_parent(end_with)


@main.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="The port to listen on.  [default: 8000]"
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=DEFAULT_WORKERS,
    show_default=True,
    help="How many processes answer. About one for each processor.",
)
def serve_command(host: str, port: int | None, workers: int) -> None:
    """Serve the site, and send mail, until Ctrl-C.

    Prints "Serving Training on http://…" once it really answers.
    """
    if not os.environ.get("TRAINING_BASE_URL"):
        # The mail sender, a process of its own, reads it too.
        os.environ["TRAINING_BASE_URL"] = f"http://127.0.0.1:{port or 8000}"
    settings = load(os.environ)
    if port is None:
        port = 8000 if settings.is_https else urlsplit(settings.base_url).port or 8000
    from training.server.serve import serve  # noqa: PLC0415 -- as said above

    serve(settings, host=host, port=port, workers=workers)


@main.command("migrate")
def migrate_command() -> None:
    """Make the database, or bring it up to date.

    May be run again at any time. Two at once wait for each other.
    """
    from training.cli.migrate import migrate  # noqa: PLC0415 -- as said above

    migrate(load(os.environ))
