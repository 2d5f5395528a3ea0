"""Fixtures of the design system's tests."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.web.looks import create_look


@pytest.fixture
def look() -> Iterator[Flask]:
    """The templates alone, inside a request in English."""
    app = create_look()
    with app.test_request_context("/"):
        yield app
