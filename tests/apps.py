"""Applications for tests: as in production, but for where their data lies."""

from pathlib import Path
from typing import ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from training.app import create_app
from training.config import load
from training.server import migrating

HOST = "127.0.0.1:8000"
SECRET_KEY = "a-secret-key-for-tests-that-is-long-enough"


class CompiledTemplates(BytecodeCache):
    """Templates compiled by this process: each test has an application of its own."""

    _kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def create_test_app(database_url: str, instance: Path) -> Flask:
    """Return the application on a database; importable, so that other processes can make it too."""
    app = create_app(
        load(
            {
                "TRAINING_INSTANCE": str(instance),
                "TRAINING_DATABASE_URL": database_url,
                "TRAINING_BASE_URL": f"http://{HOST}",
                "TRAINING_SECRET_KEY": SECRET_KEY,
            }
        )
    )
    migrating.prepare(app)
    app.jinja_env.bytecode_cache = CompiledTemplates()
    return app
