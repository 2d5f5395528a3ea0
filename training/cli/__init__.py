"""The ``training`` command."""

from training.cli.group import main

__all__ = ["main"]
