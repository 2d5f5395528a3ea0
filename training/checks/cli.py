"""The command ``training check``."""

import click
from flask.cli import with_appcontext

from training.checks import service
from training.clock import utc_now


@click.command("check")
@with_appcontext
def commands() -> None:
    """Verify the invariants on the live database; exits with 1 if a row breaks one."""
    broken = 0
    for name, found in service.find_broken(now=utc_now()):
        click.echo(f"{'ok ' if not found else 'BAD'} {name}")
        for finding in found:
            click.echo(f"    {finding.invariant}  {finding.subject}: {finding.what}")
        broken += len(found)
    if broken:
        raise click.ClickException(f"{broken} rows break an invariant.")
