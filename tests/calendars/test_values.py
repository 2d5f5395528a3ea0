from datetime import datetime
from typing import Any

import pytest

from tests.calendars.entries import STARTS_AT, entry


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"starts_at": datetime(2026, 5, 12, 11, 0)}, id="naive start"),
        pytest.param({"ends_at": datetime(2026, 5, 12, 12, 0)}, id="naive end"),
        pytest.param({"revised_at": datetime(2026, 3, 1, 9, 30)}, id="naive revision"),
        pytest.param({"ends_at": STARTS_AT}, id="no length"),
        pytest.param({"revision": -1}, id="revision below 0"),
        pytest.param({"revision": 2**31}, id="revision beyond 32 bits"),
    ],
)
def test_entry_refuses_what_no_calendar_can_show(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"naive datetime|ends after|does not fit"):
        entry(**fields)
