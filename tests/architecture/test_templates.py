"""Templates mirror the features, all compile, and none has a way around the content policy."""

import re
from pathlib import Path

import pytest
from flask import Flask

import training
from training.app import TEMPLATES

PACKAGE = Path(training.__file__).parent
#: Folders that belong to no feature.
SHARED = {"layouts", "components", "errors", "emails"}
PAGES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def test_each_folder_is_that_of_a_feature() -> None:
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()} - SHARED
    mails = {path.name for path in (TEMPLATES / "emails").iterdir() if path.is_dir()}
    features = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    assert folders - features == set()
    assert mails - features == set()


@pytest.mark.parametrize("name", PAGES)
def test_each_compiles(name: str, app_without_database: Flask) -> None:
    template = app_without_database.jinja_env.get_template(name)

    assert template.name == name


@pytest.mark.parametrize("name", PAGES)
def test_none_has_inline_script_or_style_or_unescaped_text(name: str) -> None:
    source = (TEMPLATES / name).read_text()

    found = re.findall(r"\sstyle=|\son[a-z]+=\"|<script>|<style|\|\s*safe\b|javascript:", source)

    assert found == []
