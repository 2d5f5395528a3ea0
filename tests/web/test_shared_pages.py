"""What the pages that are the same for everybody are told apart by."""

from pathlib import Path

import pytest

from training.app import PACKAGE, create_app
from training.config import load


def looks(instance: Path, **settings: str) -> str:
    app = create_app(load({"TRAINING_INSTANCE": str(instance), **settings}))
    found: str = app.extensions["looks"]
    return found


def test_pages_are_others_for_another_program_or_another_name_of_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a browser keeps what an older version wrote, for it is told that nothing changed."""
    before = looks(tmp_path)

    assert looks(tmp_path) == before
    assert looks(tmp_path, TRAINING_SITE_NAME="Another") != before
    monkeypatch.setattr("training.app.PACKAGE", PACKAGE / "calendars")
    assert looks(tmp_path) != before
