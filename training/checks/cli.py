"""The command ``training check``."""

import click


@click.command("check")
def commands() -> None:
    """Verify the invariants."""
