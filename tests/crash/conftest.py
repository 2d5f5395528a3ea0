"""A site on either engine, as somebody set it up who followed the documentation."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.site import Site
from tests.databases import Databases


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site on SQLite, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    return Site(folder, f"sqlite:///{folder / 'training.sqlite'}").make().folder


@pytest.fixture
def on_sqlite(migrated: Path, tmp_path: Path) -> Site:
    folder = tmp_path / "instance"
    shutil.copytree(migrated, folder)
    return Site(folder, f"sqlite:///{folder / 'training.sqlite'}")


@pytest.fixture
def site(
    engine: str, request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[Site]:
    """A site without data, on each engine."""
    if engine == "sqlite":
        yield request.getfixturevalue("on_sqlite")
        return
    url = databases.make(engine, tmp_path)
    yield Site(tmp_path, url)
    databases.drop(url)
