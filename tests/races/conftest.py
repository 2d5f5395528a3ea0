"""The processes that race, started when the first race needs them."""

from collections.abc import Iterator

import pytest

from tests.races.contenders import Contenders


@pytest.fixture(scope="session")
def contenders() -> Iterator[Contenders]:
    contenders = Contenders()
    yield contenders
    contenders.stop()
