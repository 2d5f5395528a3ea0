"""An application that speaks, and whose database is never asked."""

from pathlib import Path

import pytest
from flask import Flask

from tests.apps import create_test_app


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("instance")
    return create_test_app(f"sqlite:///{folder / 'none.sqlite'}", folder)
