"""``training demo``: a fresh instance with something in it to look at."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from training.accounts.service import hash_password
from training.clock import utc_now
from training.config import Settings
from training.db import transaction
from training.demo import service, sign_ins
from training.demo.cast import who_signs_in
from training.demo.errors import NotFreshError
from training.errors import DomainError


@click.command("demo")
@click.option(
    "--if-fresh",
    is_flag=True,
    help="In an instance that is in use, only show the demo's sign-ins again, if it has any.",
)
@with_appcontext
def commands(*, if_fresh: bool) -> None:
    """Fill a fresh instance with made-up partners, people and sessions, and show the sign-ins.

    Passwords are made by chance and kept in the instance folder. An instance in which there is
    anybody stays as it is.
    """
    settings: Settings = current_app.extensions["settings"]
    shown: str | None
    try:
        service.refuse_unless_fresh()
        shown = _make(settings.instance)
    except NotFreshError as error:
        if not if_fresh:
            raise click.ClickException(str(error)) from error
        shown = sign_ins.find(settings.instance)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    if shown is not None:
        click.echo("Sign-ins of the demo:\n")
        click.echo(shown)


def _make(folder: Path) -> str:
    click.echo("Making demo data ...")
    made = sign_ins.invent(list(who_signs_in()))
    hash_of = {one.email: hash_password(one.password) for one in made}
    shown = sign_ins.table(made)
    with transaction():
        service.make_demo(hash_of, now=utc_now())
        # Before COMMIT: data whose passwords nobody knows would be of no use.
        sign_ins.keep(folder, shown)
    return shown
