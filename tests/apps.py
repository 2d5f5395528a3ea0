"""Applications for tests: as in production, but for where their data lies."""

from pathlib import Path

from flask import Flask

from training.app import create_app
from training.config import load

HOST = "127.0.0.1:8000"
SECRET_KEY = "a-secret-key-for-tests-that-is-long-enough"


def create_test_app(database_url: str, instance: Path) -> Flask:
    """Return the application on a database; importable, so that other processes can make it too."""
    return create_app(
        load(
            {
                "TRAINING_INSTANCE": str(instance),
                "TRAINING_DATABASE_URL": database_url,
                "TRAINING_BASE_URL": f"http://{HOST}",
                "TRAINING_SECRET_KEY": SECRET_KEY,
            }
        )
    )
