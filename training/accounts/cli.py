"""Commands of accounts."""

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import with_appcontext

from training.accounts import service
from training.accounts.errors import PasswordError
from training.accounts.values import StaffRole
from training.clock import utc_now
from training.db import transaction
from training.errors import DomainError
from training.people.service import find_or_make_people
from training.people.values import email_key
from training.text import MAX_NAME, single_line


@click.command("create-admin")
@click.argument("email")
@click.option("--name", prompt="Full name", help="How colleagues see them.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="TRAINING_ADMIN_PASSWORD",
    help="Asked for if not given; an option stands in the shell's history.",
)
@with_appcontext
def create_admin(email: str, name: str, password: str) -> None:
    """Make an account that may do everything. No account exists before the first one is made."""
    try:
        email, name = _address(email), single_line(name)
        if not 0 < len(name) <= MAX_NAME:
            raise click.BadParameter(f"A name has 1 to {MAX_NAME} characters.", param_hint="--name")
        hashed = service.hash_password(password)
        with transaction():
            people = find_or_make_people({email: name})
            service.create_account(
                people[email_key(email)],
                password_hash=hashed,
                staff_role=StaffRole.ADMIN,
                now=utc_now(),
            )
    except PasswordError as error:
        raise click.BadParameter(str(error), param_hint="--password") from error
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{email} may now sign in as admin.")


def _address(typed: str) -> str:
    try:
        validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise click.BadParameter(
            "This is not an e-mail address. One looks like ana@example.org.", param_hint="EMAIL"
        ) from error
    return single_line(typed)


#: What the application registers.
commands = create_admin
