"""The application with its commands."""

from flask import Flask

import training.accounts.cli
import training.checks.cli
import training.demo.cli
import training.imports.cli
import training.notifications.cli
import training.registrations.cli
import training.sessions.cli
from training.app import create_app
from training.config import Settings
from training.server import migrating


def make_app(settings: Settings) -> Flask:
    """Make the application, with what the features add to the ``training`` command."""
    app = create_app(settings)
    migrating.prepare(app)
    for cli in (
        training.accounts.cli,
        training.checks.cli,
        training.demo.cli,
        training.imports.cli,
        training.notifications.cli,
        training.sessions.cli,
    ):
        app.cli.add_command(cli.commands)
    app.cli.add_command(training.sessions.cli.meetings_commands)
    for command in training.registrations.cli.COMMANDS:
        training.sessions.cli.commands.add_command(command)
    return app
